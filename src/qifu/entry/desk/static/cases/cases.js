// A reply template goes into the reply where the cursor stands; which one it was travels along.
document.addEventListener("change", (event) => {
  const select = event.target.closest?.("select[data-inserts]");
  const chosen = select?.selectedOptions[0], area = select && document.getElementById(select.dataset.inserts);
  if (!chosen?.dataset.body || !area) return;
  area.setRangeText(chosen.dataset.body, area.selectionStart, area.selectionEnd, "end");
  const used = select.form.elements.namedItem("template");
  if (used) used.value = chosen.value;
  select.value = "";
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});

// A download leaves the page where it is: let the button be pressed again.
document.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-download]")) return;
  const form = event.target, button = event.submitter;
  setTimeout(() => { delete form.dataset.busy; button.removeAttribute("aria-busy"); button.disabled = false; }, 3000);
});

// One choice for all rows: each takes it and can still be changed by itself.
document.addEventListener("change", (event) => {
  const select = event.target.closest?.("select[data-fills]");
  if (!select?.value) return;
  document.querySelectorAll(select.dataset.fills).forEach((row) => { row.value = select.value; });
  select.value = "";
});

// A proposed unit is chosen by pressing it.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-picks]"), select = button && document.getElementById(button.dataset.picks);
  if (!select) return;
  select.value = button.dataset.value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  select.focus();
});
