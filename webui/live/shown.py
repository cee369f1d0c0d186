"""The wall as a page shows it: words in the reader's language, levels as shares of a bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext

from hw.messages import Message
from quality.access.roles import LEADS
from quality.alerting.alarmbook import KnownAlarm
from quality.alerting.alerts import KINDS, OF_CALLS, Alert
from quality.calls.rows import CallRow
from quality.calls.wall import NO_LINE, WallLine, WallView
from quality.health.words import STATES, alarm_name
from recorder.signals.levels import SideLevels
from recorder.watch.alarmkinds import kind_of
from webui.formats import clock, day
from webui.languages import language
from webui.names import emotion_name, side_name
from webui.rulenames import rule_name, rule_priority

FLOOR_DB = -60.0
"""The bar's left end: below it a telephone line is silent."""
STEP = 2
"""Per cent in which bars move, so that a quiet line's answer stays the same from one second to the next."""
REASONS = 2
"""Rules that an alert names; of more it tells how many."""


def lines_json(view: WallView, role: str) -> list[dict[str, Any]]:
    """Every line."""
    return [_line(line, view.at, role) for line in view.lines]


def notices_json(
    alarms: Iterable[KnownAlarm], alerts: Iterable[Alert], calls: Mapping[str, CallRow], now: float
) -> list[dict[str, Any]]:
    """What stands, the newest first: alarms of the box and alerts of the department. calls: those that alerts are about, by id.
    now: UTC epoch seconds; what is not of this day has its day told."""
    found = [*map(_alarm, alarms), *(_alert(alert, calls.get(alert.subject)) for alert in alerts)]
    told = [{**notice, "time": _when(notice["at"], now)} for notice in found]
    return sorted(told, key=lambda notice: -notice["at"])


def sums(view: WallView) -> str:
    """How many lines do what, in a few words; nothing while nobody watches them: then the page has a notice."""
    if not view.running:
        return ""
    talking = sum(line.state == "talking" for line in view.lines)
    ringing = sum(line.state == "ringing" for line in view.lines)
    paused = sum(bool(line.paused_by) for line in view.lines)
    told = [
        gettext("%(talking)s of %(lines)s lines talking", talking=talking, lines=len(view.lines)),
        gettext("%(ringing)s ringing", ringing=ringing) if ringing else "",
        gettext("%(paused)s paused", paused=paused) if paused else "",
    ]
    return " · ".join(filter(None, told))


def _line(line: WallLine, at: float, role: str) -> dict[str, Any]:
    return {
        "name": line.name, "state": "paused" if line.paused_by else line.state, "state_text": _state(line),
        "since": None if line.for_s is None else round(at - line.for_s, 1), "who": _who(line), "team": line.team,
        "number": line.number, "way": {"in": "↙", "out": "↗"}.get(line.direction, ""), "way_text": _way(line.direction),
        "call": url_for("calls.page", call_id=line.call_id) if line.call_id and not line.hidden else "",
        "sides": list(map(_side, line.sides)), "moods": list(_moods(line)), "understood": line.understood,
        "rules": list(map(rule_name, line.rules)), "urgent": line.urgent, "words": line.last_words,
        "heard_by": gettext("heard by %(names)s", names=", ".join(line.listeners)) if line.listeners else "",
        "may_listen": role in LEADS and not line.hidden and line.state != NO_LINE, "paused": bool(line.paused_by),
    }  # fmt: skip


def _state(line: WallLine) -> str:
    if line.paused_by:
        return str(gettext("paused by %(name)s", name=line.paused_by))
    return STATES[line.state].text(language()) if line.state in STATES else str(gettext("no line"))


def _who(line: WallLine) -> str:
    if line.hidden:
        return str(gettext("another group"))
    return " ".join(filter(None, (line.agent_name, line.agent_id))) if line.agent_id else ""


def _way(direction: str) -> str:
    return {"in": str(gettext("incoming")), "out": str(gettext("outgoing"))}.get(direction, "")


def _side(side: SideLevels) -> dict[str, Any]:
    return {"side": side.side, "text": side_name(side.side), "level": _share(side.rms_db), "peak": _share(side.peak_db)}


def _share(level_db: float) -> int:
    return STEP * round(100 / STEP * min(1.0, max(0.0, 1 - level_db / FLOOR_DB)))


def _moods(line: WallLine) -> Iterator[dict[str, str]]:
    for mood in line.moods:
        yield {"mood": mood.mood, "text": f"{side_name(mood.side)}: {emotion_name(mood.mood)}"}


def _alarm(alarm: KnownAlarm) -> dict[str, Any]:
    name = alarm_name(alarm.kind, language())
    of_line = kind_of(alarm.kind).about == "line"
    subject = f"{Message('line', '线路').text(language())} {alarm.subject}" if of_line else alarm.subject
    seen = alarm.detail.text(language())
    return {
        "id": f"alarm-{alarm.id}", "at": alarm.raised_at, "severity": alarm.severity,
        "text": f"{name}: {subject}" if subject else name, "detail": seen, "seen": bool(alarm.acknowledged),
        "where": url_for("boxhealth.page") + "#alarms",
    }  # fmt: skip


def _alert(alert: Alert, call: CallRow | None) -> dict[str, Any]:
    name = KINDS[alert.kind].text(language())
    of_call = alert.kind in OF_CALLS
    where = url_for("calls.page", call_id=alert.subject) if of_call else url_for("manage.alerts", kind=alert.kind)
    about = (_of(call) if call else "") if of_call else alert.subject
    return {
        "id": f"alert-{alert.id}", "at": alert.opened_at, "severity": "alert", "text": f"{name}: {about}" if about else name,
        "detail": _reason(alert.detail.get("rules")), "seen": bool(alert.events), "where": where,
    }  # fmt: skip


def _of(call: CallRow) -> str:
    """Whose call it is, else which line's."""
    who = " ".join(filter(None, (call.agent_name, call.agent_id)))
    return who or str(gettext("Line %(name)s", name=call.line))


def _reason(rules: object) -> str:
    """The rules an alert is about, those that ask for a look at once first."""
    known = [rule for rule in rules if rule] if isinstance(rules, list) else []
    names = [rule_name(rule) for rule in sorted(known, key=lambda rule: not rule_priority(rule))]
    more = [f"+{len(names) - REASONS}"] if len(names) > REASONS else []
    return " · ".join([*names[:REASONS], *more])


def _when(at: float, now: float) -> str:
    return clock(at) if day(at) == day(now) else f"{day(at)} {clock(at)[:5]}"
