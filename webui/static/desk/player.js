// Waveform and controls. Without wavesurfer.js (not set up) or without peaks the controls work all the same.
const SMALL_LANE_PX = 42;

export function setUpPlayer(sound, nextHit) {
  playButton(sound);
  clock(sound);
  problems(sound);
  document.getElementById("speed").addEventListener("change", (event) => { sound.playbackRate = Number(event.target.value); });
  document.getElementById("next-hit")?.addEventListener("click", nextHit);
  zoom(sound);
  waveform(sound).catch((error) => { console.warn("no waveform:", error.message); });
  const player = document.querySelector(".player");
  new ResizeObserver(() => document.documentElement.style.setProperty("--player", `${player.offsetHeight}px`)).observe(player);
}

function playButton(sound) {
  const button = document.getElementById("play");
  const label = () => { button.textContent = sound.paused ? button.dataset.play : button.dataset.pause; };
  button.addEventListener("click", () => (sound.paused ? sound.play() : sound.pause()));
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

function zoom(sound) {
  const track = document.querySelector(".track");
  const scroll = document.querySelector(".scroll");
  const centre = () => { scroll.scrollLeft = (sound.currentTime / sound.duration) * track.offsetWidth - scroll.offsetWidth / 2; };
  document.getElementById("zoom").addEventListener("change", (event) => {
    track.style.width = `${Number(event.target.value) * 100}%`;
    centre();
  });
  sound.addEventListener("timeupdate", () => {
    const x = (sound.currentTime / sound.duration) * track.offsetWidth - scroll.scrollLeft;
    if (!sound.paused && (x < 0 || x > scroll.offsetWidth)) centre();
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
