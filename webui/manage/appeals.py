"""Appeals: what agents object to, and the decision, with a new version of the review where the agent was right."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.forms.form import Form
from quality.forms.store import Forms
from quality.reviewing.appeals import Appeal, Appeals
from quality.reviewing.check import Marks
from quality.reviewing.reviews import Review, Reviews
from webui.access import allow
from webui.context import box, call_or_404, person, views
from webui.corrected import corrected_of
from webui.desk.filled import filled
from webui.languages import language
from webui.manage.room import PROBLEM_STATUS, agents, blueprint, say, today


def store_appeals() -> Appeals:
    """The box's."""
    settings = box().settings
    return Appeals(box().store, settings.site.timezone, settings.quality)


@blueprint.get("/appeals")
@allow(*LEADS)
def appeals() -> ResponseReturnValue:
    """The open ones, the most urgent first, and the latest decisions."""
    kept = store_appeals()
    return render_template(
        "manage/appeals.html", open=_seen(kept.open()), decided=_seen(kept.decided()), agents=agents(), today=today()
    )


@blueprint.route("/appeals/<uuid:key>", methods=["GET", "POST"])
@allow(*LEADS)
def appeal(key: object) -> ResponseReturnValue:
    """One appeal with the review it is against; and the decision."""
    held = store_appeals().get(str(key))
    call_or_404(held.call_id)
    if request.method == "GET":
        return _page(held)
    marks = filled()
    why = request.form.get("why", "")
    try:
        _decide(held, why, marks)
    except UserError as error:
        return _page(held, marks, why, error.message.text(language())), PROBLEM_STATUS
    flash(gettext("The appeal is decided."), "good")
    return redirect(url_for("manage.appeals"), 303)


def _decide(held: Appeal, why: str, marks: Marks) -> None:
    if request.form.get("decision") == "uphold":
        store_appeals().uphold(held, why, person().account, marks)
    else:
        store_appeals().reject(held, why, person().account)


def _page(held: Appeal, marks: Marks | None = None, why: str = "", problem: str = "") -> str:
    review = next((r for r in Reviews(box().store).history(held.call_id) if r.id == held.review_id), None)
    latest = Reviews(box().store).latest(held.call_id)
    form = _form(latest or review)
    given = marks or (marks_of(latest) if latest else Marks({}))
    call = views().call(held.call_id)
    return render_template(
        "manage/appeal.html", appeal=held, review=review, latest=latest, form=form, given=given, why=why, problem=problem,
        call=call, corrected=corrected_of(call) if call else None, agents=agents(), today=today(), say=say,
    )  # fmt: skip


def marks_of(review: Review) -> Marks:
    """What a review says, as one would fill it in."""
    grades = {item: one.grade for item, one in review.items.items()}
    return Marks(grades, {item: one.comment for item, one in review.items.items()}, review.taboos, review.comment)


def _form(review: Review | None) -> Form:
    forms = Forms(box().store)
    return (review and forms.get(review.form_id, review.form_version)) or forms.current()


def _seen(every: list[Appeal]) -> list[Appeal]:
    """Those about calls the person may see."""
    scope = person().scope
    if scope.everything:
        return every
    rows = {row.id: row for row in views().rows([appeal.call_id for appeal in every])}
    return [a for a in every if (row := rows.get(a.call_id)) and scope.sees_call(row.agent_id, row.team)]
