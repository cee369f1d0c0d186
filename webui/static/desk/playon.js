// Continuous play: at the end of a call the next unheard one of the plan begins, unless somebody stays.
import { remember, remembered } from "./remember.js";

const WAIT_S = 3;

export function setUpPlayOn(sound, flush) {
  const box = document.getElementById("play-on");
  if (!box) return {};
  box.checked = remembered("play on") === "yes" || new URLSearchParams(location.search).has("play");
  const set = () => remember("play on", box.checked ? "yes" : "no");
  if (box.checked) set();
  box.addEventListener("change", set);
  const notice = document.getElementById("going-on");
  let timer = null;
  const stay = () => { clearInterval(timer); notice.hidden = true; };
  sound.addEventListener("ended", async () => {
    if (!box.checked) return;
    let left = WAIT_S;
    const tell = () => { notice.textContent = notice.dataset.text.replace("{}", left); };
    tell();
    notice.hidden = false;
    await flush();
    timer = setInterval(() => {
      left -= 1;
      if (left > 0) tell(); else { stay(); location.href = document.getElementById("player").dataset.next; }
    }, 1000);
  });
  sound.addEventListener("play", stay);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stay(); });
  return { playon: () => box.click() };
}
