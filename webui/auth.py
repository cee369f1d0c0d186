"""Who is asking: the browser's session, kept on the box, and the person it belongs to."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Flask, current_app, request
from flask_login import LoginManager

from quality.access.scope import Scope, scope_of
from quality.access.sessions import Sessions
from quality.access.users import ROLES, User, Users
from webui.languages import language
from webui.safety.noting import SINCE

BACKGROUND = "X-Callbox-Background"
"""A page that asks by itself, while nobody touches it, says so with this header: it keeps nobody logged in."""
TOKEN = "_user_id"  # noqa: S105  where Flask-Login looks for it


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
        """One of quality.access.users.ROLES."""
        return self.account.role

    @property
    def scope(self) -> Scope:
        """Whose calls they may see: every list, page, export and sound asks it."""
        return scope_of(self.account)

    def get_id(self) -> str:
        """The account's."""
        return self.account.id


def init_auth(app: Flask, store: Path, session_minutes: int) -> None:
    """Sessions for the whole application; one idle for `session_minutes` ends."""
    app.config["PERMANENT_SESSION_LIFETIME"] = session_minutes * 60
    app.extensions["callbox_users"] = Users(store)
    sessions = app.extensions["callbox_sessions"] = Sessions(store, session_minutes * 60.0)
    manager = app.extensions["callbox_logins"] = LoginManager(app)
    manager.session_protection = None  # binds a session to the browser's exact version and address: people change both
    manager.user_loader(_loader(sessions))


def _loader(sessions: Sessions) -> Callable[[str], Person | None]:
    def load(token: str) -> Person | None:
        user = sessions.user(token, used=BACKGROUND not in request.headers)
        return Person(user) if user else None

    return load


def enter(own: MutableMapping[str, object], sessions: Sessions, user: User, address: str = "", browser: str = "") -> None:
    """Make a browser's session that user's. Nothing of what it held before stays, so that nobody can prepare one for another."""
    own.clear()
    own.update({"_permanent": True, "_fresh": True, TOKEN: sessions.open(user.id, address, browser), SINCE: time.time()})


def users() -> Users:
    """The box's accounts."""
    return cast(Users, current_app.extensions["callbox_users"])


def sessions() -> Sessions:
    """The box's sessions."""
    return cast(Sessions, current_app.extensions["callbox_sessions"])


def role_name(role: str) -> str:
    """A role in the page's language."""
    return ROLES[role].text(language())
