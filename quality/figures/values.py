"""A figure's value from the rows of the daily detail: with its volume, how sure it is, and why it is not known when it is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hw.messages import Message
from quality.figures import chance
from quality.figures.book import Figure, shipped_figures
from quality.figures.notes import note_of
from quality.figures.sums import Sums, total

_WRONG_LEVEL = Message("it cannot be told of a single group or agent", "无法按单个班组或座席得出")
_NO_DIRECTION = Message(
    "which of the calls came in is not known: neither line sense nor the PBX's records told their direction",
    "无法得知哪些是呼入电话：线路感应和话单均未给出呼叫方向",
)


@dataclass(frozen=True)
class Value:
    """figure: its id. value: in the figure's unit, None when it cannot be known; why says why not. volume: how many calls, shifts,
    or days of an agent it rests on. low, high: between them it lies with 95 % confidence, None when that cannot be said. error: its
    standard error. note: what is not in it. top, bottom: the sums it is the quotient of. degrees: of freedom of the error."""

    figure: str
    value: float | None
    volume: int = 0
    low: float | None = None
    high: float | None = None
    error: float | None = None
    why: Message | None = None
    note: Message | None = None
    top: float = 0
    bottom: float = 0
    degrees: float = 0


@dataclass(frozen=True)
class Part:
    """Rows of the detail, added up once for many figures."""

    rows: tuple[Sums, ...]
    whole: Sums

    @classmethod
    def of(cls, rows: Sequence[Sums]) -> Part:
        """Of these rows."""
        return cls(tuple(rows), total(rows))


def work_out(figure: Figure, part: Part, level: str = "centre", known: bool = True) -> Value:
    """One figure of some rows. level: whose rows they are, of book.LEVELS. known: whether the box was there on these days."""
    if level not in figure.levels:
        return Value(figure.id, None, why=_WRONG_LEVEL)
    top, bottom = figure.centre if level == "centre" else (figure.top, figure.bottom)
    above, below = getattr(part.whole, top), getattr(part.whole, bottom) if bottom else 0
    if figure.incoming and part.whole.undirected and not part.whole.arrived:
        return Value(figure.id, None, why=_NO_DIRECTION)
    if (bottom and not below) or not known:
        return Value(figure.id, None, why=figure.unknown)
    found = _SHAPES[figure.kind](figure, part, _Quotient(top, bottom, above, below))
    return replace(found, note=note_of(figure.id, part.whole), top=above, bottom=below)


def all_values(part: Part, level: str = "centre", known: bool = True, figures: Sequence[Figure] = ()) -> dict[str, Value]:
    """Every figure of some rows, by id."""
    return {figure.id: work_out(figure, part, level, known) for figure in figures or shipped_figures()}


@dataclass(frozen=True)
class _Quotient:
    top: str
    bottom: str
    above: float
    below: float


def _rate(figure: Figure, _: Part, q: _Quotient) -> Value:
    hits, n = int(q.above), int(q.below)
    low, high = chance.wilson(hits, n) or (None, None)
    return Value(figure.id, hits / n, n, low, high, (hits / n * (1 - hits / n) / n) ** 0.5)


def _mean(figure: Figure, part: Part, q: _Quotient) -> Value:
    n, sum_ = int(q.below), figure.scale * q.above
    value, error = sum_ / n, chance.standard_error(n, sum_, getattr(part.whole, figure.squares))
    if figure.plus:
        extra = work_out(next(f for f in shipped_figures() if f.id == figure.plus), part)
        value += extra.value or 0.0
        error = error if error is None or extra.error is None else math.hypot(error, extra.error)
    return _with_t(figure, value, error, n)


def _ratio(figure: Figure, part: Part, q: _Quotient) -> Value:
    found = chance.ratio_error(((getattr(r, q.top), getattr(r, q.bottom)) for r in part.rows), q.above / q.below)
    error, units = found or (None, 1)
    return _with_t(figure, figure.scale * q.above / q.below, None if error is None else figure.scale * error, units)


def _with_t(figure: Figure, value: float, error: float | None, n: int) -> Value:
    low, high = chance.around(value, error, n - 1) or (None, None)
    return Value(figure.id, value, n, None if low is None else max(0.0, low), high, error, degrees=n - 1)


def _count(figure: Figure, _: Part, q: _Quotient) -> Value:
    low, high = chance.poisson(int(q.above))
    return Value(figure.id, float(q.above), int(q.above), low, high, math.sqrt(max(q.above, 1)))


def _incidence(figure: Figure, _: Part, q: _Quotient) -> Value:
    time = q.below / figure.scale
    low, high = (bound / time for bound in chance.poisson(int(q.above)))
    return Value(figure.id, q.above / time, int(q.below), low, high, math.sqrt(max(q.above, 1)) / time)


_SHAPES: dict[str, Callable[[Figure, Part, _Quotient], Value]] = {
    "rate": _rate, "mean": _mean, "ratio": _ratio, "count": _count, "incidence": _incidence,
}  # fmt: skip
