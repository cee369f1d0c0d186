"""A figure's value from the rows of the daily detail: with its volume, how sure it is, and why it is not known when it is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hw.messages import Message
from quality.figures import chance
from quality.figures.book import Figure, shipped_figures
from quality.figures.moments import Moments, Part, moments_of
from quality.figures.notes import note_of

_WRONG_LEVEL = Message("it cannot be told of a single group or agent", "无法按单个班组或座席得出")
_NO_DIRECTION = Message(
    "which of the calls came in is not known: neither line sense nor the PBX's records told their direction",
    "无法得知哪些是呼入电话：线路感应和话单均未给出呼叫方向",
)


@dataclass(frozen=True)
class Value:
    """figure: its id. value: in the figure's unit, None when it cannot be known; why says why not. volume: how many calls, shifts,
    or days of an agent it rests on. low, high: between them it lies with 95 % confidence, None when that cannot be said (a count is
    what it is). error: the standard error (of a count: of a day's). degrees: of freedom of the error. note: what is not in it. top,
    bottom: the sums it is the quotient of; squares: of the single values, in the unit."""

    figure: str
    value: float | None
    volume: int = 0
    low: float | None = None
    high: float | None = None
    error: float | None = None
    degrees: float = 0
    why: Message | None = None
    note: Message | None = None
    top: float = 0
    bottom: float = 0
    squares: float = 0


def work_out(figure: Figure, part: Part, level: str = "centre", known: bool = True) -> Value:
    """One figure of some rows. level: whose rows they are, of book.LEVELS. known: whether the box was there on these days, without
    which even no calls at all would say nothing."""
    if level not in figure.levels:
        return Value(figure.id, None, why=_WRONG_LEVEL)
    if figure.incoming and part.whole.undirected and not part.whole.arrived:
        return Value(figure.id, None, why=_NO_DIRECTION)
    found = moments_of(figure, part, level)
    if not (found.bottom if figure.bottom else known):
        return Value(figure.id, None, why=figure.unknown)
    extra = figure_plus(figure)
    value = value_of(figure, found, moments_of(extra, part, level) if extra else None)
    return replace(value, note=note_of(figure.id, part.whole))


def all_values(part: Part, level: str = "centre", known: bool = True, figures: Sequence[Figure] = ()) -> dict[str, Value]:
    """Every figure of some rows, by id."""
    return {figure.id: work_out(figure, part, level, known) for figure in figures or shipped_figures()}


def figure_plus(figure: Figure) -> Figure | None:
    """The figure whose value comes on top of this one's."""
    return next((other for other in shipped_figures() if other.id == figure.plus), None)


def value_of(figure: Figure, found: Moments, extra: Moments | None = None) -> Value:
    """The value of moments whose bottom is not 0. extra: those of the figure that comes on top; not known counts nothing."""
    value = _SHAPES[figure.kind](figure, found)
    plus = figure_plus(figure)
    if plus and extra and extra.bottom and value.value is not None:
        value = _on_top(value, value_of(plus, extra))
    return replace(value, top=found.top, bottom=found.bottom, squares=found.squares)


def _on_top(value: Value, extra: Value) -> Value:
    assert value.value is not None
    assert extra.value is not None
    error = value.error if value.error is None or extra.error is None else math.hypot(value.error, extra.error)
    return _with_t(value.figure, value.value + extra.value, error, value.volume)


def _rate(figure: Figure, m: Moments) -> Value:
    hits, n = int(m.top), int(m.bottom)
    low, high = chance.wilson(hits, n) or (None, None)
    return Value(figure.id, hits / n, n, low, high, math.sqrt(hits / n * (1 - hits / n) / n))


def _mean(figure: Figure, m: Moments) -> Value:
    n, whole = int(m.bottom), figure.scale * m.top
    return _with_t(figure.id, whole / n, chance.standard_error(n, whole, m.squares), n)


def _ratio(figure: Figure, m: Moments) -> Value:
    ratio = m.top / m.bottom
    error = chance.ratio_error(ratio, m.bottom, m.units, (m.top2, m.cross, m.bottom2))
    return _with_t(figure.id, figure.scale * ratio, None if error is None else figure.scale * error, m.units)


def _with_t(figure: str, value: float, error: float | None, n: int) -> Value:
    low, high = chance.around(value, error, n - 1) or (None, None)
    return Value(figure, value, n, None if low is None else max(0.0, low), high, error, degrees=n - 1)


def _count(figure: Figure, m: Moments) -> Value:
    error = chance.standard_error(m.units, m.top, m.squares)
    return Value(figure.id, float(m.top), int(m.top), error=error, degrees=m.units - 1)


def _incidence(figure: Figure, m: Moments) -> Value:
    time = m.bottom / figure.scale
    low, high = (bound / time for bound in chance.poisson(int(m.top)))
    return Value(figure.id, m.top / time, int(m.bottom), low, high, math.sqrt(max(m.top, 1)) / time)


_SHAPES: dict[str, Callable[[Figure, Moments], Value]] = {
    "rate": _rate, "mean": _mean, "ratio": _ratio, "count": _count, "incidence": _incidence,
}  # fmt: skip
