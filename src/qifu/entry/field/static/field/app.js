// The app: which page is shown, what the network does, and leaving.
import { app, h, person, say } from "./pieces.js";
import { showDay, showNothing } from "./day.js";
import { draftOf, showVisit } from "./form.js";
import { showQueue } from "./queue.js";
import { day, drafts, forget, outbox } from "./store.js";
import { heard, synchronise } from "./sync.js";

const EVERY = 60000;
let shown = "";
async function draw(focus = true) {
  const told = await day.get(), waiting = (await outbox.all()).filter((one) => one.owner === person), others = (await outbox.all()).length - waiting.length;
  const [, place, number] = location.hash.split("/");
  const is = told?.person === person ? told : null;
  if (place === "queue") showQueue(waiting, others, draftOf, () => draw(false));
  else if (!is) showNothing(() => synchronise().then(() => draw()));
  else if (place === "visit" && is.calls.some((call) => call.number === number)) await showVisit(is, is.calls.find((call) => call.number === number), waiting.find((one) => one.number === number));
  else showDay(is, waiting, (await drafts.all()).filter((one) => one.owner === person));
  if (focus && shown && shown !== location.hash) { document.querySelector("#app h1")?.focus(); window.scrollTo(0, 0); }
  shown = location.hash || "#/";
  document.querySelectorAll(".tabs a").forEach((link) => { const here = link.hash === (place === "queue" ? "#/queue" : "") && link.pathname === location.pathname; if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current"); });
}
function line() {
  const net = document.querySelector("#net");
  net.textContent = navigator.onLine ? "" : "现在没有网络，可以照常填写，连上后自动发送。";
  net.hidden = navigator.onLine;
}
// A form under the fingers is not drawn anew; its page is the only one with typed text.
const writing = () => location.hash.startsWith("#/visit/") && document.querySelector("#note");
heard.addEventListener("changed", () => { if (!writing()) draw(false); });
heard.addEventListener("signed-out", () => {
  app.replaceChildren(h("h1", { tabindex: "-1" }, "请重新登录"), h("p", { class: "sentence" }, "登录已过期。没有发出的走访记录还在本机，登录后自动发送；今天的安排已从本机清除。"), h("a", { class: "btn btn-primary", href: app.dataset.signIn }, "登录"));
});
window.addEventListener("hashchange", () => draw());
window.addEventListener("online", () => { line(); synchronise(); });
window.addEventListener("offline", line);
document.addEventListener("visibilitychange", () => { if (!document.hidden) synchronise(); });
setInterval(() => { if (!document.hidden) synchronise(); }, EVERY);

// Signing out: what was sent leaves the device, what was not stays for its owner.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("forgetDrafts" in form.dataset) || form.dataset.cleared) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await forget();
  form.dataset.cleared = "1";
  form.requestSubmit();
}, true);

async function begin() {
  line();
  navigator.storage?.persist?.(); // so that the phone does not clear it when it is short of room
  if ("serviceWorker" in navigator) {
    await navigator.serviceWorker.register(app.dataset.worker, { scope: app.dataset.home }).catch(() => say("这个浏览器不能离线使用走访，请换一个较新的浏览器。", "warning"));
    if (navigator.onLine && self.caches) caches.open("qifu-field-page").then((pages) => pages.add(new Request(app.dataset.home, { cache: "reload" }))).catch(() => {});
  }
  await draw(false);
  await synchronise();
}
begin();
