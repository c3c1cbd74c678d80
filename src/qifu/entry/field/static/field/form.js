// One visit: what is known, what is worth asking, and the record of it, kept on the device at every touch.
import { app, badge, button, card, clock, date, h, icon, person, say, TONES } from "./pieces.js";
import { facts, needs } from "./gains.js";
import { shrunk } from "./shrink.js";
import { signature } from "./sign.js";
import { listening } from "./speech.js";
import { drafts, keepPicture, outbox, pictures } from "./store.js";
import { arrived, synchronise } from "./sync.js";

const MOST = 9;
const fresh = (call) => ({ number: call.number, owner: person, title: call.title, seq: call.seq, form: call.form, arrived: null, answers: {}, note: "", signed_by: "", signature: null, position: null, photos: [], needs: [], facts: [], follow_up: "" });

function known(call) {
  if (!call.known) return "";
  const one = call.known, lines = [["行业", one.industry], ["规模", one.size], ["标签", one.marks.join("、")], ["地址", one.address], ["位置", one.room], ...one.lines];
  return card("已经知道的", h("dl", { class: "facts" }, lines.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])), one.last ? h("p", { class: "muted small" }, `上次走访：${one.last}`) : h("p", { class: "muted small" }, "以前没有走访过。"));
}
const asking = (call) => (call.known?.asking.length ? card("可以问一问", h("ul", {}, call.known.asking.map((text) => h("li", {}, text)))) : "");

