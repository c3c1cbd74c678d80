// Needs found, one tap each, and facts that differ from what is known.
import { button, h } from "./pieces.js";

export function needs(told, call, draft, keep) {
  const list = h("div", { class: "stack", "data-needs": true });
  const draw = () => list.replaceChildren(...draft.needs.map(need));
  function need(one, place) {
    const title = h("input", { class: "form-control", id: `need-title-${one.key}`, maxlength: "100", value: one.title, oninput: (event) => { one.title = event.target.value; keep(); } });
    const body = h("textarea", { class: "form-control", id: `need-body-${one.key}`, maxlength: "5000", rows: "2", oninput: (event) => { one.body = event.target.value; keep(); } });
    body.value = one.body;
    return h("div", { class: "gain" }, h("p", { class: "mb-1" }, h("strong", {}, `诉求 ${place + 1}：${one.label}`)),
      h("label", { class: "form-label", for: title.id }, "什么事"), title, h("label", { class: "form-label", for: body.id }, "详细情况"), body,
      button("删除这件", "btn-plain", () => { draft.needs.splice(place, 1); keep(); draw(); }, "trash"));
  }
  const add = (code, label) => { draft.needs.push({ key: crypto.randomUUID(), category: code, label, title: `${call.title}：${label}`.slice(0, 100), body: `走访时企业反映：${label}。` }); keep(); draw(); };
  draw();
  const groups = told.needs.filter(([, below]) => below.length).map(([name, below]) => h("details", { class: "need-group" }, h("summary", {}, name), h("div", { class: "chips" }, below.map(([code, label]) => button(label, "btn-plain", () => add(code, label), "plus")))));
  return h("div", {}, h("p", { class: "muted small" }, "点一下就记下一件，提交后自动进入诉求办理。"), groups, list);
}
export function facts(told, draft, keep) {
  const list = h("ul", { class: "lines" }), value = h("input", { class: "form-control", id: "fact-value", maxlength: "200", autocomplete: "off" }), labels = new Map(told.learnt.map((one) => [one.field, one]));
  const field = h("select", { class: "form-select", id: "fact-field" }, told.learnt.map((one) => h("option", { value: one.field }, `${one.label}${one.unit ? `（${one.unit}）` : ""}`)));
  const draw = () => list.replaceChildren(...draft.facts.map((one, place) => h("li", {}, h("span", {}, `${labels.get(one.field)?.label ?? one.field}：${one.value}`), button("删除", "btn-plain", () => { draft.facts.splice(place, 1); keep(); draw(); }, "trash"))));
  const add = () => { if (!value.value.trim()) return value.focus(); draft.facts.push({ key: crypto.randomUUID(), field: field.value, value: value.value.trim(), reason: "走访时了解" }); value.value = ""; keep(); draw(); };
  draw();
  return h("div", {}, h("p", { class: "muted small" }, "与现有信息不同的，记在这里；由中心核实后更正。"), h("label", { class: "form-label", for: "fact-field" }, "哪一项"), field, h("label", { class: "form-label", for: "fact-value" }, "现在是"), value, h("div", { class: "mt-2" }, button("记下", "btn-plain", add, "plus")), list);
}
