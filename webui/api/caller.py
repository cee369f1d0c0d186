"""Who calls the API: a program with a token, or a page's own script with its person's session."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, current_app, g, request, session
from flask_limiter.util import get_remote_address
from flask_login import current_user

from hw.messages import Message
from quality.access.scope import Scope
from quality.access.tokens import PREFIX, Token, Tokens
from quality.access.users import Users
from quality.audit.chain import note
from quality.audit.entries import EXPORT, LISTEN
from webui.access import PUBLIC, allowed
from webui.api.problems import ProblemError
from webui.auth import Person
from webui.safety import noting
from webui.throttle import limiter

BLUEPRINTS = ("api", "metrics")
PER_MINUTE = 600
"""Requests of one token or person a minute."""
WRONG_PER_MINUTE = 60
"""Requests with no or a wrong token from one address a minute."""
SAME_S = 60.0
"""A player asks for a call in many pieces: asked for again within so many seconds it is the same use."""

BAD_TOKEN = Message("The token is unknown, expired or revoked.", "令牌无效、已过期或已吊销。")
BOTH = Message("Send a token or a session's cookie, not both.", "请勿同时发送令牌和会话 Cookie。")
NO_TOKEN = Message("The header Authorization has to read: Bearer cbx_…", "Authorization 头须为：Bearer cbx_…")


@dataclass(frozen=True)
class Bearer(Person):
    """A program with a token: its owner, within the token's bounds."""

    token: Token

    @property
    def scope(self) -> Scope:
        """Whose calls it may see."""
        return self.token.scope(self.account)


def init_caller(app: Flask) -> None:
    """Before the access check: from here on whoever holds a token is its owner, for routes of the API alone."""
    app.before_request(_identify)
    app.extensions["callbox_logins"].request_loader(_loaded)
    app.extensions["callbox_api_uses"] = {}


def bearer() -> Bearer | None:
    """The program that asks, if it is one with a token."""
    found: Bearer | None = g.get("callbox_bearer")
    return found


def require_scopes(wanted: Sequence[str]) -> None:
    """Raises ProblemError when it is a token that lacks one of these; people's sessions have all that their role has."""
    caller = bearer()
    missing = [scope for scope in wanted if caller is not None and scope not in caller.token.scopes]
    if missing:
        names = ", ".join(missing)
        raise ProblemError(403, Message(f"The token lacks the scope {names}.", f"令牌缺少权限范围 {names}。"))


def limited(view: Any) -> Any:
    """The view with the API's limits."""
    wrong = limiter.limit(f"{WRONG_PER_MINUTE} per minute", key_func=get_remote_address, deduct_when=_refused)
    return limiter.limit(_per_minute, key_func=_who)(wrong(view))


def note_heard(call_id: str) -> None:
    """The audit log learns that a call's sound was given out. Raises UserError: what cannot be noted is not done."""
    caller = bearer()
    if caller is None:
        noting.heard(call_id)
    elif _first(caller.token.id, call_id):
        note(_store(), LISTEN, caller.name, "api.listen", call_id, _token_detail(caller))


def note_taken(action: str, subject: str) -> None:
    """The same of a file. Raises UserError."""
    caller = bearer()
    note(_store(), EXPORT, current_user.name, action, subject, _token_detail(caller) if caller else {})


def _token_detail(caller: Bearer) -> dict[str, object]:
    return {"token": caller.token.name, "token_id": caller.token.id}


def _first(*use: str) -> bool:
    uses: dict[tuple[str, ...], float] = current_app.extensions["callbox_api_uses"]
    now = time.monotonic()
    for key in [key for key, at in uses.items() if now - at > SAME_S]:
        uses.pop(key, None)
    known = use in uses
    uses[use] = now
    return not known


def _identify() -> None:
    if request.blueprint not in BLUEPRINTS:
        return
    g.callbox_bearer = _bearer(request.headers.get("Authorization", ""))
    if g.callbox_bearer is None:
        _forbid_strangers()
        _check_csrf()


def _bearer(header: str) -> Bearer | None:
    if not header:
        return None
    scheme, _, text = header.partition(" ")
    if scheme.casefold() != "bearer" or not text.strip().startswith(PREFIX):
        raise ProblemError(401, NO_TOKEN)
    if "_user_id" in session:
        raise ProblemError(400, BOTH)
    tokens, now = Tokens(_store()), time.time()
    token = tokens.check(text.strip())
    owner = Users(_store()).get(token.owner_id) if token is not None else None
    if token is None or owner is None or owner.disabled or not token.good(now):
        raise ProblemError(401, BAD_TOKEN)
    tokens.used(token, request.remote_addr or "", now)
    return Bearer(owner, token)


def _forbid_strangers() -> None:
    """The access check would lead a browser to the log-in page; a program wants to be told."""
    if PUBLIC not in allowed(current_app, request.endpoint or "") and not current_user.is_authenticated:
        raise ProblemError(401, Message("Send a token: Authorization: Bearer cbx_…", "请发送令牌：Authorization: Bearer cbx_…"))


def _check_csrf() -> None:
    """Only a browser's cookie can be used by another page: a token needs no second proof, a session does."""
    if request.method in current_app.config["WTF_CSRF_METHODS"] and current_app.config["WTF_CSRF_ENABLED"]:
        current_app.extensions["csrf"].protect()


def _loaded(_request: Request) -> Bearer | None:
    return bearer()


def _refused(answer: Response) -> bool:
    return answer.status_code == 401


def _per_minute() -> str:
    """Each worker counts for itself, and allows its share of the whole."""
    return f"{max(1, current_app.config.get('API_PER_MINUTE', PER_MINUTE) // current_app.config['RATELIMIT_WORKERS'])} per minute"


def _who() -> str:
    header = request.headers.get("Authorization", "")
    if header:
        return hashlib.sha256(header.encode()).hexdigest()
    return str(session.get("_user_id", get_remote_address()))


def _store() -> Path:
    store: Path = current_app.extensions["callbox"].store
    return store
