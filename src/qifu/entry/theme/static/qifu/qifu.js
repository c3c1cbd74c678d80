// What every page does: clocks tick, messages are said, questions are asked, refusals of the server are shown.
const $ = (query, root = document) => root.querySelector(query);
const all = (query, root = document) => [...root.querySelectorAll(query)];
const make = (tag, css, text = "") => Object.assign(document.createElement(tag), { className: css, textContent: text });
// Words are Chinese; on an English page english.js brings the others. `_` is named for the catalogue to find them.
const _ = (words, values = {}) => (window.qifuWords?.[words] ?? words).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

// ---- Saying something -------------------------------------------------------------------------------------------
// Any script may say: document.dispatchEvent(new CustomEvent("qifu:say", {detail: {text, tone, quiet}})).
const TOASTS_MAX = 4;
function say({ text, tone = "info", quiet = false }) {
  if (!text) return;
  if (quiet) { const spoken = $("#spoken"); if (spoken) spoken.textContent = text; return; }
  const toast = make("div", `alert alert-${tone}`);
  const close = make("button", "btn-close");
  close.type = "button";
  close.setAttribute("aria-label", _("关闭提示"));
  toast.append(make("div", "", text), close);
  const box = $("#toasts");
  if (!box) return;
  box.append(toast);
  while (box.children.length > TOASTS_MAX) box.firstElementChild.remove();
  fade(toast);
}
// Good news goes by itself; a refusal stays until it is read.
function fade(toast) { if (!toast.matches(".alert-danger, .alert-warning")) setTimeout(() => toast.remove(), 8000); }
document.addEventListener("qifu:say", (event) => say(event.detail));
document.addEventListener("say", (event) => say(event.detail)); // HX-Trigger: {"say": {"text": …, "tone": …}}

