// Corrections in place: an utterance, a finding, a note at a moment. What the box answers takes the place of what was there.
import { insertByTime, send, swap } from "./pieces.js";
import { offset } from "./player.js";

const path = (rest) => `/calls/${document.getElementById("player").dataset.call}/${rest}`;

export function setUpFixing(sound) {
  const template = document.getElementById("fix-turn");
  if (!template) return {};
  document.addEventListener("click", (event) => {
    const turn = event.target.closest(".turn");
    if (event.target.closest(".fix")) open(template, turn);
    const gone = event.target.closest(".unmiss");
    if (gone) send(path(`missed/${turn.id.slice(1)}/remove`), { rule: gone.dataset.rule }).then(({ ok, text }) => { if (ok) swap(text); });
  });
  return {
    fix: () => {
      const turn = document.querySelector(".turn.now") ?? lastBefore(sound.currentTime);
      if (turn) { sound.pause(); open(template, turn); }
    },
  };
}

function lastBefore(now) {
  return [...document.querySelectorAll(".turn")].findLast((turn) => Number(turn.dataset.start) <= now) ?? document.querySelector(".turn");
}

function open(template, turn) {
  if (turn.querySelector(".fix-form")) return;
  const form = template.content.cloneNode(true).firstElementChild;
  const text = turn.querySelector("p:not(.machine)");
  form.elements.text.value = text.textContent.trim();
  form.elements.side.value = ["agent", "customer", "mixed"].find((side) => turn.classList.contains(side));
  form.elements.emotion.value = turn.querySelector("[data-mood]")?.dataset.mood ?? "";
  const shown = [form.elements.side.value, form.elements.emotion.value, form.elements.text.value];
  const close = () => { form.remove(); text.hidden = false; turn.querySelector(".fix").focus(); };
  form.querySelector("[data-close]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); close(); }
    if (event.key === "Enter" && !event.shiftKey && event.target.name === "text" && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { text: words, side, emotion, missed } = form.elements;
    // What was not touched is not sent: it stays the machine's.
    keep(turn, form, {
      start: turn.dataset.start, missed: missed.value, side: side.value === shown[0] ? "" : side.value,
      emotion: emotion.value === shown[1] ? "" : emotion.value, text: words.value.trim() === shown[2] ? "" : words.value,
    });
  });
  text.hidden = true;
  text.after(form);
  form.elements.text.focus();
}

async function keep(turn, form, fields) {
  const { ok, text } = await send(path(`utterances/${turn.id.slice(1)}`), fields);
  if (ok) {
    swap(text);
    document.getElementById(turn.id).querySelector(".fix").focus({ preventScroll: true });
    return;
  }
  const told = form.querySelector(".wrong");
  told.textContent = text;
  told.hidden = false;
}

export function setUpVerdicts(sound) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-verdict]");
    if (!button) return;
    const hit = button.closest("li");
    const again = button.getAttribute("aria-pressed") === "true";
    // Pressed again it is taken back: the other verdict than "wrong" is "right".
    await judge(hit, again && button.dataset.verdict === "wrong" ? "right" : button.dataset.verdict);
  });
  return {
    wrong: () => {
      const hit = document.querySelector(".hits li.now") ?? [...document.querySelectorAll(".hits li")].findLast((entry) => Number(entry.dataset.start) <= sound.currentTime + 0.1);
      if (hit?.querySelector("[data-verdict]")) judge(hit, hit.classList.contains("wrong") ? "right" : "wrong");
    },
  };
}

async function judge(hit, verdict) {
  const { ok, text } = await send(path(`hits/${hit.id.slice(1)}`), { rule: hit.dataset.rule, verdict });
  if (ok) swap(text);
}

export function setUpNotes(sound) {
  const form = document.getElementById("note-form");
  if (!form) return {};
  const field = form.elements.text;
  const close = () => { form.hidden = true; field.value = ""; document.getElementById("note-button").focus(); };
  const begin = () => {
    form.elements.at.value = sound.currentTime.toFixed(2);
    form.querySelector("output").textContent = offset(sound.currentTime);
    form.hidden = false;
    field.focus();
  };
  document.getElementById("note-button").addEventListener("click", begin);
  form.querySelector("[data-close]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { ok, text } = await send(form.action, { at: form.elements.at.value, text: field.value });
    field.setCustomValidity(ok ? "" : text);
    if (!ok) { field.reportValidity(); return; }
    const list = document.querySelector(".turns");
    for (const entry of swap(text)) if (list && entry.matches("li")) insertByTime(list, entry);
    close();
  });
  field.addEventListener("input", () => field.setCustomValidity(""));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".note .remove");
    if (!button) return;
    const { ok, text } = await send(button.dataset.address, {});
    if (ok) { swap(text); button.closest("li").remove(); }
  });
  return { note: begin };
}
