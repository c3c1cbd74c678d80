// Today's route: what is due, what was finished here and waits, what comes.
import { app, badge, button, card, clock, date, h, icon, TONES } from "./pieces.js";

const due = (call) => call.state === "planned" || call.state === "under_way";
function line(call, waiting, draft) {
  const marks = waiting ? [badge(waiting.state === "conflict" ? "要您决定" : waiting.state === "wrong" ? "要修改" : "待发送", waiting.state === "waiting" || waiting.state === "told" ? "accent" : "red")] : draft ? [badge("填写中", "amber")] : [badge(call.state_label, TONES[call.state])];
  return h("li", { class: "call" }, h("a", { href: `#/visit/${call.number}`, "data-call": call.number },
    h("span", { class: "call-title" }, call.title), ...marks,
    h("span", { class: "muted small" }, call.where || "地址未登记"), h("span", { class: "small" }, call.why)));
}
const list = (calls, about) => h("ol", { class: "calls" }, calls.map((call) => line(call, about.waiting.get(call.number), about.drafts.get(call.number))));

export function showDay(told, waiting, drafts) {
  const about = { waiting: new Map(waiting.map((one) => [one.number, one])), drafts: new Map(drafts.map((one) => [one.number, one])) };
  const now = told.calls.filter((call) => call.day === told.today || (call.day < told.today && due(call)));
  const here = now.filter((call) => call.state !== "cancelled"), off = now.filter((call) => call.state === "cancelled");
  const coming = told.calls.filter((call) => call.day > told.today && due(call));
  const finished = here.filter((call) => call.state === "done" || about.waiting.has(call.number)).length;
  app.replaceChildren(
    h("div", { class: "page-head" }, h("h1", { tabindex: "-1" }, "今天的走访")),
    h("p", { class: "muted" }, `${date(told.today)}，共 ${here.length} 家，已完成 ${finished} 家。${clock(told.at)} 读取。`),
    waiting.length ? h("p", {}, h("a", { class: "btn btn-outline-primary w-100", href: "#/queue" }, icon("send"), `${waiting.length} 条记录还没有发出，查看`)) : "",
    here.length ? list(here, about) : h("p", { class: "empty-line" }, "今天没有安排走访。到“工作台”的“走访”里可以安排。"),
    off.length ? card("今天取消的", list(off, about)) : "",
    coming.length ? card("接下来三天", h("ol", { class: "calls" }, coming.map((call) => h("li", { class: "call" }, h("a", { href: `#/visit/${call.number}` }, h("span", { class: "call-title" }, call.title), h("span", { class: "muted small" }, `${date(call.day)} ${call.where}`)))))) : "",
  );
}
export function showNothing(press) {
  app.replaceChildren(h("h1", { tabindex: "-1" }, "今天的走访"), h("p", { class: "sentence" }, "这台手机上还没有今天的安排。请在有网络时打开一次，之后断网也能用。"), button("再试一次", "btn-primary", press, "refresh"));
}
