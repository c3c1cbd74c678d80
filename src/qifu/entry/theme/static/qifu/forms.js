// What forms do: typing is kept on this device, nothing is sent twice, files are checked before they travel.
const $ = (query, root = document) => root.querySelector(query);
const all = (query, root = document) => [...root.querySelectorAll(query)];
const make = (tag, css, text = "") => Object.assign(document.createElement(tag), { className: css, textContent: text });
// Words are Chinese; on an English page english.js brings the others. `_` is named for the catalogue to find them.
const _ = (words, values = {}) => (window.qifuWords?.[words] ?? words).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
const say = (text, tone = "info", quiet = false) => document.dispatchEvent(new CustomEvent("qifu:say", { detail: { text, tone, quiet } }));
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* storage may be closed to us */ } },
};

// ---- Drafts: <form data-draft="name">, one per person and form, gone after seven days ---------------------------------
const KEPT_FOR = 7 * 86400000;
const person = document.body.dataset.person || "visitor";
const PREFIX = `qifu:draft:${person}:`;
const SENT = "qifu:sent";
const keyOf = (form) => PREFIX + form.dataset.draft;
const typed = (field) => field.name && !field.disabled && !/^(hidden|password|file|submit|button|reset)$/.test(field.type) && !("noDraft" in field.dataset);
const choice = (field) => field.type === "checkbox" || field.type === "radio";
const read = (form) => [...form.elements].filter(typed).map((f) => choice(f) ? [f.name, f.value, f.checked] : f.multiple ? [f.name, [...f.selectedOptions].map((o) => o.value)] : [f.name, f.value]);
const clockText = (at) => new Date(at).toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });

function fill(form, values) {
  for (const [name, value, checked] of values) {
    const fields = [...form.elements].filter((f) => f.name === name && typed(f));
    if (checked !== undefined) fields.filter((f) => f.value === value).forEach((f) => { f.checked = checked; });
    else if (Array.isArray(value)) fields.forEach((f) => [...f.options].forEach((o) => { o.selected = value.includes(o.value); }));
    else if (fields.length) fields[0].value = value;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
function keepDraft(form) {
  const at = Date.now();
  if (!store.set(keyOf(form), { at, values: read(form) })) return;
  let note = $("[data-draft-note]", form);
  if (!note) { note = make("p", "muted small mb-0 mt-2"); note.dataset.draftNote = ""; form.append(note); }
  note.textContent = _("已保存在本机 {at}", { at: clockText(at) });
}
function offer(form) {
  const draft = store.get(keyOf(form));
  if (!draft) return;
  if (Date.now() - draft.at > KEPT_FOR) return store.drop(keyOf(form));
  if ($(".is-invalid, [data-errors]", form) || JSON.stringify(draft.values) === JSON.stringify(read(form))) return;
  const box = make("div", "alert alert-info"), text = make("div", "", _("您 {at} 填写的内容还在本机。", { at: clockText(draft.at) })), acts = make("div", "d-flex gap-2 mt-2");
  box.setAttribute("role", "status");
  const restore = make("button", "btn btn-primary", _("恢复内容")), refuse = make("button", "btn btn-plain", _("不要了"));
  restore.type = refuse.type = "button";
  restore.onclick = () => { fill(form, draft.values); box.remove(); say(_("已恢复。附件需要重新选择。"), "success"); [...form.elements].find(typed)?.focus(); };
  refuse.onclick = () => { store.drop(keyOf(form)); box.remove(); };
  acts.append(restore, refuse);
  text.append(acts);
  box.append(text);
  form.prepend(box);
}
// A form that was sent is forgotten once the next page is neither an error, nor the sign-in, nor the same form with errors,
// nor the page before with the sentence of a refusal.
function settle() {
  let sent = null;
  try { sent = sessionStorage.getItem(SENT); sessionStorage.removeItem(SENT); } catch { return; }
  const failed = "keepDrafts" in document.body.dataset || $("[data-refused]") || all("form[data-draft]").some((f) => keyOf(f) === sent && $(".is-invalid, [data-errors]", f));
  if (sent && !failed) store.drop(sent);
}
const waiting = new WeakMap();
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (!form) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keepDraft(form), 400));
});

