// A stretch of the call for the case library: its two ends are set by keys while listening, the rest in a dialog.
import { send } from "./pieces.js";

const BEFORE_S = 10;

export function setUpClip(sound, jump) {
  const dialog = document.getElementById("clip");
  if (!dialog) return {};
  const edges = { start: null, end: null };
  const begin = () => show(dialog, sound, edges, jump);
  document.getElementById("clip-button").addEventListener("click", begin);
  return {
    "clip-edge": (event) => {
      edges[event.key.toLowerCase() === "i" ? "start" : "end"] = sound.currentTime;
      draw(edges, sound);
    },
    clip: begin,
  };
}

function draw({ start, end }, sound) {
  const rect = document.querySelector("#region rect");
  const [from, to] = [start ?? 0, end ?? sound.duration].sort((a, b) => a - b);
  rect.setAttribute("x", `${(from / sound.duration) * 100}%`);
  rect.setAttribute("width", `${((to - from) / sound.duration) * 100}%`);
}

async function show(dialog, sound, edges, jump) {
  sound.pause();
  const answer = await fetch(dialog.dataset.address);
  if (!answer.ok) return;
  fill(dialog, await answer.text());
  const form = dialog.querySelector("form");
  const end = edges.end ?? sound.currentTime;
  const start = edges.start ?? Math.max(0, end - BEFORE_S);
  form.elements.start.value = Math.min(start, end).toFixed(1);
  form.elements.end.value = Math.max(start, end, start + 1).toFixed(1);
  form.elements.case.addEventListener("change", () => toggleNew(form));
  form.querySelector("[data-listen]").addEventListener("click", () => listen(form, sound, jump));
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(dialog, form, edges); });
  dialog.showModal();
}

function fill(dialog, html) {
  dialog.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
}

function toggleNew(form) {
  const fields = form.querySelector("[data-new]");
  fields.disabled = fields.hidden = form.elements.case.value !== "";
}

function listen(form, sound, jump) {
  const end = Number(form.elements.end.value);
  jump(Number(form.elements.start.value));
  const stop = () => {
    if (sound.currentTime < end) return;
    sound.pause();
    sound.removeEventListener("timeupdate", stop);
  };
  sound.addEventListener("timeupdate", stop);
}

async function submit(dialog, form, edges) {
  const { ok, text } = await send(form.action, Object.fromEntries(new FormData(form)));
  if (ok) {
    edges.start = edges.end = null;
    document.querySelector("#region rect").setAttribute("width", "0");
    fill(dialog, text);
    dialog.querySelector("button").focus();
    return;
  }
  const told = form.querySelector(".wrong");
  told.textContent = text;
  told.hidden = false;
}
