"""Saving a review."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.reviewcheck import Marks, ReviewErrors
from quality.reviews import Reviews
from quality.roles import REVIEWERS
from webui.access import allow
from webui.context import box, call_or_404, person
from webui.desk.callpage import call_page
from webui.formats import score
from webui.languages import language

blueprint = Blueprint("reviews", __name__)


@blueprint.post("/calls/<uuid:call_id>/review")
@allow(*REVIEWERS)
def save(call_id: object) -> ResponseReturnValue:
    """Keep what the form says, and show the page again; with what is wrong, and nothing typed lost, when it cannot be kept."""
    call = call_or_404(str(call_id))
    filled = _filled()
    try:
        review = Reviews(box().store).save(
            call.row.id, request.form.get("form_id", ""), request.form.get("form_version", ""), filled.grades,
            user=person().account, comments=filled.comments, taboos=filled.taboos, comment=filled.comment, based_on=_based_on(),
        )  # fmt: skip
    except ReviewErrors as errors:
        by_item = {problem.item: problem.message.text(language()) for problem in errors.problems if problem.item}
        rest = [problem.message.text(language()) for problem in errors.problems if not problem.item]
        text = " ".join([gettext("The review is not saved yet:"), *rest, *by_item.values()])
        return call_page(call, filled=filled, problem=text, item_problems=by_item), 422
    except UserError as error:
        return call_page(call, filled=filled, problem=error.message.text(language())), 409
    flash(gettext("The review is saved: %(total)s points.", total=score(review.total)), "good")
    return redirect(url_for("calls.page", call_id=call.row.id))


def _filled() -> Marks:
    taboos = tuple(request.form.getlist("taboo"))
    return Marks(_fields("grade-"), _fields("comment-"), taboos, request.form.get("comment", ""))


def _fields(prefix: str) -> dict[str, str]:
    """By item; quality refuses items that the form does not have."""
    return {name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)}


def _based_on() -> int | None:
    text = request.form.get("based_on", "")
    return int(text) if text.isdecimal() else None
