"""The live wall. Pages ask for its state every second and mostly get what the worker has already: one look at the box a second
for all who watch. Server-sent events would hold one of a worker's few threads for each watcher: twenty of them would stop the
pages."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from quality.access.roles import REVIEWERS
from quality.access.scope import Scope
from quality.alerting.alarmbook import AlarmBook
from quality.alerting.alerts import OF_CALLS
from quality.alerting.scope import seen_alerts
from quality.calls.wall import Wall, WallView
from webui.access import allow
from webui.context import box, person, views
from webui.languages import language
from webui.live.shown import lines_json, notices_json, sums

blueprint = Blueprint("live", __name__)

FRESH_S = 0.9
"""Seconds for which what was looked up serves everybody; pages ask every second."""
NOTICES = 30


@dataclass
class Shared:
    """What a worker knows of the wall, looked up once for all its watchers. now: monotonic seconds."""

    now: Callable[[], float] = time.monotonic
    lock: Lock = field(default_factory=Lock)
    made: dict[tuple[object, ...], tuple[float, Any]] = field(default_factory=dict)

    def get(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What stands under the key, made anew when it is older than FRESH_S. Whoever comes meanwhile waits for it."""
        with self.lock:
            at, value = self.made.get(key, (float("-inf"), None))
            if self.now() - at >= FRESH_S:
                value = make()
                self.made = {one: kept for one, kept in self.made.items() if self.now() - kept[0] < FRESH_S}
                self.made[key] = (self.now(), value)
            return value


@blueprint.get("/live")
@allow(*REVIEWERS)
def page() -> ResponseReturnValue:
    """All lines now; the page's script keeps it so."""
    return render_template("live/wall.html", wall=_wall())


@blueprint.get("/live/state.json")
@allow(*REVIEWERS)
def state() -> ResponseReturnValue:
    """The lines and what stands, for the page's script; 304 while nothing has changed."""
    body, tag = _state()
    answer = Response(body, mimetype="application/json")
    answer.set_etag(tag)
    answer.headers["X-Box-Time"] = f"{_view().at:.1f}"
    return answer.make_conditional(request)


def _state() -> tuple[bytes, str]:
    """As JSON, and a tag of it: once a second for all of one language, role and scope."""

    def make() -> tuple[bytes, str]:
        body = json.dumps(_wall(), ensure_ascii=False).encode()
        return body, hashlib.sha256(body).hexdigest()[:24]

    return cast(tuple[bytes, str], _shared().get(("state", language(), person().role, person().scope), make))


def _wall() -> dict[str, Any]:
    scope = person().scope
    view = _view().seen_by(scope)
    return {
        "running": view.running, "sums": sums(view), "lines": lines_json(view, person().role), "notices": _notices(scope),
    }  # fmt: skip


def _notices(scope: Scope) -> list[dict[str, Any]]:
    store = box().store
    alerts = seen_alerts(store, scope, limit=NOTICES)
    calls = {row.id: row for row in views().rows([alert.subject for alert in alerts if alert.kind in OF_CALLS])}
    return notices_json(AlarmBook(store).standing(), alerts, calls, time.time())[:NOTICES]


def _view() -> WallView:
    return cast(WallView, _shared_views().get(("view",), lambda: Wall(box().settings).look(time.time())))


def _shared() -> Shared:
    return cast(Shared, current_app.extensions["callbox_wall"])


def _shared_views() -> Shared:
    """Of its own: it is asked while the other is being made."""
    return cast(Shared, current_app.extensions["callbox_wall_views"])