// ---- Sent once --------------------------------------------------------------------------------------------------
function busy(form, button) {
  form.dataset.busy = "";
  const pressed = button ?? $("button:not([type]), button[type=submit]", form);
  // Only after the browser has collected the fields: a disabled button would not be sent with them.
  setTimeout(() => { if (pressed && "busy" in form.dataset) { pressed.setAttribute("aria-busy", "true"); pressed.disabled = true; } });
}
function free(form) {
  delete form.dataset.busy;
  all("[aria-busy=true]", form).forEach((b) => { b.removeAttribute("aria-busy"); b.disabled = false; });
}
window.addEventListener("submit", (event) => {
  if (!("busy" in event.target.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("forgetDrafts" in form.dataset) Object.keys(localStorage).filter((k) => k.startsWith(PREFIX)).forEach(store.drop);
  if (event.defaultPrevented || form.method === "dialog") return;
  touched.delete(form);
  if (form.method !== "post") return;
  if (form.dataset.draft) { clearTimeout(waiting.get(form)); keepDraft(form); try { sessionStorage.setItem(SENT, keyOf(form)); } catch { /* as above */ } }
  busy(form, event.submitter);
});
document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches?.("form")) busy(event.target, event.detail.requestConfig?.triggeringEvent?.submitter); });
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("form")) return;
  free(form);
  if (!event.detail.successful) return;
  touched.delete(form);
  if (form.dataset.draft) { clearTimeout(waiting.get(form)); store.drop(keyOf(form)); }
});
window.addEventListener("pageshow", (event) => { if (event.persisted) all("form[data-busy]").forEach(free); });

// ---- Leaving with something unsaved: <form data-guard> -----------------------------------------------------------------
const touched = new Set();
document.addEventListener("input", (event) => { const form = event.target.closest?.("form[data-guard]"); if (form) touched.add(form); });
window.addEventListener("beforeunload", (event) => { if ([...touched].some((f) => f.isConnected)) event.preventDefault(); });

// ---- How much may still be written ------------------------------------------------------------------------------------
function count(area) {
  let note = area.nextElementSibling;
  if (!note?.matches("[data-count]")) { note = make("div", "muted small text-end"); note.dataset.count = ""; area.after(note); }
  note.textContent = _("{n} / {most} 字", { n: area.value.length, most: area.maxLength });
}
document.addEventListener("input", (event) => { if (event.target.matches?.("textarea[maxlength]")) count(event.target); });

// ---- Files ------------------------------------------------------------------------------------------------------
const MB = 1048576;
const sized = (bytes) => bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MB).toFixed(1)} MB`;
function fits(file, input) {
  const most = Number(input.dataset.maxBytes) || Infinity, name = file.name.toLowerCase();
  const kinds = (input.accept || "").split(",").map((k) => k.trim().toLowerCase()).filter(Boolean);
  if (file.size > most) return _("{name} 有 {size}，超过了 {most} 的上限，没有加入。", { name: file.name, size: sized(file.size), most: sized(most) });
  if (file.size === 0) return _("{name} 是空文件，没有加入。", { name: file.name });
  if (kinds.length && !kinds.some((k) => k.startsWith(".") ? name.endsWith(k) : k.endsWith("/*") ? file.type.startsWith(k.slice(0, -1)) : file.type === k)) return _("{name} 的类型不在可上传的范围内，没有加入。可以传：{kinds}。", { name: file.name, kinds: kinds.filter((k) => k.startsWith(".") && k !== ".jpeg").map((k) => k.slice(1).toUpperCase()).join(" ") });
  return "";
}
const chosen = new WeakMap();
function choose(input, added) {
  const before = chosen.get(input) ?? [], most = Number(input.dataset.maxFiles) || Infinity, problems = [], good = [...before];
  for (const file of added) {
    const why = fits(file, input);
    if (why) problems.push(why);
    else if (good.some((g) => g.name === file.name && g.size === file.size)) continue;
    else if (input.multiple && good.length >= most) problems.push(_("最多 {most} 个文件，{name} 没有加入。", { most, name: file.name }));
    else good.push(file);
  }
  put(input, input.multiple ? good : good.slice(-1));
  const box = input.closest("[data-drop]");
  $(".invalid-feedback", box)?.remove();
  if (problems.length) { const told = make("p", "invalid-feedback d-block mb-0", problems.join(" ")); told.setAttribute("role", "alert"); box.append(told); }
}
function put(input, files) {
  const carrier = new DataTransfer(), list = $("[data-chosen]", input.closest("[data-drop]"));
  files.forEach((file) => carrier.items.add(file));
  input.files = carrier.files;
  chosen.set(input, files);
  list.replaceChildren(...files.map((file) => {
    const row = make("li", ""), drop = make("button", "btn btn-quiet btn-sm", _("移除"));
    drop.type = "button";
    drop.setAttribute("aria-label", _("移除 {name}", { name: file.name }));
    drop.onclick = () => { put(input, chosen.get(input).filter((f) => f !== file)); input.focus(); };
    row.append(make("span", "name", file.name), make("span", "muted small", sized(file.size)), drop);
    return row;
  }));
}
document.addEventListener("change", (event) => { const input = event.target; if (input.type === "file" && input.closest("[data-drop]")) choose(input, [...input.files]); });
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const box = event.target.closest?.("[data-drop]");
    if (!box) return;
    event.preventDefault();
    box.classList.toggle("is-over", kind === "dragover");
    if (kind === "drop") choose($("input[type=file]", box), [...event.dataTransfer.files]);
  });
}

function ready(root) {
  all("textarea[maxlength]", root).forEach(count);
  all("form[data-draft]", root).forEach(offer);
}
settle();
ready(document);
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) ready(event.target); });
