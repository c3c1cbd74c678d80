// Letting in at the door. The list is taken along; each check-in is written on the device first, then sent, once, when it can be.
const door = document.getElementById("door"), at = (name) => door.querySelector(`[data-${name}]`);
const EVENT = door.dataset.event, BATCH = 100, AGAIN = 15000;
const WORDS = { in: "已签到", double: "重复：已经签到过", waiting: "还在候补，没有名额", cancelled: "已取消报名", unknown: "名单里没有这张票" };
let guests = new Map(), csrf = "", sending = false, trouble = "", opening = null;

function open() {
  opening ??= new Promise((done, fail) => {
    const asked = indexedDB.open(`qifu-door-${EVENT}`, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("list");
      asked.result.createObjectStore("checks", { keyPath: "key" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => { opening = null; fail(asked.error); };
  });
  return opening;
}
async function within(name, mode, work) {
  const base = await open();
  return new Promise((done, fail) => {
    const whole = base.transaction(name, mode, mode === "readwrite" ? { durability: "strict" } : {});
    const last = work(whole.objectStore(name));
    whole.oncomplete = () => done(last?.result);
    whole.onerror = whole.onabort = () => fail(whole.error ?? new Error("storage"));
  });
}
const all = () => within("checks", "readonly", (store) => store.getAll());
const put = (check) => within("checks", "readwrite", (store) => store.put(check));
const token = () => csrf || document.querySelector("meta[name=csrf]")?.content || "";
const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

async function list() {
  try {
    const answer = await fetch(door.dataset.list, { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 401 || answer.status === 403) throw new Error("out");
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    await within("list", "readwrite", (store) => { store.put(told.guests, "guests"); return store.put(new Date().toISOString(), "at"); });
    take(told.guests);
    csrf = told.csrf;
    say(trouble || "网络正常，签到马上计入。");
  } catch (wrong) {
    const kept = await within("list", "readonly", (store) => store.get("guests"));
    if (kept) take(kept);
    say(wrong.message === "out" ? "登录已过期：签到先记在手机里，请重新登录后发送。" : kept ? "没有网络：签到记在手机里，有网络时自动发送。" : "没有网络，也没有存下名单；可以输入票码，先记在手机里。");
  }
  await count();
}
function take(rows) { guests = new Map(rows.map((one) => [one.code, one])); }
function say(text) { at("net").textContent = text; }

async function count() {
  const checks = await all();
  const done = new Set([...guests.values()].filter((one) => one.state === "attended").map((one) => one.code));
  for (const one of checks) if (one.word === "in" || (!one.word && guests.has(one.code))) done.add(one.code);
  at("in").textContent = done.size;
  at("all").textContent = [...guests.values()].filter((one) => one.state !== "waiting").length;
  at("waiting").textContent = checks.filter((one) => !one.word).length;
  return checks;
}
function verdict(word, guest, more = "") {
  const box = at("verdict");
  box.hidden = false;
  box.className = `verdict ${word === "double" ? "is-double" : word === "in" || word === "noted" ? "" : "is-wrong"}`;
  box.textContent = `${guest ? `${guest.person}（${guest.firm}）` : ""}${word === "noted" ? "已记下，等网络时发送" : WORDS[word]}${more}`;
  const line = document.createElement("li");
  line.textContent = `${new Date().toLocaleTimeString("zh-CN", { hour12: false })} ${box.textContent}`;
  at("log").prepend(line);
}

// One person: told at once from what is on the device, written down, then sent.
async function checkIn(raw, how) {
  const code = raw.trim().toUpperCase(), guest = guests.get(code), checks = await all();
  const before = checks.find((one) => one.code === code && one.word !== "unknown");
  if (guest?.state === "waiting" || (!guest && guests.size && navigator.onLine === false)) return verdict(guest ? "waiting" : "unknown", guest);
  if (before || guest?.state === "attended") verdict("double", guest, before ? `（${new Date(before.at).toLocaleTimeString("zh-CN", { hour12: false })}）` : "");
  const check = { key: key(), code, at: new Date().toISOString(), how, offline: !navigator.onLine, word: "" };
  await put(check);
  const told = await send();
  const answer = told.get(check.key);
  if (answer) verdict(answer.word, answer.person ? answer : guest, answer.first ? `（${answer.first}）` : "");
  else if (!before && guest?.state !== "attended") { await put({ ...check, offline: true }); verdict("noted", guest); }
  await count();
}

// Whatever waits is sent; the server answers a key alike however often it comes.
async function send() {
  const told = new Map();
  if (sending) return told;
  sending = true;
  try {
    for (;;) {
      const some = (await all()).filter((one) => !one.word).slice(0, BATCH);
      if (!some.length) break;
      const answer = await fetch(door.dataset.checks, {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
        body: JSON.stringify({ checks: some.map(({ key, code, at, how, offline }) => ({ key, code, at, how, offline })) }),
      });
      if (!answer.ok || answer.redirected) { say(trouble = answer.status === 409 ? "现在不能签到：请核对活动的时间和状态。" : "没有发出去：签到都在手机里，稍后再发。"); break; }
      trouble = "";
      const rows = (await answer.json()).answers;
      await within("checks", "readwrite", (store) => {
        for (const one of rows) { told.set(one.key, one); store.put({ ...some.find((each) => each.key === one.key), word: one.word }); }
      });
      for (const one of rows) { const guest = guests.get(some.find((each) => each.key === one.key).code); if (guest && one.word === "in") guest.state = "attended"; }
      say("网络正常，签到马上计入。");
    }
  } catch {
    say("没有网络：签到记在手机里，有网络时自动发送。");
  } finally {
    sending = false;
  }
  await count();
  return told;
}

at("find").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = at("code"), text = field.value.trim();
  if (!text) return;
  at("found").replaceChildren();
  if (guests.has(text.toUpperCase()) || /^[2-9A-HJ-NP-Z]{12}$/i.test(text)) { field.value = ""; return checkIn(text, "code"); }
  const some = [...guests.values()].filter((one) => one.person.includes(text) || one.firm.includes(text)).slice(0, 20);
  if (!some.length) return verdict("unknown");
  at("found").replaceChildren(...some.map((one) => {
    const line = document.createElement("li"), press = document.createElement("button");
    press.type = "button";
    press.className = "btn btn-plain w-100 text-start mb-1";
    press.textContent = `${one.person}（${one.firm}）${one.state === "attended" ? "：已签到" : one.state === "waiting" ? "：候补" : ""}`;
    press.addEventListener("click", () => { at("found").replaceChildren(); field.value = ""; checkIn(one.code, "name"); });
    line.append(press);
    return line;
  }));
});

// Where the browser reads codes by itself; elsewhere the code is typed.
if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  const press = at("scan"), camera = at("camera");
  let last = "", until = 0, stream = null;
  press.hidden = false;
  press.addEventListener("click", async () => {
    if (stream) { stream.getTracks().forEach((one) => one.stop()); stream = null; camera.hidden = true; return; }
    try {
      const reader = new BarcodeDetector({ formats: ["qr_code"] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      camera.srcObject = stream; camera.hidden = false;
      await camera.play();
      const look = async () => {
        if (!stream) return;
        const [found] = await reader.detect(camera).catch(() => []);
        if (found && (found.rawValue !== last || Date.now() > until)) { last = found.rawValue; until = Date.now() + 5000; await checkIn(last, "scan"); }
        setTimeout(look, 200);
      };
      look();
    } catch { say("摄像头打不开，请输入票码或姓名。"); }
  });
}
navigator.serviceWorker?.register(door.dataset.worker).catch(() => {});
addEventListener("online", () => send().then(list));
setInterval(() => send(), AGAIN);
list().then(send);
