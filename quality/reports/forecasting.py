"""Where a figure goes next: two simple methods, and the one that was less wrong so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, linear_regression

from hw.messages import Message

MEAN_OF, LINE_OF = 4, 8
"""Weeks the mean and the line are taken of."""
LEAST = 4
"""Weeks before anything is forecast."""

Method = Callable[[Sequence[float], int], list[float]]
"""Values of past weeks and how many weeks to come → a value for each of those."""


def mean_of_last(past: Sequence[float], ahead: int) -> list[float]:
    """Every coming week is as the last four on average."""
    return [fmean(past[-MEAN_OF:])] * ahead


def line_through(past: Sequence[float], ahead: int) -> list[float]:
    """The least-squares line through the last eight weeks, drawn on."""
    known = past[-LINE_OF:]
    line = linear_regression(range(len(known)), known)
    return [line.intercept + line.slope * (len(known) + n) for n in range(ahead)]


METHODS: dict[str, tuple[Method, Message]] = {
    "mean": (mean_of_last, Message("as the last four weeks", "近四周平均")),
    "line": (line_through, Message("line through the last eight weeks", "近八周直线趋势")),
}


@dataclass(frozen=True)
class Forecast:
    """value: the mean of the coming weeks; None with too little history. method: of METHODS. error: mean absolute error this method
    made when it forecast past weeks from those before them, in the figure's unit; None when it never could be tried. other_error:
    the other method's. tried: how often."""

    value: float | None
    method: str
    error: float | None
    other_error: float | None
    tried: int


def forecast(past: Sequence[float | None], ahead: int, low: float = 0.0, high: float | None = None) -> Forecast:
    """The mean of the next `ahead` weeks from weekly values, oldest first; unknown weeks are left out. Kept within low and high."""
    known = [value for value in past if value is not None]
    if len(known) < LEAST:
        return Forecast(None, "mean", None, None, 0)
    errors = {name: _past_errors(method, known, ahead, low, high) for name, (method, _) in METHODS.items()}
    means = {name: fmean(own) if own else None for name, own in errors.items()}
    best = min(METHODS, key=lambda name: (means[name] is None, means[name] or 0.0))  # of a tie, and with nothing tried, the mean
    other = next(name for name in METHODS if name != best)
    value = _kept(fmean(METHODS[best][0](known, ahead)), low, high)
    return Forecast(value, best, means[best], means[other], len(errors[best]))


def _past_errors(method: Method, known: Sequence[float], ahead: int, low: float, high: float | None) -> list[float]:
    """How far off the mean of so many weeks would have been, forecast from every week since there was enough behind it."""
    origins = range(LEAST, len(known) - ahead + 1)
    return [
        abs(_kept(fmean(method(known[:origin], ahead)), low, high) - fmean(known[origin : origin + ahead])) for origin in origins
    ]  # fmt: skip


def _kept(value: float, low: float, high: float | None) -> float:
    return max(low, value if high is None else min(high, value))
