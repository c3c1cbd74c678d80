// What waits to be sent; and where the desk changed a visit meanwhile, both sides of it.
import { app, badge, button, card, clock, date, h, say } from "./pieces.js";
import { outbox } from "./store.js";
import { synchronise } from "./sync.js";

const STATES = { waiting: ["待发送", "accent"], told: ["照片待传", "accent"], conflict: ["要您决定", "red"], wrong: ["要修改", "red"] };
const facts = (pairs) => h("dl", { class: "facts" }, pairs.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value || "未填")]));

function sides(item) {
  const there = item.standing, told = item.body;
  return h("div", { class: "sides" },
    h("div", {}, h("h3", {}, "工作台现在"), facts([["状态", there.state_label], ["日期", date(there.day)], ["走访人", there.who], ["原因", there.reason]])),
    h("div", {}, h("h3", {}, "本机的记录"), facts([["状态", "已走访"], ["到达", `${clock(told.arrived)}`], ["离开", `${clock(told.left)}`], ["纪要", told.note], ["诉求", `${told.needs.length} 件`], ["照片", `${item.photos.filter((one) => one.kind === "photo").length} 张`]])));
}
function acts(item, draftOf, redraw) {
  const goOn = async () => { await outbox.put({ ...item, over: true, state: "waiting" }); say("已按现场记录提交。"); await synchronise(); redraw(); };
  const giveUp = async () => { await outbox.drop(item); say("已放弃本机的这条记录。"); redraw(); };
  const change = async () => { await outbox.reopen(item, draftOf(item)); location.hash = `#/visit/${item.number}`; };
  const sure = h("details", {}, h("summary", {}, "放弃本机的记录"), h("p", { class: "sentence" }, `将删除本机上 ${item.title} 的走访记录、${item.body.needs.length} 件诉求和 ${item.photos.length} 张图片，不能恢复。`), button("确定放弃", "btn-danger", giveUp, "trash"));
  if (item.state === "conflict") return [button("按现场记录提交", "btn-primary", goOn, "send"), sure];
  if (item.state === "wrong") return [item.standing?.state === "done" ? "" : button("回去修改", "btn-primary", change, "edit"), sure];
  return [];
}
function one(item, draftOf, redraw) {
  const [word, tone] = STATES[item.state];
  return card("", h("h2", { class: "card-title" }, `${item.title} `, badge(word, tone)),
    h("p", { class: "muted small" }, `${clock(item.body.left)} 完成，编号 ${item.number}`),
    item.problem ? h("p", { class: "sentence", role: "alert" }, item.problem) : "",
    item.state === "conflict" ? sides(item) : "", ...acts(item, draftOf, redraw));
}
export function showQueue(items, others, draftOf, redraw) {
  app.replaceChildren(
    h("div", { class: "page-head" }, h("h1", { tabindex: "-1" }, "待发送"), h("div", { class: "acts" }, button("现在发送", "btn-primary", async () => { if (!navigator.onLine) say("现在没有网络，连上后会自动发送。", "warning"); await synchronise(); redraw(); }, "send"))),
    items.length ? h("div", { class: "stack" }, items.map((item) => one(item, draftOf, redraw))) : h("p", { class: "empty-line" }, "没有等待发送的记录。"),
    others ? h("p", { class: "muted" }, `这台手机上还有另一位同事的 ${others} 条记录没有发出，请由本人登录后发送。`) : "",
  );
}
