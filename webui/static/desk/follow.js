// Lists whose entries carry data-start and data-end (seconds) follow the sound, and the sound follows a click on them.

// The start of the entry after (1) or before (-1) this moment; round the end to the other one.
export function neighbour(entries, now, direction) {
  const starts = [...entries].map((entry) => Number(entry.dataset.start)).sort((a, b) => a - b);
  if (!starts.length) return null;
  if (direction > 0) return starts.find((start) => start > now + 0.3) ?? starts[0];
  // Going back from just after a start leads to the one before it, as people know it from players.
  return starts.findLast((start) => start < now - 1.5) ?? starts.at(-1);
}

export function jumpOnClick(selector, jump) {
  document.addEventListener("click", (event) => {
    const entry = event.target.closest(selector);
    // A selection is somebody copying words, not a wish to jump.
    if (!entry || !getSelection().isCollapsed || event.target.closest(".fix-form, .fix, .verdict, .unmiss, .remove")) return;
    event.preventDefault();
    jump(placeOf(entry, event));
  });
}

// A mark says where it is; of a lane it is where the click was.
function placeOf(entry, event) {
  const mark = event.target.closest("[data-start]") ?? entry;
  const said = mark.dataset.jump ?? mark.dataset.start;
  if (said !== undefined) return Number(said);
  const box = entry.getBoundingClientRect();
  return ((event.clientX - box.left) / box.width) * Number(document.getElementById("player").dataset.total);
}

// The entries are read anew each time they change: corrections and notes replace and add some.
export function followSound(sound, selector) {
  const entries = document.querySelector(selector)?.parentElement.getElementsByTagName("li") ?? [];
  const wanted = (entry) => entry.matches(selector) && Number(entry.dataset.start) <= sound.currentTime && sound.currentTime < Number(entry.dataset.end);
  let shown = null;
  const follow = () => {
    if (shown?.isConnected && shown === latest(entries, wanted)) return;
    const current = latest(entries, wanted);
    shown?.classList.remove("now");
    current?.classList.add("now");
    shown = current;
    if (current && !sound.paused) keepInSight(current);
  };
  sound.addEventListener("timeupdate", follow);
  sound.addEventListener("seeked", follow);
}

// The latest that began: while two talk at once it is the one who came in.
function latest(entries, wanted) {
  for (let at = entries.length - 1; at >= 0; at -= 1) if (wanted(entries[at])) return entries[at];
  return null;
}

// Scrolls the entry's own panel, never the page, so that a form being filled in stays where it is. What was out of sight has only a
// guessed height until it is drawn, so a long way is gone at once and looked at again.
export function keepInSight(entry, tries = 4) {
  const panel = entry.closest(".panel");
  if (panel.scrollHeight <= panel.clientHeight) return;
  const box = entry.getBoundingClientRect();
  const frame = panel.getBoundingClientRect();
  if (box.top >= frame.top + 40 && box.bottom <= frame.bottom - 40) return;
  const way = box.top - frame.top - frame.height / 3;
  const near = Math.abs(way) < 2 * frame.height && matchMedia("(prefers-reduced-motion: no-preference)").matches;
  panel.scrollBy({ top: way, behavior: near ? "smooth" : "instant" });
  if (!near && tries > 0) requestAnimationFrame(() => keepInSight(entry, tries - 1));
}
