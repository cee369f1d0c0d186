"""Values of a report as text, for pages, print and CSV."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hw.messages import Message
from quality.reports.model import UNKNOWN, Shown, Value

_NUMBERS = {"count": ",.0f", "percent": ".1%", "change_count": "+,.0f", "change_one": "+.1f", "change_points": "+.1f", "two": ".2f"}


def text_of(value: Value, kind: str, language: str) -> str:
    """A value as people read it; None is UNKNOWN."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str | Message):
        return value if isinstance(value, str) else value.text(language)
    if isinstance(value, Shown):
        return value.sign + _number(value.value, value.kind)
    if isinstance(value, date | timedelta):
        return _time(value)
    return _number(value, kind)


def _time(value: date | timedelta) -> str:
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value.isoformat()


def _number(value: float, kind: str) -> str:
    text = format(value, _NUMBERS.get(kind, ".1f"))
    return text[1:] if text.strip("+-0.%,") == "" and text[0] in "+-" else text  # neither +0.0 nor -0
