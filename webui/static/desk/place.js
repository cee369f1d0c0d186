// Where the player stands: from the address ("#t=12.3", "?play=1"), or where it stood when this page was left a moment ago, as when a
// review is sent and comes back.
const LASTS_MS = 15000;

export function keepPlace(sound) {
  const key = `callbox place ${document.getElementById("player").dataset.call}`;
  addEventListener("pagehide", () => {
    try { sessionStorage.setItem(key, JSON.stringify({ at: sound.currentTime, playing: !sound.paused, when: Date.now() })); } catch { /* no matter */ }
  });
  const place = location.hash.match(/^#t=([\d.]+)$/);
  if (place) whenReady(sound, () => { sound.currentTime = Number(place[1]); });
  else if (new URLSearchParams(location.search).has("play")) begin(sound);
  else resume(sound, key);
}

// The mark goes from the address, so that a reload does not begin to play.
function begin(sound) {
  const address = new URL(location.href);
  address.searchParams.delete("play");
  history.replaceState(null, "", address);
  // A browser that wants a touch first is no fault: one key does it.
  sound.play().catch(() => document.getElementById("play").focus());
}

function resume(sound, key) {
  let left = null;
  try {
    left = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
  } catch { return; }
  if (!left || Date.now() - left.when > LASTS_MS || !left.at) return;
  whenReady(sound, () => {
    sound.currentTime = left.at;
    if (left.playing) sound.play().catch(() => {});
  });
}

function whenReady(sound, act) {
  if (sound.readyState > 0) act(); else sound.addEventListener("loadedmetadata", act, { once: true });
}
