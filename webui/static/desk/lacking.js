// What a form still lacks before it can be saved, as quality.reviewing.check has it; said on the page, in the page's words.

// What an item earns, 0 to 1; null while nothing is given, undefined for n/a. A form in points has a number instead of grades.
export function shareOf(item) {
  const chosen = item.querySelector("input:checked"), points = pointsOf(item);
  if (chosen) return chosen.dataset.share === undefined ? undefined : Number(chosen.dataset.share);
  return points && points.value !== "" && points.validity.valid ? Number(points.value) / Number(points.max) : null;
}

// Everything that is missing, as the form goes down. kind: "mark", "points" (not within their bounds), "comment" or "reason" (of a
// taboo). place: what it is missing in; field: where it is put.
export function lacking(form) {
  const found = [...form.querySelectorAll(".item")].map(ofItem).filter(Boolean);
  const comment = form.querySelector("#comment");
  if (comment.required && blank(comment)) found.push({ kind: "reason", place: comment, field: comment });
  return found;
}

function ofItem(place) {
  const comment = place.querySelector("textarea"), points = pointsOf(place);
  if (shareOf(place) === null) {
    const wrong = points !== null && !points.validity.valid;
    return { kind: wrong ? "points" : "mark", place, field: points ?? place.querySelector("input") };
  }
  return comment.required && blank(comment) ? { kind: "comment", place, field: comment } : null;
}

// Which comments have to be written: their boxes open by themselves and say so.
export function askWhy(form) {
  for (const item of form.querySelectorAll(".item")) {
    const comment = item.querySelector("textarea");
    comment.required = needsComment(shareOf(item), Number(form.dataset.lowest), item.dataset.comment);
    item.querySelector(".needed").hidden = !comment.required;
    if (comment.required) item.querySelector("details").open = true;
  }
  const taboo = form.querySelector('[name="taboo"]:checked') !== null;
  form.querySelector("#comment").required = taboo;
  form.querySelector(".overall .needed").hidden = !taboo;
}

function needsComment(share, lowest, asks) {
  if (typeof share !== "number") return false;
  return share <= lowest || asks === "always" || (asks === "flaw" && share < 1);
}

// The counter beside the total.
export function count(form, found) {
  const left = document.getElementById("open-items");
  const marks = found.filter(({ kind }) => kind === "mark" || kind === "points").length;
  const told = [[marks, left.dataset.marks], [found.length - marks, left.dataset.comments]];
  left.textContent = told.filter(([many]) => many).map(([many, text]) => text.replace("{}", many)).join(" · ");
  if (!found.some(({ place }) => place === form.querySelector(".lacks"))) clear(form);
}

// Goes there and says what is missing.
export function tell(form, { kind, place, field }) {
  clear(form);
  const text = document.getElementById("open-items").dataset[kind];
  const notice = Object.assign(document.createElement("p"), { className: "notice error", id: "lacking", role: "alert" });
  notice.textContent = text.replace("{}", field.max ?? "");
  place.classList.add("lacks");
  field.setAttribute("aria-describedby", "lacking");
  // Beside what it is about: over an item's comment, under its grades; what the box said of the item before is told anew.
  place.querySelector(".notice")?.remove();
  if (place === field) place.before(notice); else place.querySelector("details").before(notice);
  field.closest("details")?.setAttribute("open", "");
  field.focus({ preventScroll: true });
  (place === field ? notice : place).scrollIntoView({ block: "center" });
}

function clear(form) {
  document.getElementById("lacking")?.remove();
  form.querySelector(".lacks")?.classList.remove("lacks");
  form.querySelector('[aria-describedby="lacking"]')?.removeAttribute("aria-describedby");
}

function pointsOf(item) { return item.querySelector('input[type="number"]'); }

function blank(comment) { return comment.value.trim() === ""; }
