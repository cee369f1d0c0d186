"""What the form on the call page shows: the machine's suggestions, and the grades as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from quality.access.roles import REVIEWERS
from quality.calls.rows import CallView
from quality.forms.form import Form
from quality.forms.store import Forms
from quality.reviewing.assignments import Assignment
from quality.reviewing.check import Marks
from quality.reviewing.correctedresults import CorrectedResult
from quality.reviewing.drafts import Drafts, FormDraft
from quality.reviewing.labels import Label
from quality.reviewing.reviews import Review, Reviews
from webui.context import box, person
from webui.desk.drafts import others_text
from webui.desk.plan import desk
from webui.desk.suggested import Suggested, suggested


@dataclass(frozen=True)
class Work:
    """A reviewer's own on this call. task: it is given to them; place: the how manieth of how many open ones. draft: what they
    marked and have not saved; stale: somebody has reviewed the call since they began. others: who else is at it."""

    task: Assignment | None = None
    place: tuple[int, int] = (0, 0)
    draft: FormDraft | None = None
    stale: bool = False
    others: str = ""


def review_context(call: CallView, labels: Sequence[Label], held: CorrectedResult | None) -> dict[str, object]:
    """The template's variables. Whoever may not review sees the form version that the review was given on. labels: the call's;
    held: what they make of its hits."""
    store = box().store
    review = Reviews(store).latest(call.row.id)
    may_review = person().role in REVIEWERS and call.row.state not in ("unanswered", "recording")
    work = _work(call, review) if may_review else Work()
    form = _form(review, work, may_review)
    offered = suggested(form, call, labels, held, may_review=may_review)
    filled = _filled(form, review, work, offered, may_review)
    return {
        "form": form, "forms": Forms(store).list() if may_review else [], "review": review, "may_review": may_review, "work": work,
        **offered.context(filled), "restored": _restored(form, work), "problem": None, "item_problems": {}, "filled": filled,
    }  # fmt: skip


def _work(call: CallView, review: Review | None) -> Work:
    store, mine = box().store, desk()
    draft = Drafts(store).of(call.row.id, person().account)
    stale = draft is not None and draft.based_on != (review.version if review else 0)
    others = others_text(Drafts(store).others(call.row.id, person().account))
    return Work(mine.task_of(call.row.id), mine.place_of(call.row.id), draft, stale, others)


def _form(review: Review | None, work: Work, may_review: bool) -> Form:
    """Of who may not review the review's own; else the one asked for, the draft's, the one the work was begun on, the review's, or
    the first: in the version that was begun on, where it was begun."""
    forms = Forms(box().store)
    if review and not may_review:
        return forms.get(review.form_id, review.form_version) or forms.current()
    begun = [work.draft.form] if work.draft else []
    begun += [work.task.form] if work.task and work.task.form else []
    asked = request.values.get("form_id") or next(iter([form_id for form_id, _ in begun]), review.form_id if review else "")
    pinned = next((forms.get(*form) for form in begun if form[0] == asked), None)
    listed = forms.list()
    return pinned or next((form for form in listed if form.id == asked), listed[0])


def _restored(form: Form, work: Work) -> bool:
    """Whether the form shows marks that were not saved: not stale ones, unless they are asked for."""
    draft = work.draft
    return draft is not None and draft.form[0] == form.id and (not work.stale or "mine" in request.args)


def _filled(form: Form, review: Review | None, work: Work, offered: Suggested, may_review: bool) -> Marks:
    if _restored(form, work) and work.draft:
        return work.draft.marks
    return _from_review(form, review) if review and review.form_id == form.id else _from_machine(offered, may_review)


def _from_review(form: Form, review: Review) -> Marks:
    kept = {key: item for key, item in review.items.items() if key in form.items}
    grades = {key: item.grade for key, item in kept.items()}
    return Marks(grades, {key: item.comment for key, item in kept.items()}, review.taboos, review.comment)


def _from_machine(offered: Suggested, may_review: bool) -> Marks:
    """A reviewer starts from the suggestions where the department wants it so; others see them marked but nothing chosen, for
    nobody has chosen anything."""
    return offered.prefilled() if may_review else Marks({})
