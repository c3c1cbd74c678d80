// Sends what waits, in the order in which it was finished, each under its key: however often it is tried, it counts once.
import { app, person, say } from "./pieces.js";
import { day, forget, outbox, pictures } from "./store.js";

let csrf = "", running = null;
export const heard = new EventTarget(); // "changed": something was sent or learnt; "signed-out"
const tell = (name) => heard.dispatchEvent(new Event(name));

class SignedOut extends Error {}
async function ask(url, told = {}) {
  const answer = await fetch(url, { ...told, redirect: "manual", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": csrf, ...told.headers } });
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  const text = await answer.text();
  let body = {};
  try { body = JSON.parse(text); } catch { /* a page instead of an answer */ }
  return { status: answer.status, body };
}
// The day anew; somebody else's queue is left alone.
export async function refresh() {
  const { status, body } = await ask(app.dataset.day);
  if (status !== 200 || !body.csrf) throw new Error(body.detail ?? `没有读到今天的安排（${status}）。`);
  csrf = body.csrf;
  document.querySelectorAll("meta[name=csrf]").forEach((one) => { one.content = csrf; });
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((one) => { one.value = csrf; });
  await day.put({ ...body, at: Date.now() });
  return body;
}
export const mine = async () => (await outbox.all()).filter((item) => item.owner === person);

// Once at a time, over all tabs of the device.
export function synchronise() {
  if (!navigator.onLine) return Promise.resolve();
  const once = () => (navigator.locks ? navigator.locks.request("qifu-field", { ifAvailable: true }, (lock) => (lock ? all() : null)) : all());
  running ??= once().finally(() => { running = null; });
  return running;
}
async function all() {
  try {
    const told = await refresh();
    if (told.person !== person) return location.reload(); // somebody else has signed in meanwhile
    for (const item of await outbox.all()) {
      if (item.owner !== told.person || item.state === "conflict" || item.state === "wrong") continue;
      await send(item);
    }
    if ((await mine()).length) await refresh();
  } catch (problem) {
    if (problem instanceof SignedOut) { await forget(); return tell("signed-out"); }
    if (!(problem instanceof TypeError)) say(problem.message, "warning"); // without a network it is tried again later
  }
  tell("changed");
}
async function send(item) {
  if (item.state !== "told") {
    const parcel = { ...item.body, key: item.key, seq: item.seq, over: item.over ?? false, sent: new Date().toISOString() };
    const { status, body } = await ask(app.dataset.reports, { method: "POST", body: JSON.stringify(parcel), headers: { "Content-Type": "application/json" } });
    if (!settle(item, status, body)) return outbox.put(item);
    await outbox.put(item);
    tell("changed");
  }
  for (const photo of item.photos) if (!photo.sent) await sendPhoto(item, photo);
  if (item.photos.every((photo) => photo.sent)) await outbox.drop(item);
}
// What the answer makes of the item; whether to go on with its pictures.
function settle(item, status, body) {
  if (status === 200) { item.state = "told"; item.result = body; return true; }
  if (status === 409 && body.standing && body.standing.state !== "done") { item.state = "conflict"; item.standing = body.standing; item.problem = body.detail; return false; }
  if (status >= 400 && status < 500 && status !== 429 && body.detail) { item.state = "wrong"; item.problem = body.detail; item.standing = body.standing; return false; }
  throw new Error(body.detail ?? `服务器暂时没有收下（${status}），记录还在本机，稍后自动再发。`);
}
async function sendPhoto(item, photo) {
  const held = await pictures.get(photo.key);
  if (!held) { photo.sent = true; return outbox.put(item); }
  const form = new FormData();
  form.append("key", photo.key);
  form.append("kind", photo.kind);
  form.append("file", held.blob, photo.kind === "signature" ? "signature.png" : "photo.jpg");
  const { status, body } = await ask(`${app.dataset.visits}${item.number}/photos/`, { method: "POST", body: form });
  if (status !== 200 && status !== 201 && !(status >= 400 && status < 500 && status !== 429 && body.detail)) throw new Error(body.detail ?? `照片没有传完（${status}），稍后自动再传。`);
  if (status >= 400) say(`${item.title} 有一张照片没有收下：${body.detail}`, "warning");
  photo.sent = true;
  await outbox.put(item);
  await pictures.drop(photo.key);
}
// Somebody has arrived: told at once where there is a network, otherwise the report tells it.
export async function arrived(number) {
  if (!navigator.onLine) return;
  try { await ask(`${app.dataset.visits}${number}/start/`, { method: "POST" }); } catch { /* the report tells it */ }
}
