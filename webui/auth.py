"""Log-in and log-out. Sessions live in a signed cookie; they end with the password that opened them, and with the account."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import LoginManager, current_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from quality.scope import Scope, scope_of
from quality.users import ROLES, User, Users
from webui.access import EVERYONE, allow, public
from webui.languages import language, local_path
from webui.safety.noting import SINCE
from webui.throttle import login_limits

log = logging.getLogger(__name__)
blueprint = Blueprint("auth", __name__)


@dataclass(frozen=True)
class Person:
    """Who is logged in, as Flask-Login wants it."""

    account: User

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def name(self) -> str:
        """The user name."""
        return self.account.name

    @property
    def role(self) -> str:
        """One of quality.users.ROLES."""
        return self.account.role

    @property
    def scope(self) -> Scope:
        """Whose calls they may see: every list, page, export and sound asks it."""
        return scope_of(self.account)

    def get_id(self) -> str:
        """Names the password as well, so that changing it ends every session."""
        return f"{self.account.id} {self.account.password_at:.3f}"


class LoginForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    name = StringField(validators=[InputRequired(), Length(max=200)])
    password = PasswordField(validators=[InputRequired(), Length(max=1000)])


def init_auth(app: Flask, users: Users, session_minutes: int) -> None:
    """Log-in for the whole application; a session idle for `session_minutes` ends."""
    app.config["PERMANENT_SESSION_LIFETIME"] = session_minutes * 60
    app.extensions["callbox_users"] = users
    manager = app.extensions["callbox_logins"] = LoginManager(app)
    manager.session_protection = None  # binds a session to the browser's exact version and address: people change both
    manager.user_loader(_loader(users))
    app.register_blueprint(blueprint)


def _loader(users: Users) -> Callable[[str], Person | None]:
    def load(token: str) -> Person | None:
        user_id, _, password_at = token.partition(" ")
        user = users.get(user_id)
        if user is None or user.disabled or f"{user.password_at:.3f}" != password_at:
            return None
        return Person(user)

    return load


@blueprint.route("/login", methods=["GET", "POST"])
@public
@login_limits
def login() -> ResponseReturnValue:
    """One answer for a wrong name and a wrong password, so that names cannot be tried out."""
    target = local_path(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(target)
    form = LoginForm()
    if request.method == "GET":
        return render_template("login.html", form=form, problem=None)
    user = _users().check(form.name.data, form.password.data) if form.validate_on_submit() else None
    if user is None:
        log.warning("log-in refused: name %.60r, from %s", form.name.data, request.remote_addr)
        problem = gettext("User name or password is wrong. Check both and try again.")
        return render_template("login.html", form=form, problem=problem), 401
    enter(session, user)
    return redirect(target)


def enter(own: MutableMapping[str, object], user: User) -> None:
    """Put into a session what makes it that user's. Nothing of what it held before stays, so that nobody can prepare one."""
    own.clear()
    own.update({"_permanent": True, "_fresh": True, "_user_id": Person(user).get_id(), SINCE: time.time()})


@blueprint.post("/logout")
@allow(*EVERYONE)
def logout() -> ResponseReturnValue:
    """Forget the session."""
    logout_user()
    session.clear()
    flash(gettext("You are logged out."), "info")
    return redirect(url_for("auth.login"))


def role_name(role: str) -> str:
    """A role in the page's language."""
    return ROLES[role].text(language())


def _users() -> Users:
    users: Users = current_app.extensions["callbox_users"]
    return users
