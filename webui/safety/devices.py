"""A browser remembers, in a signed cookie, who has logged in with it: their own wrong tries there are counted by themselves, so
that strangers who try their names elsewhere never lock them out here (quality.access.logins). The cookie lets nobody in."""

from __future__ import annotations

import secrets

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from quality.access.users import User
from webui.auth import users

COOKIE = "callbox_device"
YEAR_S = 365 * 24 * 3600
MOST = 12
"""People of one browser that are remembered: those who log in there now."""


def device_of(name: str) -> str:
    """What names this browser if the person of that name has logged in with it before, else ""."""
    known = _known()
    user = users().named(name) if known else None
    return known.get(user.id, "") if user else ""


def remember(answer: Response, user: User) -> None:
    """Remember that this person has logged in with this browser."""
    known = _known()
    name = known.pop(user.id, "") or secrets.token_urlsafe(9)
    kept = dict([*known.items(), (user.id, name)][-MOST:])
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(COOKIE, _signer().dumps(kept), max_age=YEAR_S, httponly=True, samesite="Lax", secure=secure)


def _known() -> dict[str, str]:
    try:
        known = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadData:
        return {}
    return known if isinstance(known, dict) else {}


def _signer() -> URLSafeSerializer:
    assert current_app.secret_key
    return URLSafeSerializer(current_app.secret_key, salt="callbox device")
