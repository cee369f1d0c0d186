"""What a figure's value and its uncertainty are worked out from; adds up over people, so that everybody can be held against all the
others without counting anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quality.figures.book import Figure
from quality.figures.detail import DetailRow
from quality.figures.sums import Sums, total


@dataclass(frozen=True)
class Part:
    """Rows of the detail, added up once for many figures. days: how many local days they are of."""

    rows: tuple[DetailRow, ...]
    whole: Sums
    days: int

    @classmethod
    def of(cls, rows: Sequence[DetailRow], days: int) -> Part:
        """Of these rows."""
        return cls(tuple(rows), total(row.sums for row in rows), days)


@dataclass(frozen=True)
class Moments:
    """top, bottom: the sums whose quotient the figure is. squares: of the single values (mean), or of the days' totals (count).
    units: days of an agent (ratio) or days (count). top2, cross, bottom2: sums over the units of top², top·bottom, bottom²."""

    top: float = 0
    bottom: float = 0
    squares: float = 0
    units: int = 0
    top2: float = 0
    cross: float = 0
    bottom2: float = 0

    def __add__(self, other: Moments) -> Moments:
        return Moments(*(a + b for a, b in zip(self._values(), other._values(), strict=True)))  # type: ignore[arg-type]

    def __sub__(self, other: Moments) -> Moments:
        return Moments(*(a - b for a, b in zip(self._values(), other._values(), strict=True)))  # type: ignore[arg-type]

    def _values(self) -> tuple[float, ...]:
        return self.top, self.bottom, self.squares, self.units, self.top2, self.cross, self.bottom2


def moments_of(figure: Figure, part: Part, level: str) -> Moments:
    """Of one figure. level: whose rows they are."""
    top, bottom = figure.centre if level == "centre" else (figure.top, figure.bottom)
    above, below = getattr(part.whole, top), getattr(part.whole, bottom) if bottom else 0
    if figure.kind == "ratio":
        return _over_units(part, top, bottom)
    if figure.kind == "count":
        return Moments(above, below, _squares_of_days(part, top), part.days)
    return Moments(above, below, getattr(part.whole, figure.squares) if figure.squares else 0)


def _over_units(part: Part, top: str, bottom: str) -> Moments:
    found = Moments()
    for row in part.rows:
        y, x = getattr(row.sums, top), getattr(row.sums, bottom)
        if y or x:
            found += Moments(y, x, 0, 1, y * y, x * y, x * x)
    return found


def _squares_of_days(part: Part, top: str) -> float:
    days: dict[date, float] = defaultdict(float)
    for row in part.rows:
        days[row.day] += getattr(row.sums, top)
    return sum(value * value for value in days.values())
