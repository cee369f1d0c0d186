// The form: its running total, its keys. What is marked is kept by drafts.js, what is missing told by lacking.js.
import { askWhy, count, lacking, shareOf, tell } from "./lacking.js";

export function setUpReview(form, drafts) {
  if (!form || !document.getElementById("total")) return {};
  form.noValidate = true; // the page says what is missing itself, in its own language
  show(form);
  form.addEventListener("input", () => { show(form); drafts?.changed(); });
  form.addEventListener("submit", (event) => submit(event, form, drafts));
  form.addEventListener("focusin", (event) => current(form, event.target.closest(".item")));
  return keys(form);
}

function show(form) {
  total(form);
  askWhy(form);
  count(form, lacking(form));
}

// Sent once, when nothing is missing, and only while the box answers: a browser's error page in the place of the form would
// frighten people.
async function submit(event, form, drafts) {
  const button = event.submitter;
  if (!drafts || button?.hasAttribute("data-forget")) { drafts?.close(); return; }
  event.preventDefault();
  const [first] = lacking(form);
  if (first) { tell(form, first); return; }
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
  let worth = 0, earned = 0;
  for (const item of form.querySelectorAll(".item")) {
    const share = shareOf(item);
    if (typeof share === "number") {
      worth += Number(item.dataset.weight);
      earned += Number(item.dataset.weight) * share;
    }
  }
  const failed = form.querySelector('[name="taboo"]:checked') !== null;
  const points = failed ? 0 : Math.round((1000 * earned) / worth) / 10;
  const output = document.getElementById("total");
  output.textContent = worth ? String(points) : "–";
  output.className = !worth ? "points" : points >= Number(form.dataset.pass) ? "points good" : "points poor";
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
    lacking: () => {
      const found = lacking(form);
      // After the one where they are, and round from the last to the first.
      const next = found.find(({ place }) => !items.includes(place) || items.indexOf(place) > at()) ?? found[0];
      if (next?.kind === "mark") go(items.indexOf(next.place)); else if (next) tell(form, next); else document.getElementById("comment").focus();
    },
    comment: () => document.getElementById("comment").focus(),
    save: () => form.requestSubmit(document.getElementById("save-next") ?? form.querySelector(".save .buttons button")),
  };
}