function question(one, draft, keep) {
  const id = `q-${one.key}`, held = draft.answers[one.key];
  if (one.kind === "choice" || one.kind === "choices") {
    const several = one.kind === "choices";
    const press = (value, on) => {
      const before = draft.answers[one.key] ?? [];
      draft.answers[one.key] = several ? (on ? [...before, value] : before.filter((other) => other !== value)) : value;
      keep();
    };
    return h("fieldset", { class: "taps" }, h("legend", { class: "form-label" }, one.label), h("div", { class: "chips" }, one.options.map(([value, label]) => {
      const box = h("input", { type: several ? "checkbox" : "radio", class: "btn-check", name: id, id: `${id}-${value}`, checked: several ? (held ?? []).includes(value) : held === value, onchange: (event) => press(value, event.target.checked) });
      return [box, h("label", { class: "btn btn-plain", for: box.id }, label)];
    }).flat()));
  }
  if (one.kind === "number") {
    const box = h("input", { class: "form-control", id, inputmode: "numeric", value: held ?? "", oninput: (event) => { const text = event.target.value.trim(); draft.answers[one.key] = /^\d+$/.test(text) ? Number(text) : null; event.target.classList.toggle("is-invalid", text !== "" && !/^\d+$/.test(text)); keep(); } });
    return h("div", {}, h("label", { class: "form-label", for: id }, `${one.label}（${one.unit}）`), box);
  }
  return words(id, one.label, held ?? "", 500, (text) => { draft.answers[one.key] = text; keep(); });
}
function words(id, label, held, longest, changed) {
  const area = h("textarea", { class: "form-control", id, rows: "3", maxlength: String(longest), oninput: (event) => changed(event.target.value) });
  area.value = held;
  return h("div", {}, h("label", { class: "form-label", for: id }, label), area, listening(area));
}
function photos(draft, keep) {
  const list = h("ul", { class: "shots" });
  const draw = () => list.replaceChildren(...draft.photos.map((one, place) => h("li", {}, h("img", { src: one.small, alt: `照片 ${place + 1}` }), button("删除", "btn-plain btn-sm", async () => { draft.photos.splice(place, 1); await pictures.drop(one.key); keep(); draw(); }))));
  const box = h("input", { type: "file", class: "form-control", id: "photos", accept: "image/*", multiple: true, onchange: async () => {
    for (const file of box.files) {
      if (draft.photos.length >= MOST) { say(`最多 ${MOST} 张照片。`, "warning"); break; }
      try {
        const { blob, small } = await shrunk(file), key = crypto.randomUUID();
        draft.photos.push({ key, small });
        await keepPicture({ key, owner: person, number: draft.number, kind: "photo", blob }, draft);
      } catch { say(`${file.name} 不是可以读取的照片，没有加入。`, "warning"); }
    }
    box.value = "";
    draw();
  } });
  draw();
  return h("div", {}, h("label", { class: "form-label", for: "photos" }, "拍照或选照片"), box, list);
}
function position(draft, keep) {
  const told = h("span", { class: "muted small", role: "status" }, draft.position ? `已记录，误差约 ${Math.round(draft.position.accuracy ?? 0)} 米。` : "没有记录。");
  const find = () => {
    told.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(({ coords }) => { draft.position = { latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy }; keep(); told.textContent = `已记录，误差约 ${Math.round(coords.accuracy)} 米。`; },
      () => { told.textContent = "没能定位，可以不填，照常提交。"; }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  };
  return navigator.geolocation ? h("div", {}, button("记录现在的位置", "btn-plain", find, "map"), " ", told) : h("p", { class: "muted small" }, "这台设备不能定位，可以不填。");
}
function back(draft, keep) {
  const box = h("input", { type: "date", class: "form-control", id: "follow-up", value: draft.follow_up, onchange: (event) => { draft.follow_up = event.target.value; keep(); } });
  const after = (days) => () => { const day = new Date(Date.now() + days * 86400000 + 8 * 3600000).toISOString().slice(0, 10); box.value = draft.follow_up = day; keep(); };
  return h("div", {}, h("label", { class: "form-label", for: "follow-up" }, "哪天回访（不用回访就空着）"), box, h("div", { class: "chips mt-2" }, button("一周后", "btn-plain", after(7)), button("一个月后", "btn-plain", after(30)), button("不回访", "btn-plain", () => { box.value = draft.follow_up = ""; keep(); })));
}
const body = (draft) => ({ number: draft.number, arrived: draft.arrived, left: new Date().toISOString(), form: draft.form, answers: draft.answers, note: draft.note, signed_by: draft.signed_by, position: draft.position, photos: [...draft.photos.map((one) => one.key), ...(draft.signature ? [draft.signature] : [])], needs: draft.needs.map(({ key, category, title, body: text }) => ({ key, category, title, body: text })), facts: draft.facts, follow_up: draft.follow_up });

// A report that has to be put right, as the draft it was.
export function draftOf(item) {
  return { ...item.draft, seq: item.seq };
}
async function finish(draft) {
  const empty = draft.needs.find((one) => !one.title.trim() || !one.body.trim());
  if (empty) return say("有一件诉求没有写完，请补上或删除。", "warning");
  const told = [...draft.photos.map((one) => ({ key: one.key, kind: "photo", sent: false })), ...(draft.signature ? [{ key: draft.signature, kind: "signature", sent: false }] : [])];
  await outbox.add({ key: crypto.randomUUID(), owner: person, number: draft.number, title: draft.title, seq: draft.seq, body: body(draft), draft, photos: told, state: "waiting" });
  say(navigator.onLine ? "已完成，正在发送。" : "已完成，保存在本机，连上网络后自动发送。", "success");
  location.hash = "#/";
  synchronise();
}
export async function showVisit(told, call, waiting) {
  const head = [h("p", {}, h("a", { href: "#/" }, icon("back"), "今天的走访")), h("h1", { tabindex: "-1" }, call.title), h("p", { class: "sentence" }, badge(call.state_label, TONES[call.state]), ` ${date(call.day)} · ${call.where || "地址未登记"}`), h("p", { class: "sentence" }, `为什么去：${call.why}`)];
  const open = call.state !== "done" && !waiting;
  const draft = open ? await drafts.get(call.number) : null;
  const begin = async () => { await drafts.put({ ...fresh(call), arrived: new Date().toISOString() }); arrived(call.number); showVisit(told, call, null); };
  const aside = [known(call), asking(call)];
  if (!open) return app.replaceChildren(...head, h("p", { class: "sentence" }, waiting ? "走访记录已完成，等待发送。" : "走访记录已经提交。"), ...aside);
  if (!draft) return app.replaceChildren(...head, button("到达，开始走访", "btn-primary btn-lg w-100", begin, "check"), h("div", { class: "stack mt-3" }, ...aside));
  let last = Promise.resolve();
  const keep = () => { last = drafts.put(draft); return last; };
  const form = told.forms.find((one) => one.version === draft.form);
  app.replaceChildren(...head, h("p", { class: "muted" }, `${clock(draft.arrived)} 到达。填写的内容随时保存在本机。`),
    h("div", { class: "stack" }, ...aside,
      card("走访表", ...form.questions.map((one) => question(one, draft, keep))),
      card("纪要", words("note", "谈了什么", draft.note, 4000, (text) => { draft.note = text; keep(); })),
      card("诉求", needs(told, call, draft, keep)),
      call.of === "enterprise" ? card("企业信息有变化", facts(told, draft, keep)) : "",
      card("照片和位置", photos(draft, keep), position(draft, keep)),
      card("签名", h("label", { class: "form-label", for: "signed-by" }, "谁确认的（姓名）"), h("input", { class: "form-control mb-2", id: "signed-by", maxlength: "40", autocomplete: "off", value: draft.signed_by, oninput: (event) => { draft.signed_by = event.target.value; keep(); } }), signature(async (blob) => {
        if (draft.signature) await pictures.drop(draft.signature);
        draft.signature = blob ? crypto.randomUUID() : null;
        if (blob) await keepPicture({ key: draft.signature, owner: person, number: draft.number, kind: "signature", blob }, draft); else keep();
      })),
      card("回访", back(draft, keep)),
      button("完成走访", "btn-primary btn-lg w-100", async (event) => { event.currentTarget.disabled = true; const pressed = event.currentTarget; await last; await finish(draft); pressed.disabled = false; }, "check")));
}
