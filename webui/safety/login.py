"""Log-in and log-out: password, one-time code, and what is said to who has tried too often."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from quality.access import firstrun
from quality.access.logins import Logins, Try
from quality.access.twostep import TwoStep
from quality.access.users import User
from webui.access import EVERYONE, allow, public
from webui.auth import TOKEN, enter, sessions, users
from webui.context import box
from webui.languages import local_path
from webui.safety.devices import device_of, remember
from webui.safety.locks import locked_text, locked_until

blueprint = Blueprint("auth", __name__)

HALF = "half"
"""In the session: whose password was right while the one-time code is still to come."""
HALF_S = 300.0
WRONG = lazy_gettext("User name or password is wrong. Check both and try again.")
WRONG_CODE = lazy_gettext("This code is not right, or was used before. Wait for the next one.")


class LoginForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    name = StringField(validators=[InputRequired(), Length(max=200)])
    password = PasswordField(validators=[InputRequired(), Length(max=1000)])


@dataclass(frozen=True)
class Half:
    """Half logged in: the account, which password it was, where to go."""

    user: User
    target: str


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """One answer for a wrong name and a wrong password, so that names cannot be tried out."""
    g.refusal_noted = True  # the counts of log-in note it
    target = local_path(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(target)
    form = LoginForm()
    if request.method == "GET":
        return _page(form)
    if not form.validate_on_submit():
        return _page(form, str(WRONG), 401)
    return _password(form, target)


def _password(form: LoginForm, target: str) -> ResponseReturnValue:
    """The first step, and the last for who has no one-time codes."""
    name = form.name.data
    who = Try(name, request.remote_addr or "", device_of(name))
    if (until := locked_until(who)) is not None:
        return _page(form, locked_text(until), 429)
    user = users().check(name, form.password.data)
    if user is None:
        return _page(form, *_wrong(who))
    if user.two_step:
        session.clear()
        session[HALF] = {"id": user.id, "password_at": user.password_at, "at": time.time(), "next": target}
        return redirect(url_for("auth.code"))
    return _enter(user, who, target)


@blueprint.route("/login/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The one-time code, or a recovery code."""
    g.refusal_noted = True
    half = _half()
    if half is None:
        return redirect(url_for("auth.login"))
    if request.method == "GET":
        return render_template("safety/code.html", problem=None, name=half.user.name)
    who = Try(half.user.name, request.remote_addr or "", device_of(half.user.name), step="code")
    text, action = request.form.get("code", "")[:100], "login.in"
    if (until := locked_until(who)) is not None:
        problem, status = locked_text(until), 429
    elif TwoStep(box().store).check(half.user, text):
        return _enter(half.user, who, half.target, action)
    elif TwoStep(box().store).recover(half.user, text):
        return _enter(half.user, who, half.target, "login.recovery")
    else:
        problem, status = _wrong(who, "login.wrong_code", WRONG_CODE)
    return render_template("safety/code.html", problem=problem, name=half.user.name), status


@blueprint.post("/logout")
@allow(*EVERYONE)
def logout() -> ResponseReturnValue:
    """End the session, here and on the box."""
    sessions().close(str(session.get(TOKEN, "")), current_user.name)
    logout_user()
    session.clear()
    flash(gettext("You are logged out."), "info")
    return redirect(url_for("auth.login"))


def _page(form: LoginForm, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    first = firstrun.needed(box().store)
    ended = request.args.get("ended") == "idle"
    return render_template("login.html", form=form, problem=problem, first=first, ended=ended), status


def _enter(user: User, who: Try, target: str, action: str = "login.in") -> ResponseReturnValue:
    _logins().right(who, action)
    enter(session, sessions(), user, request.remote_addr or "", request.user_agent.string)
    answer: Any = redirect(url_for("account.page") if user.must_change else target)
    remember(answer, user)
    return answer  # type: ignore[no-any-return]


def _wrong(who: Try, action: str = "login.wrong", text: object = WRONG) -> tuple[str, int]:
    until = _logins().wrong(who, action)
    if until is not None:
        return locked_text(until), 429
    return str(text), 401


def _half() -> Half | None:
    kept = session.get(HALF) or {}
    user = users().get(str(kept.get("id", "")))
    if user is None or user.disabled or not user.two_step or time.time() - kept["at"] > HALF_S:
        return None
    return Half(user, local_path(kept["next"])) if kept["password_at"] == user.password_at else None


def _logins() -> Logins:
    return Logins(box().store)


