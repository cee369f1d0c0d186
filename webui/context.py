"""What every blueprint reaches for: the store, the joined views, who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, cast

from flask import Flask, abort, current_app, request
from flask_login import current_user

from quality.calls.rows import CallRow, CallView
from quality.calls.views import Views
from recorder.settings.sections import Settings
from webui.auth import Person
from webui.safety.noting import refused


@dataclass(frozen=True)
class Box:
    """store: the folder. views: the three databases, read only."""

    store: Path
    views: Views
    settings: Settings


def init_context(app: Flask, settings: Settings) -> None:
    """Keep the box beside the application."""
    store = Path(settings.store.path)
    app.extensions["callbox"] = Box(store, Views(store, settings.site.timezone), settings)


def box() -> Box:
    """The box this application serves."""
    return cast(Box, current_app.extensions["callbox"])


def views() -> Views:
    """Its joined views."""
    return box().views


def person() -> Person:
    """Who is logged in; only for views that need log-in."""
    return cast(Person, current_user)


def call_or_404(call_id: str) -> CallView:
    """The call, if the person may see it. A call of others is as unknown as one that does not exist; that it was asked for is
    noted."""
    call = views().call(call_id)
    _check(call.row if call else None, call_id)
    assert call is not None
    return call


def row_or_404(call_id: str) -> CallRow:
    """The same for whoever needs no more of a call than its row."""
    found = views().rows([call_id])
    _check(found[0] if found else None, call_id)
    return found[0]


def _check(row: CallRow | None, call_id: str) -> None:
    if row is None:
        abort(404)
    if not person().scope.sees_call(row.agent_id, row.team):
        not_yours(call_id)


def not_yours(subject: str) -> NoReturn:
    """What others may see and this person may not: noted as refused, and answered as if it were not there. For every object that is
    fetched; subject: its id."""
    refused("refused.object", subject, {"path": request.path})
    abort(404)
