// Single keys, as the help sheet (webui/desk/keys.py) has them. They rest while somebody types, and can be turned off.
import { remember, remembered } from "./remember.js";

export const KEYS = {
  " ": "play", ArrowLeft: "seek", ArrowRight: "seek", ",": "utterance", ".": "utterance", p: "hit", n: "hit",
  "-": "speed", "+": "speed", "=": "speed", s: "silence", a: "playon",
  j: "item", k: "item", 1: "grade", 2: "grade", 3: "grade", 4: "grade", 5: "grade", 6: "grade", 7: "grade", 8: "grade", 9: "grade",
  x: "na", r: "reason", u: "lacking", t: "comment",
  m: "note", e: "fix", w: "wrong", i: "clip-edge", o: "clip-edge", c: "clip",
  g: "next", d: "desk", "?": "help",
};
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

export function setUpKeys(actions) {
  const all = { ...actions, ...sheet() };
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing) return; // the keys are the input method's: Escape takes its words back
    if (key === "Enter" && event.ctrlKey && all.save) { event.preventDefault(); all.save(); return; }
    // Out of a field of the form, back to where single keys act.
    if (key === "Escape" && target.matches(TYPING) && target.form?.id === "review") { target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("dialog[open]") || target.matches(TYPING) || remembered("keys") === "off") return;
    const action = all[KEYS[key.length === 1 ? key.toLowerCase() : key]];
    const own = (key === " " && target.closest("button, a, summary, input")) || (key.startsWith("Arrow") && target.matches("input[type=radio]"));
    if (!action || own) return;
    event.preventDefault();
    action(event);
  });
}

function sheet() {
  const dialog = document.getElementById("keys");
  if (!dialog) return {};
  const on = document.getElementById("keys-on");
  on.checked = remembered("keys") !== "off";
  on.addEventListener("change", () => remember("keys", on.checked ? "on" : "off"));
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  const help = () => dialog.showModal();
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", help);
  return { help };
}
