// Habits of a browser (speed, skipping silence): losing them costs nothing, so a full or forbidden store is no matter.
export function remember(name, value) {
  try { localStorage.setItem(`callbox ${name}`, value); } catch { /* no matter */ }
}

export function remembered(name) {
  try { return localStorage.getItem(`callbox ${name}`); } catch { return null; }
}
