// The call page: player, transcript, hits and form work together through the one <audio> element.
import { setUpPlayer } from "./player.js";
import { followSound, jumpOnClick, neighbour } from "./follow.js";
import { setUpReview } from "./review.js";
import { setUpDrafts } from "./drafts.js";
import { setUpFixing, setUpNotes, setUpVerdicts } from "./fixing.js";
import { setUpClip } from "./clip.js";
import { reportHeard } from "./heard.js";
import { setUpPlayOn } from "./playon.js";
import { setUpKeys } from "./keys.js";
import { keepPlace } from "./place.js";
import { followLive } from "./live.js";

const sound = document.getElementById("sound");
const form = document.getElementById("review");
const actions = {};

function jump(seconds) {
  sound.currentTime = Math.max(0, seconds);
  if (sound.paused) sound.play().catch(() => {});
}

function step(selector, direction) {
  const start = neighbour(document.querySelectorAll(selector), sound.currentTime, direction);
  if (start !== null) jump(start);
}

const drafts = form?.dataset.draft ? setUpDrafts(form) : null;
Object.assign(actions, setUpReview(form, drafts));
fetchRest();
followLive();
// A phone has room for what is used all the time.
if (matchMedia("(max-width: 900px)").matches) document.querySelector(".extra")?.removeAttribute("open");
if (sound) {
  const player = setUpPlayer(sound);
  followSound(sound, ".turn");
  followSound(sound, ".hits li");
  jumpOnClick(".turn, .note, .hits li, .lane, svg.notes rect, [data-jump]", jump);
  document.getElementById("next-hit")?.addEventListener("click", () => step(".hits li:not(.wrong)", 1));
  document.getElementById("previous-hit")?.addEventListener("click", () => step(".hits li:not(.wrong)", -1));
  Object.assign(actions, player, {
    hit: (event) => step(".hits li:not(.wrong)", event.key.toLowerCase() === "n" ? 1 : -1),
    utterance: (event) => step(".turn", event.key === "." ? 1 : -1),
    ...setUpNotes(sound), ...setUpFixing(sound), ...setUpVerdicts(sound), ...setUpClip(sound, jump),
    ...setUpPlayOn(sound, reportHeard(sound)),
  });
  keepPlace(sound);
}
Object.assign(actions, {
  next: () => document.getElementById("next-call")?.click(),
  desk: () => { if (form?.dataset.draft) location.href = "/desk"; },
});
setUpKeys(actions);

// The rest of a long transcript, while the page is in use already.
async function fetchRest() {
  const link = document.getElementById("rest");
  if (!link) return;
  const answer = await fetch(link.dataset.address);
  if (!answer.ok) return;
  document.querySelector(".turns").append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.children);
  link.remove();
}

// Back to the list as it was filtered, when the list is where the reader came from.
const back = document.querySelector("[data-back]");
const from = document.referrer && new URL(document.referrer);
if (back && from && from.origin === location.origin && from.pathname === new URL(back.href).pathname) back.href = from.href;

performance.mark("usable"); // from here on every key and button works
