"""Alerts and special reviews (专项复盘): what opened by itself, who has seen it, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import REVIEWERS, STAFF
from quality.alerting.alerts import KINDS, OF_CALLS, Alert, Alerts
from quality.alerting.scope import open_alerts, seen_alerts, sees_alerts
from quality.calls.rows import CallRow
from quality.periods import period_of
from quality.store import reading
from webui.access import allow
from webui.context import box, not_yours, person, views
from webui.manage import numbers
from webui.manage.room import Agent, agents, asked, blueprint, carried_out, day_of, say

SHOWN = 100
COUNTS = ("reviewers", "reviews")
SPECIAL_DAYS = 3  # a special review opens after so many days running


@dataclass(frozen=True)
class Shown:
    """An alert as the page has it. row: the call it is about, if it is one. where: its calls."""

    alert: Alert
    row: CallRow | None
    name: str
    where: str

    @property
    def day(self) -> date:
        """The local day it opened on."""
        return day_of(self.alert.opened_at)


@blueprint.get("/alerts")
@allow(*STAFF)
def alerts() -> ResponseReturnValue:
    """The open ones, or all of the latest; of one kind if asked."""
    return _listing()


@blueprint.post("/alerts/<uuid:key>/<any(seen, done, closed):step>")
@allow(*STAFF)
def alert_step(key: object, step: str) -> ResponseReturnValue:
    """Seen; what was done; closed, and how."""
    kept, user, text = Alerts(box().store), person().account, request.form.get("text", "")
    if not sees_alerts(box().store, person().scope, [str(key)]):
        not_yours(str(key))
    act = {
        "seen": partial(kept.seen, str(key), user), "done": partial(kept.done, str(key), user, text),
        "closed": partial(kept.close, str(key), user, text),
    }  # fmt: skip
    return carried_out(act[step], _told(step), _back(), _listing)


@blueprint.post("/alerts/<any(seen, closed):step>")
@allow(*STAFF)
def alerts_step(step: str) -> ResponseReturnValue:
    """All that were ticked: seen, or closed with one word for all of them."""
    kept, keys = Alerts(box().store), request.form.getlist("key")[:SHOWN]
    if not sees_alerts(box().store, person().scope, keys):
        not_yours(" ".join(keys))
    return carried_out(partial(_all, kept, keys, step), _told(step), _back(), _listing)


def _all(kept: Alerts, keys: list[str], step: str) -> None:
    """Raises UserError when none is ticked, or none says what was done; what somebody has closed meanwhile stays as it is."""
    user, text = person().account, request.form.get("text", "")
    if not keys:
        raise UserError("Tick the alerts it is about first.", "请先勾选预警。")
    for key in keys:
        if step == "seen":
            kept.seen(key, user)
        elif kept.get(key).closed_at is None:
            kept.close(key, user, text)


def _told(step: str) -> str:
    told: dict[str, str] = {"seen": gettext("Noted as seen."), "done": gettext("Noted."), "closed": gettext("Closed.")}
    return told[step]


def _back() -> str:
    return url_for("manage.alerts", kind=request.form.get("kind") or None)


def _listing(problem: str = "") -> str:
    kind, closed = asked("kind"), asked("closed") == "yes"
    kind = kind if kind in KINDS else ""
    found = seen_alerts(box().store, person().scope, kind or None, open_only=not closed, limit=SHOWN)
    with reading(box().store) as connection:
        waiting = open_alerts(box().store, connection, person().scope)
    return render_template(
        "manage/alerts.html", waiting=waiting, ticked=request.form.getlist("key"), text=request.form.get("text", ""),
        shown=_shown(found), kinds=KINDS, kind=kind, closed=closed, problem=problem, say=say, limit=SHOWN,
        detail=detail, full=len(found) == SHOWN,
    )  # fmt: skip


def _shown(seen: list[Alert]) -> list[Shown]:
    """Alerts with what they are about."""
    known = agents()
    rows = {row.id: row for row in views().rows([alert.subject for alert in seen if alert.kind in OF_CALLS])}
    return [_one(alert, rows.get(alert.subject), known) for alert in seen]


def _one(alert: Alert, row: CallRow | None, known: Mapping[str, Agent]) -> Shown:
    day = day_of(alert.opened_at)
    if alert.kind in OF_CALLS and _is_id(alert.subject):
        return Shown(alert, row, "", url_for("calls.page", call_id=alert.subject))
    if alert.kind == "special_review":
        return Shown(alert, None, alert.subject, _calls(day, SPECIAL_DAYS, team=alert.subject, direction="in"))
    if alert.kind == "agent_faults":
        agent = known.get(alert.subject)
        return Shown(alert, None, agent.label if agent else alert.subject, _calls(day, 7, agent=alert.subject, faulty="yes"))
    if alert.kind == "calibration_due":
        where = "manage.calibrations" if person().account.role in REVIEWERS else "manage.alerts"
        return Shown(alert, None, say(period_of("month", day).title), url_for(where))
    if alert.kind == "subject":
        return Shown(alert, None, alert.subject, url_for("calls.listing", q=alert.subject))
    return Shown(alert, None, alert.subject, url_for("manage.reviewing"))


def detail(alert: Alert) -> str:
    """The figures behind an alert, in words."""
    names: dict[str, str] = {
        "share": gettext("share"), "others": gettext("the others"), "before": gettext("before"), "threshold": gettext("threshold"),
        "points": gettext("points apart"), "reviewers": gettext("people who reviewed"), "reviews": gettext("reviews"),
    }  # fmt: skip
    told = []
    for name, value in alert.detail.items():
        if name in COUNTS:
            told.append(f"{names[name]} {value}")
        elif name in names and isinstance(value, int | float):
            told.append(f"{names[name]} {value:+.1f}" if name == "points" else f"{names[name]} {100 * value:.1f}%")
    return " · ".join(told)


def _calls(day: date, days: int, **more: str) -> str:
    return numbers.calls_address(day - timedelta(days=days - 1), day, **more)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
