"""What the form on the call page shows: the machine's suggestions, and the grades as they stand."""

from __future__ import annotations

from flask import request

from quality.assess import Assessment, assess
from quality.callrows import CallView
from quality.form import Form
from quality.formstore import Forms
from quality.reviewcheck import Marks
from quality.reviews import Review, Reviews
from quality.roles import REVIEWERS
from webui.context import box, person


def review_context(call: CallView) -> dict[str, object]:
    """The template's variables. Whoever may not review sees the form version that the review was given on."""
    store = box().store
    review = Reviews(store).latest(call.row.id)
    may_review = person().role in REVIEWERS and call.row.state not in ("unanswered", "recording")
    forms = Forms(store).list()
    given_on = Forms(store).get(review.form_id, review.form_version) if review and not may_review else None
    form = given_on or _chosen(forms, review)
    machine = assess(form, call)
    return {
        "form": form, "forms": forms if may_review else [], "review": review, "may_review": may_review,
        "machine": machine.score, "covered": machine.coverage,
        "suggestions": machine.suggestions, "taboo_suggestions": machine.taboos, "problem": None, "item_problems": {},
        "filled": _from_review(form, review) if review and review.form_id == form.id else _from_machine(machine, may_review),
    }  # fmt: skip


def _chosen(forms: list[Form], review: Review | None) -> Form:
    """The form that was asked for, else the one of the review that holds, else the first."""
    asked = request.values.get("form_id", review.form_id if review else "")
    return next((form for form in forms if form.id == asked), forms[0])


def _from_review(form: Form, review: Review) -> Marks:
    kept = {key: item for key, item in review.items.items() if key in form.items}
    grades = {key: item.grade for key, item in kept.items()}
    return Marks(grades, {key: item.comment for key, item in kept.items()}, review.taboos, review.comment)


def _from_machine(machine: Assessment, may_review: bool) -> Marks:
    """A reviewer starts from the suggestions; others see them marked but nothing chosen, for nobody has chosen anything."""
    if not may_review:
        return Marks({})
    return Marks({item: suggestion.grade for item, suggestion in machine.suggestions.items() if suggestion.grade})
