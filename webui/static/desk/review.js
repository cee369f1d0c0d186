// The form: its running total, its keys. What is marked is kept by drafts.js.

export function setUpReview(form, drafts) {
  if (!form || !document.getElementById("total")) return {};
  total(form);
  askWhy(form);
  form.addEventListener("input", () => { total(form); askWhy(form); drafts?.changed(); });
  form.addEventListener("submit", (event) => submit(event, form, drafts));
  form.addEventListener("focusin", (event) => current(form, event.target.closest(".item")));
  return keys(form);
}

// Sent once, and only while the box answers: a browser's error page in the place of the form would frighten people.
async function submit(event, form, drafts) {
  const button = event.submitter;
  if (!drafts || button?.hasAttribute("data-forget")) { drafts?.close(); return; }
  event.preventDefault();
  for (const other of form.querySelectorAll(".save button")) other.disabled = true;
  const answers = await drafts.flush();
  for (const other of form.querySelectorAll(".save button")) other.disabled = false;
  if (!answers) return;
  drafts.close();
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value || nextWay() }));
  form.submit();
}

// Whoever plays on wants to hear the next call at once.
function nextWay() { return document.getElementById("play-on")?.checked ? "play" : "stop"; }

// As quality.forms.form.score: items without a grade and n/a ones leave both sums; a taboo makes it 0. The box counts again when saving.
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
  const points = failed ? 0 : Math.round((1000 * earned) / worth) / 10;
  const output = document.getElementById("total");
  output.textContent = worth ? String(points) : "–";
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

function current(form, item) {
  if (!item) return;
  form.querySelector(".item.current")?.classList.remove("current");
  item.classList.add("current");
}

function keys(form) {
  const items = [...form.querySelectorAll(".item")];
  const at = () => items.indexOf(form.querySelector(".item.current"));
  const go = (to) => {
    const item = items[Math.min(Math.max(to, 0), items.length - 1)];
    current(form, item);
    item.scrollIntoView({ block: "nearest" });
    // A form in points is typed into; grades are given by number, and the focus may stay where it is.
    const points = item.querySelector('input[type="number"]');
    if (points) points.select(); else (item.querySelector("input:checked") ?? item.querySelector("input"))?.focus({ preventScroll: true });
  };
  const choose = (field) => {
    if (!field) return;
    if (field.type === "radio") field.checked = true; else field.click();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const comment = items[at()].querySelector("textarea:required");
    if (comment && !comment.value) comment.focus(); else go(at() + 1);
  };
  return {
    item: (event) => go(at() + (event.key.toLowerCase() === "j" ? 1 : -1)),
    grade: (event) => {
      if (at() < 0) go(0);
      choose(items[at()].querySelectorAll("input[data-share]")[Number(event.key) - 1]);
    },
    na: () => { if (at() < 0) go(0); choose(items[at()].querySelector('input[value="na"]')); },
    reason: () => {
      if (at() < 0) go(0);
      items[at()].querySelector("details").open = true;
      items[at()].querySelector("textarea").focus();
    },
    ungraded: () => {
      const open = items.findIndex((item) => shareOf(item) === null);
      if (open >= 0) go(open); else document.getElementById("comment").focus();
    },
    comment: () => document.getElementById("comment").focus(),
    save: () => form.requestSubmit(document.getElementById("save-next") ?? form.querySelector(".save .buttons button")),
  };
}
