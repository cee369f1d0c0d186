"""Saving a review, and what the machine suggests for it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import REVIEWERS
from quality.reviewing.check import ReviewErrors
from quality.reviewing.reviews import Reviews
from webui.access import allow
from webui.context import box, call_or_404, person
from webui.desk.callpage import call_page, suggestions_piece
from webui.desk.filled import filled
from webui.fields import whole
from webui.formats import score
from webui.languages import language

blueprint = Blueprint("reviews", __name__)


@blueprint.post("/calls/<uuid:call_id>/review")
@allow(*REVIEWERS)
def save(call_id: object) -> ResponseReturnValue:
    """Keep what the form says, and show the page again; with what is wrong, and nothing typed lost, when it cannot be kept."""
    call = call_or_404(str(call_id))
    marks = filled()
    try:
        review = Reviews(box().store).save(
            call.row.id, request.form.get("form_id", ""), request.form.get("form_version", ""), marks.grades,
            user=person().account, comments=marks.comments, taboos=marks.taboos, comment=marks.comment, based_on=_based_on(),
        )  # fmt: skip
    except ReviewErrors as errors:
        by_item = {problem.item: problem.message.text(language()) for problem in errors.problems if problem.item}
        rest = [problem.message.text(language()) for problem in errors.problems if not problem.item]
        text = " ".join([gettext("The review is not saved yet:"), *rest, *by_item.values()])
        return call_page(call, filled=marks, problem=text, item_problems=by_item), 422
    except UserError as error:
        return call_page(call, filled=marks, problem=error.message.text(language())), 409
    flash(gettext("The review is saved: %(total)s points.", total=score(review.total)), "good")
    if "next" in request.form:
        return redirect(url_for("desk.following", after=call.row.id, play=1 if request.form["next"] == "play" else None))
    return redirect(url_for("calls.page", call_id=call.row.id))


@blueprint.get("/calls/<uuid:call_id>/suggestions")
@allow(*REVIEWERS)
def suggestions(call_id: object) -> ResponseReturnValue:
    """The machine's suggestions that this person may see now (quality.forms.showing), as pieces of the form. form_id: which."""
    return suggestions_piece(call_or_404(str(call_id)))


def _based_on() -> int | None:
    return whole(request.form.get("based_on", ""), None)
