"""The inspector's desk: today's calls, how far each is, and one way on to the next."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import REVIEWERS
from quality.reviewing.assignments import Assignments
from quality.reviewing.desk import Desk
from webui.access import allow
from webui.context import box, person, row_or_404
from webui.languages import language

blueprint = Blueprint("desk", __name__)


def desk() -> Desk:
    """The desk of who is logged in."""
    return Desk(box().store, box().settings.site.timezone, person().account)


@blueprint.get("/desk")
@allow(*REVIEWERS)
def page() -> ResponseReturnValue:
    """Today."""
    return render_template("desk/desk.html", day=desk().day())


@blueprint.get("/desk/next")
@allow(*REVIEWERS)
def following() -> ResponseReturnValue:
    """On to the next call of the plan after `after`; to the desk when there is none. unheard: only to one that still has to be
    heard. play: it begins to play by itself."""
    found = desk().next_call(request.args.get("after", ""), "unheard" in request.args)
    if found is None:
        if "unheard" in request.args:
            flash(gettext("Every call of your plan has been heard."), "info")
        else:
            flash(gettext("That was the last call of your plan."), "info")
        return redirect(url_for("desk.page"))
    return redirect(url_for("calls.page", call_id=found, play=1 if "play" in request.args else None))


@blueprint.post("/calls/<uuid:call_id>/hand-back")
@allow(*REVIEWERS)
def hand_back(call_id: object) -> ResponseReturnValue:
    """Give a call back, with the reason, so that somebody else may get it."""
    row = row_or_404(str(call_id))
    given = desk().task_of(row.id)
    try:
        if given is None:
            raise UserError("This call is not given to you.", "此通话未分配给您。")
        Assignments(box().store).hand_back(given.id, person().account, request.form.get("why", ""))
    except UserError as error:
        flash(error.message.text(language()), "error")
        return redirect(url_for("calls.page", call_id=row.id))
    flash(gettext("The call is handed back."), "info")
    return redirect(url_for("desk.following", after=row.id))
