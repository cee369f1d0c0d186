// The wall keeps itself up to date: asks for the state every second while somebody looks, and changes what has changed.
import { Listener } from "./listen.js";

const wall = document.querySelector(".wall");
const EVERY_MS = 1000;
const SLOWEST_MS = 15000;
let tag = "";
let offset = 0; // the box's clock less ours, seconds
let wait = EVERY_MS;
let timer = 0;

const part = (root, name) => root.querySelector(`[data-field="${name}"]`);
const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function tick() {
  for (const since of wall.querySelectorAll("[data-since]")) {
    const at = since.dataset.since;
    setText(since, at === "" ? "" : duration(Date.now() / 1000 + offset - Number(at)));
  }
}

function showSides(card, sides) {
  card.querySelectorAll(".side").forEach((element, place) => {
    const side = sides[place];
    element.hidden = !side;
    if (!side) return;
    setText(element.querySelector(".of"), side.text);
    const drawn = element.querySelector("svg");
    drawn.setAttribute("class", `level ${side.side}`);
    drawn.setAttribute("aria-label", `${side.text} ${side.level}%`);
    drawn.querySelector(".rms").setAttribute("width", `${side.level}%`);
    drawn.querySelector(".peak").setAttribute("x", `${side.peak}%`);
  });
}

function chip(text, kind) {
  const made = document.createElement("span");
  made.className = `chip ${kind}`;
  made.textContent = text;
  return made;
}

function showFound(card, line) {
  const found = part(card, "found");
  const told = JSON.stringify([line.moods, line.rules, line.urgent]);
  if (found.dataset.told === told) return;
  found.dataset.told = told;
  const moods = line.moods.map((mood) => chip(mood.text, `mood-${mood.mood}`));
  found.replaceChildren(...moods, ...line.rules.map((rule) => chip(rule, line.urgent ? "poor" : "")));
}

function showLine(line) {
  const card = wall.querySelector(`.line[data-line="${CSS.escape(line.name)}"]`);
  if (!card) return;
  card.className = `panel line ${line.state}${line.urgent ? " urgent" : ""}`;
  setText(part(card, "state"), line.state_text);
  part(card, "for").dataset.since = line.since ?? "";
  const way = part(card, "way");
  setText(way, line.way);
  way.title = line.way_text;
  const number = part(card, "number");
  number.hidden = !line.call;
  number.href = line.call || "#";
  setText(number, line.number || wall.dataset.none);
  setText(part(card, "who"), line.who);
  setText(part(card, "team"), line.team);
  showSides(card, line.sides);
  showFound(card, line);
  const words = part(card, "words");
  words.hidden = !line.words;
  setText(words, line.words);
  setText(part(card, "heard"), line.heard_by);
}

function notice(one) {
  const item = document.createElement("li");
  item.dataset.id = one.id;
  const [time, link] = [document.createElement("time"), document.createElement("a")];
  time.textContent = one.time;
  link.textContent = one.text;
  link.href = one.where;
  item.append(time, " ", link);
  if (one.detail) {
    const detail = document.createElement("small");
    detail.textContent = one.detail;
    item.append(" ", detail);
  }
  return item;
}

// The same place in the list as long as it says the same: at midnight times get their day, while a call goes on rules are added.
function drawn(item, one) {
  const made = notice(one);
  if (!item || item.innerHTML !== made.innerHTML) return made;
  return item;
}

function showNotices(notices, running) {
  const list = part(wall, "notices");
  const known = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const items = notices.map((one) => {
    const item = drawn(known.get(one.id), one);
    item.className = `${one.severity}${one.seen ? " seen" : ""}${known.has(one.id) || tag === "" ? "" : " new"}`;
    return item;
  });
  const same = items.length === list.children.length && items.every((item, place) => list.children[place] === item);
  if (!same) list.replaceChildren(...items);
  part(wall, "calm").hidden = notices.length > 0 || !running;
}

function show(state) {
  setText(document.querySelector('[data-field="sums"]'), state.sums);
  state.lines.forEach(showLine);
  document.querySelector('[data-field="off"]').hidden = state.running;
  showNotices(state.notices, state.running);
}

async function ask() {
  const headers = { "X-Callbox-Background": "wall", ...(tag ? { "If-None-Match": tag } : {}) };
  const answer = await fetch(wall.dataset.state, { headers, cache: "no-store" });
  if (answer.status === 401 || answer.status === 403) return location.reload();
  if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
  const boxTime = Number(answer.headers.get("X-Box-Time"));
  if (boxTime) offset = boxTime - Date.now() / 1000;
  if (answer.status !== 304) {
    show(await answer.json());
    tag = answer.headers.get("ETag") ?? "";
  }
}

async function turn() {
  try {
    await ask();
    wait = EVERY_MS;
  } catch {
    wait = Math.min(SLOWEST_MS, wait * 2);
  }
  document.querySelector('[data-field="lost"]').hidden = wait === EVERY_MS;
  wall.classList.toggle("old", wait !== EVERY_MS);
  tick();
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(turn, wait);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = EVERY_MS; turn(); } });
setInterval(tick, EVERY_MS);
new Listener(wall);
turn();
