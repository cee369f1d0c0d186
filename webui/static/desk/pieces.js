// Sends a change and puts what the box answers in the place of what it was: elements of the same id.
export async function send(address, fields) {
  const body = new URLSearchParams({ csrf_token: document.getElementById("player").dataset.csrf, ...fields });
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { "X-Piece": "1" } });
  } catch {
    return { ok: false, text: "" };
  }
  return { ok: answer.ok, text: await answer.text() };
}

export function swap(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const added = [];
  for (const element of [...parsed.body.children]) {
    const old = element.id && document.getElementById(element.id);
    if (old) old.replaceWith(element); else added.push(element);
  }
  return added;
}

// A new entry goes before the first that begins later.
export function insertByTime(list, entry) {
  const later = [...list.children].find((other) => Number(other.dataset.start) > Number(entry.dataset.start));
  list.insertBefore(entry, later ?? null);
}
