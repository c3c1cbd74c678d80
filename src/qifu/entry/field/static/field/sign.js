// A signature drawn by finger or pen. Who cannot draw has the name typed above; a name alone is enough.
import { button, h } from "./pieces.js";
import { blobOf } from "./shrink.js";
export function signature(changed) {
  const sheet = h("canvas", { class: "signature", width: 640, height: 240, role: "img", "aria-label": "签名区，用手指或笔书写" });
  const pen = sheet.getContext("2d");
  let down = false, drawn = false;
  pen.lineWidth = 4;
  pen.lineCap = "round";
  pen.strokeStyle = "#10243a";
  const at = (event) => { const box = sheet.getBoundingClientRect(); return [(event.clientX - box.left) * sheet.width / box.width, (event.clientY - box.top) * sheet.height / box.height]; };
  sheet.addEventListener("pointerdown", (event) => { down = true; sheet.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...at(event)); event.preventDefault(); });
  sheet.addEventListener("pointermove", (event) => { if (!down) return; drawn = true; pen.lineTo(...at(event)); pen.stroke(); });
  const lift = async () => { if (!down) return; down = false; if (drawn) changed(await blobOf(sheet, "image/png")); };
  sheet.addEventListener("pointerup", lift);
  sheet.addEventListener("pointercancel", lift);
  const clear = button("重签", "btn-plain", () => { pen.clearRect(0, 0, sheet.width, sheet.height); drawn = false; changed(null); }, "undo");
  return h("div", {}, sheet, h("div", { class: "mt-2" }, clear));
}
