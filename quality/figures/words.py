"""Figures as people read them: units, targets, changes, trends in a line of text."""

from __future__ import annotations

from collections.abc import Sequence

from hw.messages import Message
from quality.figures.book import Figure, Target
from quality.figures.compare import Change
from quality.figures.values import Value

UNKNOWN = "–"
UNITS = {
    "share": Message("%", "%"), "s": Message("s", "秒"), "rings": Message("rings", "次"), "per_hour": Message("an hour", "通/小时"),
    "points": Message("points", "分"), "yuan": Message("yuan", "元"), "calls": Message("calls", "通"),
    "per_year": Message("% a year", "%/年"),
}  # fmt: skip
_DIGITS = {"share": 1, "s": 1, "rings": 2, "per_hour": 2, "points": 1, "yuan": 2, "calls": 0, "per_year": 1}
_BARS = "▁▂▃▄▅▆▇█"


def shown(figure: Figure, value: float | None, language: str = "", signed: bool = False) -> str:
    """A value with its unit in `language` ("zh", "en"; "": the number alone); a dash when it is not known."""
    if value is None:
        return UNKNOWN
    scaled = value * 100 if figure.unit in ("share", "per_year") else value
    number = f"{scaled:{'+' if signed else ''},.{_DIGITS[figure.unit]}f}"
    if not language:
        return number
    unit = UNITS[figure.unit].text(language)
    if signed and figure.unit in ("share", "per_year"):
        unit = "个百分点" if language == "zh" else "points"
    return f"{number}{'' if unit.startswith('%') else ' '}{unit}"


def interval(figure: Figure, value: Value) -> str:
    """Between what it lies with 95 % confidence."""
    if value.low is None or value.high is None:
        return UNKNOWN
    return f"{shown(figure, value.low)}–{shown(figure, value.high)}"


def target_text(figure: Figure, target: Target | None = None) -> str:
    """ "≥ 92.0", "30.0–60.0", or a dash; usual ones that the customer did not set are marked by an asterisk."""
    target = target or figure.target
    if target is None:
        return UNKNOWN
    low, high = shown(figure, target.low), shown(figure, target.high)
    text = f"≥ {low}" if target.high is None else f"≤ {high}" if target.low is None else f"{low}–{high}"
    return f"{text} *" if target.usual else text


def change_text(figure: Figure, change: Change, language: str = "") -> str:
    """ "▲ +1.2": against the last period; "!" after it says that it is more than chance."""
    if change.difference is None:
        return UNKNOWN
    arrow = "▲" if change.difference > 0 else "▼" if change.difference < 0 else "="
    return f"{arrow} {shown(figure, change.difference, language, signed=True)}{' !' if change.real else ''}"


def sparkline(values: Sequence[float | None]) -> str:
    """A trend as bars between its own lowest and highest, a point where nothing is known."""
    known = [value for value in values if value is not None]
    if not known:
        return UNKNOWN
    low, reach = min(known), max(known) - min(known)
    return "".join("·" if v is None else _BARS[round((v - low) / reach * 7) if reach else 3] for v in values)
