// Tells the box which stretches were played, so that the desk knows what is unheard.
const EVERY_MS = 10000;
const STEP_S = 1.5; // a longer step between two looks is a jump

export function reportHeard(sound) {
  const { heard: address, csrf } = document.getElementById("player").dataset;
  let spans = [], since = null, last = null;

  const cut = () => {
    if (since !== null && last > since) spans.push([since, last]);
    since = last = null;
  };
  const look = () => {
    const now = sound.currentTime;
    if (last !== null && (now < last || now - last > STEP_S * Math.max(1, sound.playbackRate))) cut();
    if (sound.paused) return;
    since ??= now;
    last = now;
  };
  const flush = () => {
    look();
    const going = last;
    cut();
    since = last = sound.paused ? null : going;
    if (!spans.length) return Promise.resolve();
    const body = new URLSearchParams({ csrf_token: csrf, spans: spans.map(([a, b]) => `${a.toFixed(2)}-${b.toFixed(2)}`).join(",") });
    const sent = spans;
    spans = [];
    // What did not arrive goes with the next report.
    return fetch(address, { method: "POST", body, keepalive: true }).then((answer) => { if (answer.status >= 500) throw new Error(); })
      .catch(() => { spans = [...sent, ...spans].slice(-400); });
  };
  sound.addEventListener("timeupdate", look);
  sound.addEventListener("seeking", cut);
  sound.addEventListener("pause", flush);
  addEventListener("pagehide", flush);
  setInterval(() => { if (!sound.paused) flush(); }, EVERY_MS);
  return flush;
}
