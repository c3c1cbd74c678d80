// Voice typing: the keyboard's own everywhere; where the browser can listen itself and there is a network, a button beside the field.
import { button, say } from "./pieces.js";
const Ear = window.SpeechRecognition ?? window.webkitSpeechRecognition;
export function listening(area) {
  if (!Ear || !navigator.onLine) return null;
  let ear = null;
  const press = button("说话填写", "btn-plain", () => (ear ? ear.stop() : begin()), "chat");
  function begin() {
    ear = new Ear();
    ear.lang = "zh-CN";
    ear.interimResults = false;
    ear.continuous = true;
    ear.onresult = (event) => {
      for (let n = event.resultIndex; n < event.results.length; n++) if (event.results[n].isFinal) area.value += event.results[n][0].transcript;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    ear.onerror = () => say("没有听清，可以用键盘上的话筒输入。", "warning");
    ear.onend = () => { ear = null; press.setAttribute("aria-pressed", "false"); };
    ear.start();
    press.setAttribute("aria-pressed", "true");
  }
  return press;
}
