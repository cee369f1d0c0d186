"""Who may open what. Deny by default: a view is open to nobody until it says to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from quality.access.roles import STAFF

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "*"
EVERYONE = (*STAFF, "agent")
_MARK = "__allowed__"
_WITH_OLD_PASSWORD = ("account.page", "account.stay", "account.password", "auth.logout")


def public(view: View) -> View:
    """Mark a view as open without log-in."""
    setattr(view, _MARK, (PUBLIC,))
    return view


def allow(*roles: str) -> Callable[[View], View]:
    """Mark a view as open to people of these roles, logged in."""

    def mark(view: View) -> View:
        setattr(view, _MARK, roles)
        return view

    return mark


def allowed(app: Flask, endpoint: str) -> tuple[str, ...]:
    """The roles a route is open to: (PUBLIC,) for all the world, () for nobody."""
    marks: tuple[str, ...] = getattr(app.view_functions[endpoint], _MARK, ())
    return marks


def init_access(app: Flask) -> None:
    """Check every request against the marks; templates get `may_open(endpoint)`, so that no link leads to a refusal."""
    setattr(app.view_functions["static"], _MARK, (PUBLIC,))
    app.before_request(lambda: _check(app))
    app.jinja_env.globals["may_open"] = lambda endpoint: current_user.role in allowed(app, endpoint)


def _check(app: Flask) -> ResponseReturnValue | None:
    # An address that matches no route has no endpoint: it becomes 404 without a look at who asks.
    roles = allowed(app, request.endpoint) if request.endpoint else (PUBLIC,)
    if PUBLIC not in roles and not current_user.is_authenticated:
        return _to_login()
    if PUBLIC not in roles and current_user.role not in roles:
        abort(403)
    if PUBLIC not in roles and current_user.account.must_change and request.endpoint not in _WITH_OLD_PASSWORD:
        return _to_password()
    return None


def _to_password() -> ResponseReturnValue:
    """Who has a password that somebody else chose gets no further than choosing one."""
    return redirect(url_for("account.page")) if request.method == "GET" else abort(403)


def _to_login() -> ResponseReturnValue:
    """Pages lead to the log-in page; what a page's script asks for gets a plain 401, which it can tell from an answer."""
    if request.method == "GET" and request.accept_mimetypes.accept_html and "text/html" in request.headers.get("Accept", ""):
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
    return abort(401)
