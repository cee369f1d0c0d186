// The form: its running total, and a draft kept in this browser until it is saved.

export function setUpReview() {
  const form = document.getElementById("review");
  if (!form || !document.getElementById("total")) return;
  restore(form);
  total(form);
  askWhy(form);
  form.addEventListener("input", () => { total(form); askWhy(form); keep(form); });
  form.addEventListener("submit", () => form.querySelector(".save button").setAttribute("disabled", ""));
  // A page shown again from the browser's memory must be usable.
  addEventListener("pageshow", () => form.querySelector(".save button").removeAttribute("disabled"));
}

// As quality.forms.score: items without a grade and n/a ones leave both sums; a taboo makes it 0. The box counts again when saving.
function total(form) {
  let worth = 0, earned = 0, open = 0;
  for (const item of form.querySelectorAll(".item")) {
    const share = shareOf(item);
    if (share === null) open += 1;
    else if (share !== undefined) {
      worth += Number(item.dataset.weight);
      earned += Number(item.dataset.weight) * share;
    }
  }
  const failed = form.querySelector('[name="taboo"]:checked') !== null;
  const points = failed ? 0 : (100 * earned) / worth;
  const output = document.getElementById("total");
  output.textContent = worth ? String(Math.round(points * 10) / 10) : "–";
  output.className = !worth ? "points" : points >= Number(form.dataset.pass) ? "points good" : "points poor";
  const left = document.getElementById("open-items");
  left.textContent = open ? left.dataset.text.replace("{}", open) : "";
}

// What an item earns, 0 to 1; null while nothing is given, undefined for n/a. A form in points has a number instead of grades.
function shareOf(item) {
  const chosen = item.querySelector("input:checked"), points = item.querySelector('input[type="number"]');
  if (chosen) return chosen.dataset.share === undefined ? undefined : Number(chosen.dataset.share);
  return points && points.value !== "" && points.validity.valid ? Number(points.value) / Number(points.max) : null;
}

// The worst grade, or no points, needs a reason: its comment opens by itself.
function askWhy(form) {
  for (const item of form.querySelectorAll(".item")) {
    const worst = item.querySelector("input:checked")?.value === form.dataset.worst
      || (item.querySelector('input[type="number"]') !== null && shareOf(item) === 0);
    item.querySelector("textarea").required = worst;
    if (worst) item.querySelector("details").open = true;
  }
}

function key(form) { return `callbox review ${form.dataset.draft}`; }

function keep(form) {
  const values = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  try { localStorage.setItem(key(form), JSON.stringify(values)); } catch { /* a full or forbidden store only costs the draft */ }
}

function restore(form) {
  const call = key(form).split(" ")[2];
  let values = null;
  try {
    // A saved review raises the version in the key, so an older draft of the call no longer counts.
    Object.keys(localStorage).filter((name) => name.startsWith(`callbox review ${call} `) && name !== key(form))
      .forEach((name) => localStorage.removeItem(name));
    values = JSON.parse(localStorage.getItem(key(form)));
  } catch { return; }
  if (!values) return;
  for (const field of form.querySelectorAll("input, textarea")) {
    const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "radio" || field.type === "checkbox") field.checked = mine.includes(field.value);
    else if (field.type === "number") field.value = mine.find((value) => value !== "na") ?? "";
    else if (field.tagName === "TEXTAREA" && mine.length) { field.value = mine[0]; field.closest("details")?.toggleAttribute("open", mine[0] !== ""); }
  }
  const note = form.querySelector(".draft");
  note.hidden = false;
  note.querySelector("[data-forget]").addEventListener("click", () => { localStorage.removeItem(key(form)); location.reload(); });
}
