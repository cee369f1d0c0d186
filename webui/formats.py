"""How instants, lengths and scores are written on a page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from analyzer.rules.evidencewords import told
from webui.languages import language

UNKNOWN = "–"


def init_formats(app: Flask, timezone: str) -> None:
    """Add the filters to the templates; instants are shown in the site's time zone."""
    app.config["SITE_ZONE"] = ZoneInfo(timezone)
    app.jinja_env.filters.update(
        day=day, clock=clock, moment=moment, duration=duration, score=score, grade_class=grade_class, offset=offset,
        percent=percent, evidence=evidence,
    )  # fmt: skip


def evidence(text: str) -> str:
    """What decided a rule, its measures in the page's language."""
    return told(text).text(language())


def local(instant: float) -> datetime:
    """UTC epoch seconds → the site's wall clock."""
    return datetime.fromtimestamp(instant, tz=current_app.config["SITE_ZONE"])


def day(instant: float) -> str:
    """ "2026-11-22"."""
    return local(instant).strftime("%Y-%m-%d")


def clock(instant: float) -> str:
    """ "14:03:22"."""
    return local(instant).strftime("%H:%M:%S")


def moment(instant: float) -> str:
    """ "2026-11-22 14:03:22"."""
    return local(instant).strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float | None) -> str:
    """A duration as people say it on a phone display: "1:05", "1:02:03"."""
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def offset(seconds: float) -> str:
    """A place in a call, "0:05": cut, not rounded, so that it is never after what it points at."""
    return duration(int(seconds))


def score(value: float | None) -> str:
    """Points, without decimals where there are none."""
    if value is None:
        return UNKNOWN
    return f"{value:.1f}".removesuffix(".0")


def percent(share: float | None) -> str:
    """0–1 → "85%", as `quality.reports.words` writes it."""
    return UNKNOWN if share is None else f"{share * 100:.0f}%"


def grade_class(value: float | None) -> str:
    """The colour class of a score out of 100: good from 80, fair from 60 (the form's 良 and 合格), poor below; full
    marks are good and need no eye."""
    if value is None:
        return "unknown"
    if value == 100:
        return "good full"
    return "good" if value >= 80 else "fair" if value >= 60 else "poor"
