// Small pieces of pages, made without any code in the markup.
export const app = document.querySelector("#app");
export function h(tag, told = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(told)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name in made && typeof value !== "string" && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return made;
}
export function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  drawn.setAttribute("focusable", "false");
  use.setAttribute("href", `${app.dataset.icons}#${name}`);
  drawn.append(use);
  return drawn;
}
export const say = (text, tone = "info") => document.dispatchEvent(new CustomEvent("qifu:say", { detail: { text, tone } }));
export const badge = (text, tone = "") => h("span", { class: `chip tag${tone ? ` chip-${tone}` : ""}` }, h("span", { class: "chip-text" }, text));
export const card = (title, ...inside) => h("section", { class: "card" }, h("div", { class: "card-body" }, title && h("h2", { class: "card-title" }, title), ...inside));
export const button = (text, css, press, picture) => h("button", { type: "button", class: `btn ${css}`, onclick: press }, picture && icon(picture), text);
export const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
export const date = (text) => { const [year, month, day] = text.split("-"); return `${Number(year)}年${Number(month)}月${Number(day)}日`; };
export const person = document.body.dataset.person || "visitor";
export const TONES = { planned: "amber", under_way: "accent", done: "green", cancelled: "", missed: "red" };
