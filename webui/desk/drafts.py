"""Marks kept while a person scores: the page sends them with every change and shows whether they are on the box's disk."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import REVIEWERS
from quality.reviewing.assignments import Assignments
from quality.reviewing.drafts import AtWork, Drafts, ElsewhereError, FormDraft
from webui.access import allow
from webui.context import box, person, row_or_404
from webui.desk.filled import filled, number
from webui.desk.plan import desk
from webui.formats import clock
from webui.languages import language

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/calls/<uuid:call_id>/draft")
@allow(*REVIEWERS)
def keep(call_id: object) -> ResponseReturnValue:
    """The form as it stands (the fields of a review, window, number, seen, instead) → {"revision", "saved", "others"} once it is on
    the disk. 409 {"elsewhere"}: another window has written since; 422 {"problem"}: it cannot be kept."""
    row = row_or_404(str(call_id))
    draft = FormDraft(
        row.id, (request.form.get("form_id", ""), request.form.get("form_version", "")), number("based_on"), filled(),
        request.form.get("window", ""), number("number"),
    )  # fmt: skip
    drafts, user = Drafts(box().store), person().account
    try:
        kept = drafts.keep(draft, user, seen=number("seen"), instead=bool(request.form.get("instead")))
    except ElsewhereError as error:
        return jsonify(elsewhere=error.message.text(language()), saved=clock(error.saved_at)), 409
    except UserError as error:
        return jsonify(problem=error.message.text(language())), 422
    _begin(row.id, draft.form[0])
    return jsonify(revision=kept.revision, saved=clock(kept.saved_at), others=others_text(drafts.others(row.id, user)))


@blueprint.post("/calls/<uuid:call_id>/draft/discard")
@allow(*REVIEWERS)
def discard(call_id: object) -> ResponseReturnValue:
    """Throw the marks away and show the form as it was before them."""
    row = row_or_404(str(call_id))
    Drafts(box().store).forget(row.id, person().account)
    flash(gettext("Your marks are discarded."), "info")
    return redirect(url_for("calls.page", call_id=row.id))


def others_text(others: Sequence[AtWork]) -> str:
    """Who else is scoring this call, as a sentence; "" for nobody."""
    if not others:
        return ""
    who = ", ".join(f"{other.name} ({clock(other.at)})" for other in others)
    text: str = gettext("Also being scored by %(who)s. Whoever saves first counts; the other is told.", who=who)
    return text


def _begin(call_id: str, form_id: str) -> None:
    """The first mark on a call that was given to this person: from now on it is graded on the form of this moment."""
    given = desk().task_of(call_id)
    if given is not None and given.state == "assigned":
        Assignments(box().store).start(given.id, person().account, form_id)
