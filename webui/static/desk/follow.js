// Lists whose entries carry data-start and data-end (seconds) follow the sound, and the sound follows a click on them.

export function nextStart(entries, now) {
  const starts = [...entries].map((entry) => Number(entry.dataset.start)).sort((a, b) => a - b);
  if (!starts.length) return null;
  return starts.find((start) => start > now + 0.3) ?? starts[0];
}

export function jumpOnClick(selector, jump) {
  document.addEventListener("click", (event) => {
    const entry = event.target.closest(selector);
    // A selection is somebody copying words, not a wish to jump.
    if (!entry || !getSelection().isCollapsed) return;
    event.preventDefault();
    jump(Number(entry.dataset.jump ?? entry.dataset.start));
  });
}

export function followSound(sound, selector) {
  const entries = [...document.querySelectorAll(selector)];
  let shown = null;
  const follow = () => {
    const now = sound.currentTime;
    // The latest that began: while two talk at once it is the one who came in.
    const current = entries.findLast((entry) => Number(entry.dataset.start) <= now && now < Number(entry.dataset.end)) ?? null;
    if (current === shown) return;
    shown?.classList.remove("now");
    current?.classList.add("now");
    shown = current;
    if (current && !sound.paused) keepInSight(current);
  };
  sound.addEventListener("timeupdate", follow);
  sound.addEventListener("seeked", follow);
}

// Scrolls the entry's own panel, never the page, so that a form being filled in stays where it is.
function keepInSight(entry) {
  const panel = entry.closest(".panel");
  if (panel.scrollHeight <= panel.clientHeight) return;
  const box = entry.getBoundingClientRect();
  const frame = panel.getBoundingClientRect();
  if (box.top < frame.top + 40 || box.bottom > frame.bottom - 40) {
    const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
    panel.scrollBy({ top: box.top - frame.top - frame.height / 3, behavior: smooth ? "smooth" : "auto" });
  }
}
