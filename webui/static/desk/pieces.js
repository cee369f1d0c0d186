// Sends a change and puts what the box answers in the place of what it was: elements of the same id.
export async function send(address, fields) {
  const { csrf, away } = document.getElementById("player").dataset;
  // The form that is in use: its suggestions come with the answer.
  const form = document.getElementById("review")?.elements.form_id?.value;
  const body = new URLSearchParams({ csrf_token: csrf, ...(form ? { form_id: form } : {}), ...fields });
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { "X-Piece": "1" } });
  } catch {
    return { ok: false, text: away };
  }
  // A refusal of this page's own is a sentence; anything else (a page of the server's) says no more than that it did not work.
  const text = await answer.text();
  return { ok: answer.ok, text: answer.ok || answer.status === 422 ? text : away };
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
