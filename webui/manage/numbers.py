"""Figures as people read them, and the addresses of the calls they are made of."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

from quality.figures.book import Figure
from quality.figures.values import Value
from quality.periods import Period
from quality.reports.model import KeyFigure
from quality.reports.parts.operating import UNITS, target_text
from quality.reports.words import text_of
from webui.languages import language

OF_KEY: dict[str, dict[str, str]] = {
    "calls": {"ended": "yes"}, "reviewed": {"reviewed": "yes"}, "listened": {"reviewed": "yes"}, "pass": {"passed": "no"},
    "score": {"reviewed": "yes"}, "a": {"problem": "A"}, "b": {"problem": "B"}, "c": {"problem": "C"}, "faulty": {"faulty": "yes"},
}  # fmt: skip
"""Key figure → the filter of the calls behind it; what is not here is told by groups and days (manage.figure)."""
OF_FIGURE: dict[str, dict[str, str]] = {
    "call_time": {"answered": "yes", "sort": "longest"}, "talk_time": {"answered": "yes", "sort": "longest"},
    "hold_time": {"answered": "yes", "rule": "hold_notice"}, "rings": {"direction": "in"},
    "answer_speed": {"direction": "in", "rule": "ring_slow"}, "service_level": {"direction": "in", "rule": "ring_slow"},
    "calls_per_hour": {"answered": "yes"}, "monitoring_score": {"reviewed": "yes"}, "occupancy": {"answered": "yes"},
    "abandon_rate": {"direction": "in", "answered": "no"}, "abandon_time": {"direction": "in", "answered": "no"},
    "answer_rate": {"direction": "in", "answered": "no"}, "total_calls": {"direction": "in"},
    "first_call_resolution": {"direction": "in", "answered": "yes"}, "transfer_rate": {"answered": "yes"},
}  # fmt: skip
"""One of the 23 → the filter of the calls it is worked out from, or of those of them that count against it."""


def calls_address(first: date, last: date, team: str = "", agent: str = "", **more: str) -> str:
    """The list of calls of these days."""
    parts: dict[str, Any] = {"since": first.isoformat(), "until": last.isoformat(), **more}
    parts |= {name: value for name, value in (("team", team), ("agent", agent)) if value}
    return url_for("calls.listing", **parts)


def key_address(figure: KeyFigure, period: Period, team: str) -> str:
    """Where a key figure leads."""
    if figure.id in OF_KEY:
        return calls_address(period.first, period.last, team, **OF_KEY[figure.id])
    return figure_address("first_call_resolution", period, team)


def figure_address(figure: str, period: Period, team: str = "") -> str:
    """The page of one figure: by day, group and agent."""
    more: dict[str, Any] = {"team": team} if team else {}
    return url_for("manage.figure", figure=figure, kind=period.kind, period=period.name, **more)


def key_text(value: float | None, kind: str) -> str:
    """A key figure's value."""
    return text_of(value, kind, language())


def value_text(figure: Figure, value: float | None) -> str:
    """The value of one of the 23 with its unit."""
    kind, unit = UNITS[figure.unit]
    text = text_of(value, kind, language())
    return text if value is None or not unit.en else f"{text} {unit.text(language())}"


def interval_text(figure: Figure, value: Value) -> str:
    """Between what the value lies, ""  where that cannot be said."""
    if value.low is None or value.high is None:
        return ""
    kind, _ = UNITS[figure.unit]
    return f"{text_of(value.low, kind, language())} – {text_of(value.high, kind, language())}"


def goal_text(figure: Figure) -> str:
    """Its target."""
    told = target_text(figure, figure.target)
    return "" if told is None else str(told)