// ---- Clocks -----------------------------------------------------------------------------------------------------
// The server's `now` stands beside each time, so a wrong clock on the device does no harm.
const skews = new WeakMap();
function skew(element, attribute) {
  if (!skews.has(element)) skews.set(element, Date.now() - Date.parse(element.getAttribute(attribute)));
  return skews.get(element);
}
function span(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60), days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
  if (days) return hours ? _("{days}天{hours}小时", { days, hours }) : _("{days}天", { days });
  if (hours) return rest ? _("{hours}小时{rest}分", { hours, rest }) : _("{hours}小时", { hours });
  return rest ? _("{rest}分", { rest }) : _("不到1分");
}
function tick(chip) {
  const now = Date.now() - skew(chip, "data-now"), due = Date.parse(chip.dataset.due), left = (due - now) / 1000;
  const text = `${chip.dataset.label ? chip.dataset.label + " " : ""}${left < 0 ? _("已超 {span}", { span: span(left) }) : _("剩 {span}", { span: span(left) })}${"provisional" in chip.dataset ? _("（暂定）") : ""}`;
  const shown = $(".chip-text", chip);
  if (shown.textContent !== text) shown.textContent = text;
  const start = Date.parse(chip.dataset.start), gone = (now - start) / (due - start);
  const tone = left < 0 ? "red" : Number.isNaN(gone) ? "" : gone >= 0.8 ? "amber" : gone < 0.5 ? "calm" : "none";
  if (!tone || chip.classList.contains(`chip-${tone}`)) return;
  chip.classList.remove("chip-calm", "chip-amber", "chip-red");
  if (tone !== "none") chip.classList.add(`chip-${tone}`);
  const use = $("use", chip), drawn = { red: "alarm", amber: "hourglass" }[tone] ?? "clock";
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${drawn}`));
}
function ago(time) {
  const gone = Math.floor((Date.now() - skew(time, "data-ago") - Date.parse(time.dateTime)) / 60000);
  if (gone >= 0 && gone < 720) time.textContent = gone < 1 ? _("刚刚") : gone < 60 ? _("{n}分钟前", { n: gone }) : _("{n}小时前", { n: Math.floor(gone / 60) });
}
function run() {
  if (document.hidden) return;
  all("[data-due]").forEach(tick);
  all("[data-ago]").forEach(ago);
}

// ---- Dialogs ----------------------------------------------------------------------------------------------------
function ask(source) {
  const dialog = $("#confirm");
  if (!dialog) return Promise.resolve(window.confirm(source.dataset.confirm));
  $("[data-question]", dialog).textContent = source.dataset.confirm;
  const ok = $("[data-ok]", dialog);
  ok.textContent = source.dataset.confirmOk || _("确定");
  ok.className = `btn btn-${source.dataset.confirmTone === "danger" ? "danger" : "primary"}`;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}
const agreed = new WeakSet();
window.addEventListener("submit", (event) => {
  const form = event.target, source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(source).then((yes) => { if (yes) { agreed.add(form); form.requestSubmit(event.submitter); } });
}, true);
document.addEventListener("htmx:confirm", (event) => {
  const source = event.target;
  if (!source.dataset?.confirm || source.matches("form")) return;
  event.preventDefault();
  ask(source).then((yes) => yes && event.detail.issueRequest(true));
});

const SHOWN_FOR = 120000;
let masked = null;
function open(button) {
  masked = button.closest("[data-masked]");
  const dialog = $("#unmask"), form = $("[data-unmask-form]", dialog);
  form.action = button.dataset.unmask;
  form.reset();
  $("[data-what]", dialog).textContent = button.dataset.label;
  $("[data-error]", dialog).hidden = true;
  dialog.showModal();
}
async function unmask(form) {
  const place = masked, error = $("[data-error]", form), value = $("[data-value]", place);
  const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest", Accept: "application/json" };
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
    const body = await answer.text();
    if (!answer.ok || answer.redirected) throw new Error(answer.redirected || answer.status === 401 ? _("登录已过期，请重新登录后再查看。") : sentence(body, answer.status));
    const hidden = value.textContent;
    value.textContent = json(body)?.value ?? body;
    $("button", place).hidden = true;
    form.closest("dialog").close();
    say({ text: _("已显示，{n} 分钟后自动隐藏。", { n: SHOWN_FOR / 60000 }), quiet: true });
    setTimeout(() => { value.textContent = hidden; $("button", place).hidden = false; }, SHOWN_FOR);
  } catch (problem) {
    error.textContent = problem instanceof TypeError ? _("网络不通，没有取到内容，请稍后再试。") : problem.message;
    error.hidden = false;
  }
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-unmask-form]")) return;
  event.preventDefault();
  unmask(event.target);
});

// ---- Pressing ---------------------------------------------------------------------------------------------------
async function copy(text) {
  try { await navigator.clipboard.writeText(text); say({ text: _("已复制。"), tone: "success" }); }
  catch { say({ text: _("没能自动复制，请手动复制：{text}", { text }), tone: "warning" }); }
}
document.addEventListener("click", (event) => {
  const on = (query) => event.target.closest?.(query);
  let hit;
  if ((hit = on("[data-copy]"))) copy(hit.dataset.copy);
  else if ((hit = on("[data-unmask]"))) open(hit);
  else if ((hit = on("[data-opens]"))) $(hit.dataset.opens)?.showModal();
  else if ((hit = on("[data-closes]"))) hit.closest("dialog")?.close();
  else if ((hit = on(".toasts .btn-close"))) hit.closest(".alert").remove();
  else if (on("[data-print]")) window.print();
  else if (on("[data-back]")) history.length > 1 ? history.back() : location.assign("/");
  else if ((hit = on("[data-slim]"))) slim(hit, !document.documentElement.classList.contains("slim"));
  all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  all("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
});
function slim(button, on) {
  document.documentElement.classList.toggle("slim", on);
  button.setAttribute("aria-pressed", String(on));
  keep("qifu:slim", on ? "1" : "");
}
function keep(key, value) { try { localStorage.setItem(key, value); } catch { /* storage may be closed to us */ } }
function kept(key) { try { return localStorage.getItem(key); } catch { return null; } }

// ---- The server's answers to htmx -------------------------------------------------------------------------------
function csrf() { return $("meta[name=csrf]")?.content ?? $("[name=csrfmiddlewaretoken]")?.value ?? ""; }
function json(text) { try { return JSON.parse(text); } catch { return null; } }
function sentence(body, status) {
  const told = json(body);
  if (told) return told.detail || told.message || told.title || _("没有办成（{status}），请稍后再试。", { status });
  const page = new DOMParser().parseFromString(body, "text/html");
  const said = $("[data-sentence]", page)?.textContent.trim() || (/</.test(body) ? "" : body.trim());
  return said || (status >= 500 ? _("系统出了问题，没有办成，请稍后再试。") : _("没有办成（{status}），请刷新页面后再试。", { status }));
}
function expire() {
  const dialog = $("#expired");
  if (!dialog || dialog.open) return;
  const link = $("[data-sign-in]", dialog);
  link.href = `${link.getAttribute("href").split("?")[0]}?next=${encodeURIComponent(location.pathname + location.search)}`;
  dialog.showModal();
}
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" && csrf()) event.detail.headers["X-CSRFToken"] = csrf();
});
document.addEventListener("htmx:responseError", (event) => {
  const answer = event.detail.xhr, said = sentence(answer.responseText, answer.status);
  // A page meant for a visitor, sent to somebody who was signed in: the session is over. Any other 403 is a right that is lacking.
  const over = document.body.dataset.person !== "visitor" && answer.responseText.includes('data-person="visitor"');
  if (answer.status === 401 || (answer.status === 403 && (over || answer.responseText.includes("data-expired")))) expire();
  else say({ text: said, tone: answer.status >= 500 ? "danger" : "warning" });
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const link = $("#expired [data-sign-in]"), came = event.detail.xhr.responseURL;
  if (!link || !came || !new URL(came).pathname.startsWith("/sign-in/") || location.pathname.startsWith("/sign-in/")) return;
  event.detail.shouldSwap = false; // the sign-in page instead of a fragment
  expire();
});
document.addEventListener("htmx:sendError", () => say({ text: _("网络不通，没有发出。内容还在页面上，请检查网络后再试。"), tone: "danger" }));
document.addEventListener("htmx:timeout", () => say({ text: _("等待太久，没有收到答复。请刷新页面，看看是否已经办成。"), tone: "warning" }));
document.addEventListener("htmx:afterSettle", run);

if (kept("qifu:slim") && $("[data-slim]")) slim($("[data-slim]"), true);
all("[data-toast]").forEach(fade);
all("[data-errors]").find((box) => !box.closest("[data-still]"))?.focus();
run();
setInterval(run, 15000);
document.addEventListener("visibilitychange", run);
