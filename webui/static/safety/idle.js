// Before a session that nobody uses ends, the page says so. Whoever types or clicks is there: the box is told now and then, since it
// sees requests only. All windows of a browser share the time of the last sign of life.
const box = document.getElementById("idle");
const KEY = "callbox-active";
const WARN_MS = 120_000;
const TELL_MS = 300_000;
const lasts = Number(box.dataset.minutes) * 60_000;
const warn = Math.min(WARN_MS, lasts / 2);
let told = Date.now();
let leaving = false;

function last() {
  return Math.max(told, Number(localStorage.getItem(KEY)) || 0);
}

async function alive() {
  told = Date.now();
  localStorage.setItem(KEY, String(told));
  if (box.open) box.close();
  const answer = await fetch(box.dataset.stay, { headers: { Accept: "text/plain" } }).catch(() => null);
  if (answer && answer.status === 401) leave();
}

function leave() {
  if (leaving) return;
  leaving = true;
  document.dispatchEvent(new Event("callbox-idle")); // whoever keeps drafts keeps them now
  const here = location.pathname + location.search;
  location.assign(`${box.dataset.login}?ended=idle&next=${encodeURIComponent(here)}`);
}

function seen() {
  if (!box.open && Date.now() - last() > Math.min(TELL_MS, lasts / 4)) alive();
}

function look() {
  const left = lasts - (Date.now() - last());
  if (left <= 0) return leave();
  if (left > warn) return box.open && box.close();
  box.querySelector("output").textContent = String(Math.ceil(left / 1000));
  if (!box.open) box.showModal();
}

if (lasts > 0) {
  localStorage.setItem(KEY, String(told));
  for (const kind of ["keydown", "pointerdown", "input"]) addEventListener(kind, seen, { passive: true, capture: true });
  box.querySelector("button").addEventListener("click", alive);
  box.addEventListener("cancel", alive);
  setInterval(look, 1000);
}
