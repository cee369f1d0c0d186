// Waveform and controls. Without wavesurfer.js (not set up) or without peaks the controls work all the same.
import { remember, remembered } from "./remember.js";

const SMALL_LANE_PX = 42;
const SEEK_S = 5, FINE_S = 1;

export function setUpPlayer(sound) {
  playButton(sound);
  clock(sound);
  problems(sound);
  const speed = speeds(sound);
  const silence = skipping(sound);
  zoom(sound);
  waveform(sound).catch((error) => { console.warn("no waveform:", error.message); });
  const player = document.querySelector(".player");
  new ResizeObserver(() => document.documentElement.style.setProperty("--player", `${player.offsetHeight}px`)).observe(player);
  return {
    play: () => (sound.paused ? sound.play().catch(() => {}) : sound.pause()),
    seek: (event) => {
      const far = (event.shiftKey ? FINE_S : SEEK_S) * (event.key === "ArrowLeft" ? -1 : 1);
      sound.currentTime = Math.min(sound.duration || 0, Math.max(0, sound.currentTime + far));
    },
    speed, silence,
  };
}

function playButton(sound) {
  const button = document.getElementById("play");
  const label = () => { button.textContent = sound.paused ? button.dataset.play : button.dataset.pause; };
  button.addEventListener("click", () => (sound.paused ? sound.play().catch(() => {}) : sound.pause()));
  sound.addEventListener("play", label);
  sound.addEventListener("pause", label);
}

function clock(sound) {
  const output = document.getElementById("clock");
  const total = output.textContent.split("/")[1].trim();
  sound.addEventListener("timeupdate", () => { output.textContent = `${offset(sound.currentTime)} / ${total}`; });
}

export function offset(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const text = `${parts[0]}:${String(parts[1]).padStart(2, "0")}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${text.padStart(5, "0")}` : text;
}

function problems(sound) {
  sound.addEventListener("error", () => { document.getElementById("sound-problem").hidden = false; });
}

// The chosen speed stays from call to call, and voices keep their pitch.
function speeds(sound) {
  const choice = document.getElementById("speed");
  const set = () => {
    sound.preservesPitch = true;
    sound.defaultPlaybackRate = sound.playbackRate = Number(choice.value);
  };
  const kept = remembered("speed");
  if (kept && [...choice.options].some((option) => option.value === kept)) choice.value = kept;
  choice.addEventListener("change", () => { remember("speed", choice.value); set(); });
  set();
  return (event) => {
    const to = choice.selectedIndex + (event.key === "-" ? -1 : 1);
    if (to < 0 || to >= choice.options.length) return;
    choice.selectedIndex = to;
    choice.dispatchEvent(new Event("change"));
  };
}

// The box says where somebody speaks; between two such places there is nothing to hear.
function skipping(sound) {
  const box = document.getElementById("skip-silence");
  if (!box) return () => {};
  const spoken = JSON.parse(document.getElementById("player").dataset.spoken);
  box.checked = remembered("skip silence") === "yes";
  box.addEventListener("change", () => remember("skip silence", box.checked ? "yes" : "no"));
  const skip = () => {
    if (!box.checked || sound.paused || sound.seeking) return;
    const now = sound.currentTime;
    if (spoken.some(([start, end]) => start <= now && now < end)) return;
    const next = spoken.find(([start]) => start > now);
    // After the last word the call is over.
    sound.currentTime = next ? next[0] : sound.duration;
  };
  sound.addEventListener("timeupdate", skip);
  sound.addEventListener("play", skip);
  return () => box.click();
}

function zoom(sound) {
  const track = document.querySelector(".track");
  const scroll = document.querySelector(".waves");
  const centre = () => { scroll.scrollLeft = (sound.currentTime / sound.duration) * track.offsetWidth - scroll.offsetWidth / 2; };
  document.getElementById("zoom").addEventListener("change", (event) => {
    track.style.width = `${Number(event.target.value) * 100}%`;
    centre();
  });
  sound.addEventListener("timeupdate", () => {
    if (sound.paused || scroll.scrollWidth <= scroll.offsetWidth) return;
    const x = (sound.currentTime / sound.duration) * track.offsetWidth - scroll.scrollLeft;
    if (x < 0 || x > scroll.offsetWidth) centre();
  });
}

async function waveform(sound) {
  const holder = document.getElementById("wave");
  const [{ default: WaveSurfer }, answer] = await Promise.all([import("../vendor/wavesurfer.esm.js"), fetch(holder.dataset.peaks)]);
  if (!answer.ok) throw new Error(`peaks: ${answer.status}`);
  const { peaks, duration_s: duration } = await answer.json();
  const scaled = peaks.map((side) => side.map((value) => value / 255));
  const surfer = WaveSurfer.create({
    container: holder, media: sound, peaks: scaled, duration, cspNonce: holder.dataset.nonce, normalize: true, dragToSeek: true,
    cursorWidth: 2, barWidth: 2, barGap: 1, barRadius: 1, hideScrollbar: true, ...look(peaks.length, holder),
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => surfer.setOptions(look(peaks.length, holder)));
  holder.classList.add("drawn");
}

function look(sides, holder) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const height = holder.clientHeight / sides || SMALL_LANE_PX;
  const lane = (name) => ({ waveColor: colour("--wave"), progressColor: colour(name), height });
  const split = sides === 2 ? [lane("--agent"), lane("--customer")] : undefined;
  return { waveColor: colour("--wave"), progressColor: colour("--accent"), cursorColor: colour("--ink"), height, splitChannels: split };
}
