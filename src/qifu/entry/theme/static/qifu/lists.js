// Lists by keyboard and in batches: j k x / ? on [data-list], rows [data-row], boxes [data-pick], all [data-pick-all], bar [data-batch];
// a long group of boxes to tick [data-sift] gets a field that narrows it.
const $ = (query, root = document) => root.querySelector(query);
const all = (query, root = document) => [...root.querySelectorAll(query)];
const say = (text) => document.dispatchEvent(new CustomEvent("qifu:say", { detail: { text, quiet: true } }));
const OFF = "qifu:keys-off";
let off = false;
try { off = localStorage.getItem(OFF) === "1"; } catch { /* storage may be closed to us */ }

function move(step) {
  const rows = all("[data-row]");
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.classList.contains("is-here"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? 0 : here + step))];
  stand(next);
  (next.querySelector("a[data-open]") ?? next.querySelector("a"))?.focus();
  next.scrollIntoView({ block: "nearest" });
}
function stand(row) {
  all(".is-here").forEach((old) => old.classList.remove("is-here"));
  row?.classList.add("is-here");
}
document.addEventListener("focusin", (event) => { const row = event.target.closest?.("[data-row]"); if (row) stand(row); });

document.addEventListener("keydown", (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    x: () => { const box = $(".is-here [data-pick]"); if (box) { box.checked = !box.checked; picked(); } },
    "/": () => $("[data-search]")?.focus(),
    "?": () => { const help = $("#keys"); if (help && !help.open) help.showModal(); },
  };
  if (!Object.hasOwn(acts, event.key)) return;
  event.preventDefault();
  acts[event.key]();
});

// Filters that say nothing stay out of the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form.filters[method=get]")) return;
  for (const name of new Set(event.formData.keys())) {
    const said = event.formData.getAll(name).filter((value) => value !== "");
    event.formData.delete(name);
    said.forEach((value) => event.formData.append(name, value));
  }
});

function picked(spoken = true) {
  const boxes = all("[data-pick]"), count = boxes.filter((box) => box.checked).length;
  boxes.forEach((box) => box.closest("[data-row]")?.classList.toggle("is-picked", box.checked));
  all("[data-pick-all]").forEach((box) => { box.checked = count > 0 && count === boxes.length; box.indeterminate = count > 0 && count < boxes.length; });
  all("[data-batch]").forEach((bar) => { bar.hidden = count === 0; });
  all("[data-picked]").forEach((place) => { place.textContent = String(count); });
  if (spoken) say(count ? `已选 ${count} 条` : "没有选中任何条目");
}
document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches?.("[data-pick-all]")) all("[data-pick]").forEach((one) => { one.checked = box.checked; });
  if (box.matches?.("[data-pick], [data-pick-all]")) picked();
  if (box.id === "keys-on") { off = !box.checked; try { localStorage.setItem(OFF, off ? "1" : ""); } catch { /* as above */ } }
});
document.addEventListener("htmx:afterSettle", () => picked(false));
const keys = $("#keys-on");
if (keys) keys.checked = !off;
if ($("[data-pick]")) picked(false);

// ---- A long group of boxes to tick: a field above narrows it. What is ticked stays in sight; without scripts it is a plain list. ----
function sift(group) {
  const rows = all(".form-check", group), name = group.dataset.sift, id = `${group.id}_sift`;
  const label = Object.assign(document.createElement("label"), { className: "visually-hidden", htmlFor: id, textContent: `在${name}中查找` });
  const field = Object.assign(document.createElement("input"), { className: "form-control mb-1", type: "search", id, placeholder: `输入几个字，在 ${rows.length} 项中查找`, autocomplete: "off" });
  const told = Object.assign(document.createElement("p"), { className: "muted small mb-1" });
  const list = Object.assign(document.createElement("div"), { className: "sift-rows" });
  told.setAttribute("role", "status");
  group.classList.add("is-sifted");
  rows[0].before(label, field, told, list);
  list.append(...rows);
  const box = (row) => $("input", row);
  const narrow = () => {
    const words = field.value.trim().toLowerCase(), found = rows.filter((row) => row.textContent.toLowerCase().includes(words));
    for (const row of rows) row.hidden = !found.includes(row) && !box(row).checked;
    const ticked = rows.filter((row) => box(row).checked).length, so = ticked ? `已选 ${ticked} 项` : "";
    told.textContent = !words ? so : `${found.length ? `找到 ${found.length} 项` : "没有找到，换几个字试试"}${found.length === 1 ? "，按回车键勾选" : ""}${so && `；${so}`}`;
    return found;
  };
  field.addEventListener("input", (event) => { event.stopPropagation(); narrow(); });  // nothing of the form has changed
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const found = narrow();
    if (field.value.trim() && found.length === 1) { if (!box(found[0]).checked) box(found[0]).click(); field.value = ""; narrow(); }
  });
  list.addEventListener("change", narrow);
  group.form?.addEventListener("input", narrow);  // a draft that is put back
  narrow();
}
const sifts = (root) => all("fieldset[data-sift]", root).filter((group) => !$(".sift-rows", group)).forEach(sift);
sifts(document);
document.addEventListener("htmx:load", (event) => sifts(event.target));
