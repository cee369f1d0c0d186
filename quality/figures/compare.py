"""Honest comparison: is it more than chance that a figure moved, and who differs from the rest?"""

from __future__ import annotations

from dataclasses import dataclass

from quality.figures import chance
from quality.figures.book import Figure
from quality.figures.values import Value

SURE_Z = 2.58
"""How many standard errors count as more than chance when one figure is compared once: 1 % two-sided."""

LEAST_DEGREES = 6
"""Degrees of freedom of a ratio or a count from which it is compared: a week of days."""


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
    """From `before` to `now`. days: how long each period is: counts are compared by their days, whose ups
    and downs (weekends too) are the measure of chance."""
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
    if figure.kind == "incidence":
        return chance.two_counts(int(one.top), one.bottom, int(other.top), other.bottom)
    if figure.kind == "mean" and not figure.plus:
        return chance.two_means(_sums(figure, one), _sums(figure, other))
    return _by_errors(one, other, days if figure.kind == "count" else (1, 1))


def _by_errors(one: Value, other: Value, days: tuple[int, int]) -> float | None:
    """From the standard errors; of counts, of a day's mean."""
    values = (one.value, one.error, other.value, other.error)
    if any(value is None for value in values) or min(one.degrees, other.degrees) < LEAST_DEGREES:
        return None
    return chance.two_values((one.value or 0.0) / days[0], one.error or 0.0, (other.value or 0.0) / days[1], other.error or 0.0)


def _sums(figure: Figure, value: Value) -> tuple[int, float, float]:
    return int(value.bottom), figure.scale * value.top, value.squares


def _better(figure: Figure, now: float, before: float) -> bool | None:
    if now == before or figure.good == "none":
        return None
    if figure.good == "range" and figure.target:
        low, high = figure.target.low or 0.0, figure.target.high or float("inf")
        away = [max(low - value, value - high, 0.0) for value in (now, before)]
        return None if away[0] == away[1] else away[0] < away[1]
    return (now > before) == (figure.good == "higher")
