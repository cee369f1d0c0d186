"""Who has tried too often: told so, noted, and kept from costing the box anything."""

from __future__ import annotations

import time

from flask import Flask, Response, abort, current_app
from flask_babel import gettext

from quality.access.logins import Logins, Try
from webui.context import box
from webui.formats import local
from webui.safety.noting import refused

KNOWN_S = 5.0
"""Seconds a worker believes what it has read of a lock; so long an administrator's unlocking may take to be felt."""
PATIENT = 20
"""Refusals of one lock that get a page; after that it is a program that asks, and a line will do."""
_MOST = 1000


class Locks:
    """What a worker knows of locks: who → (until, when that was read in monotonic seconds, how often it was refused since)."""

    def __init__(self) -> None:
        self.known: dict[Try, tuple[float, float, int]] = {}


def init_locks(app: Flask) -> None:
    """Beside the application."""
    app.extensions["callbox_locks"] = Locks()


def locked_until(who: Try) -> float | None:
    """Until when this one may not try, noted as refused; None when they may. Ends the request with a plain 429 for who goes on all
    the same."""
    known: dict[Try, tuple[float, float, int]] = current_app.extensions["callbox_locks"].known
    until, read_at, times = known.get(who, (0.0, float("-inf"), 0))
    if time.monotonic() - read_at > KNOWN_S:
        read_at, until = time.monotonic(), Logins(box().store).locked_until(who) or 0.0
    if until <= time.time():
        known.pop(who, None)
        return None
    if len(known) >= _MOST:
        known.clear()
    known[who] = (until, read_at, times + 1)
    refused("login.refused_locked", who.name)
    if times >= PATIENT:
        abort(Response("locked\n", 429, {"Retry-After": str(int(until - time.time()) + 1)}, mimetype="text/plain"))
    return until


def locked_text(until: float) -> str:
    """Until when, and what can be done."""
    clock = local(until + 59).strftime("%H:%M")  # the minute after, so that it is true
    return str(
        gettext(
            "Too many wrong tries: log-in is locked until %(time)s. An administrator can unlock it earlier, on the page of users "
            "or on the box (callbox users unlock).",
            time=clock,
        )
    )
