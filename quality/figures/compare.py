"""Honest comparison: is it more than chance that a figure moved, and who differs from the rest?"""

from __future__ import annotations

from dataclasses import dataclass

from quality.figures import chance
from quality.figures.book import Figure
from quality.figures.values import Value

SURE_Z = 2.58
"""How many standard errors count as more than chance when one figure is compared once: 1 % two-sided."""


@dataclass(frozen=True)
class Change:
    """difference: now less before, in the figure's unit, None when one of them is not known. z: in standard errors. real: whether
    it is more than chance, None when that cannot be said. better: whether it went towards the good side, None when it did not move
    or the figure has no good side."""

    before: float | None
    difference: float | None
    z: float | None
    real: bool | None
    better: bool | None


def change(figure: Figure, now: Value, before: Value, days: tuple[int, int] = (1, 1)) -> Change:
    """From `before` to `now`. days: how long each period is; counts are compared a day."""
    if now.value is None or before.value is None:
        return Change(before.value, None, None, None, None)
    z = difference_z(figure, now, before, days)
    difference = now.value - before.value
    real = None if z is None else abs(z) >= SURE_Z
    return Change(before.value, difference, z, real, _better(figure, now.value, before.value))


def difference_z(figure: Figure, one: Value, other: Value, days: tuple[int, int] = (1, 1)) -> float | None:
    """How far two values of independent calls lie apart, in standard errors; None when it cannot be said."""
    if one.value is None or other.value is None:
        return None
    if figure.kind == "rate":
        return chance.two_rates(int(one.top), int(one.bottom), int(other.top), int(other.bottom))
    if figure.kind in ("count", "incidence"):
        times = days if figure.kind == "count" else (one.bottom, other.bottom)
        return chance.two_counts(int(one.top), times[0], int(other.top), times[1])
    if one.error is None or other.error is None or min(one.degrees, other.degrees) < 4:
        return None
    return chance.two_values(one.value, one.error, other.value, other.error)


def _better(figure: Figure, now: float, before: float) -> bool | None:
    if now == before or figure.good == "none":
        return None
    if figure.good == "range" and figure.target:
        low, high = figure.target.low or 0.0, figure.target.high or float("inf")
        away = [max(low - value, value - high, 0.0) for value in (now, before)]
        return None if away[0] == away[1] else away[0] < away[1]
    return (now > before) == (figure.good == "higher")
