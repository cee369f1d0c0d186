"""The first administrator, made with the code that the box tells at its console: callbox users first-code."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access import firstrun
from quality.access.logins import Logins, Try
from quality.access.passwords import MIN_LENGTH
from webui.access import public
from webui.auth import enter, sessions
from webui.context import box
from webui.languages import language

blueprint = Blueprint("firstrun", __name__)

LONGEST = 1000


@blueprint.route("/first-run", methods=["GET", "POST"])
@public
def page() -> ResponseReturnValue:
    """There only while there is no administrator."""
    if not firstrun.needed(box().store):
        abort(404)
    if request.method == "GET":
        return _page("", 200)
    who = Try("first-run", request.remote_addr or "", step="first")
    if Logins(box().store).locked_until(who) is not None:
        return _page(gettext("Too many wrong codes. Wait a quarter of an hour."), 429)
    code, name, new, again = (request.form.get(field, "")[:LONGEST] for field in ("code", "name", "password", "again"))
    if not firstrun.is_code(box().store, code):
        Logins(box().store).wrong(who)
        return _page(gettext("The set-up code is not right, or older than a day."), 422)
    if new != again:
        return _page(gettext("The two passwords differ."), 422)
    try:
        user = firstrun.make_first(box().store, code, name, new, language())
    except UserError as error:
        return _page(error.message.text(language()), 422)
    enter(session, sessions(), user, request.remote_addr or "", request.user_agent.string)
    flash(gettext("You are the administrator of this box."), "good")
    return redirect(url_for("calls.start"))


def _page(problem: str, status: int) -> ResponseReturnValue:
    return render_template("safety/firstrun.html", problem=problem, shortest=MIN_LENGTH, form=request.form), status
