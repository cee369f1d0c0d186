// The call page: player, transcript, hits and form work together through the one <audio> element.
import { setUpPlayer } from "./player.js";
import { followSound, jumpOnClick, nextStart } from "./follow.js";
import { setUpReview } from "./review.js";

const SKIP_S = 5;
const sound = document.getElementById("sound");

function jump(seconds) {
  sound.currentTime = Math.max(0, seconds);
  if (sound.paused) sound.play().catch(() => {});
}

function nextHit() {
  const start = nextStart(document.querySelectorAll(".hits li"), sound.currentTime);
  if (start !== null) jump(start);
}

function onKey(event) {
  const typing = event.target.closest("input, textarea, select, summary, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.closest("button, a");
  const actions = {
    " ": () => (sound.paused ? sound.play() : sound.pause()),
    ArrowLeft: () => { sound.currentTime = Math.max(0, sound.currentTime - SKIP_S); },
    ArrowRight: () => { sound.currentTime = Math.min(sound.duration || 0, sound.currentTime + SKIP_S); },
    n: nextHit,
    N: nextHit,
  };
  const action = actions[event.key];
  if (!action || (event.key === " " && onButton)) return;
  event.preventDefault();
  action();
}

if (sound) {
  setUpPlayer(sound, nextHit);
  followSound(sound, ".turn");
  followSound(sound, ".hits li");
  jumpOnClick(".turn, .hits li, .lane rect, [data-jump]", jump);
  document.addEventListener("keydown", onKey);
}
setUpReview();

// "#t=12.3": the list's search leads to where the words are said.
const place = location.hash.match(/^#t=([\d.]+)$/);
if (sound && place) {
  const stand = () => { sound.currentTime = Number(place[1]); };
  if (sound.readyState > 0) stand(); else sound.addEventListener("loadedmetadata", stand, { once: true });
}

// Back to the list as it was filtered, when the list is where the reader came from.
const back = document.querySelector("[data-back]");
const from = document.referrer && new URL(document.referrer);
if (back && from && from.origin === location.origin && from.pathname === new URL(back.href).pathname) back.href = from.href;
