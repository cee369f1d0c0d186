"""Plots as plain geometry, which the templates draw as SVG: a line of weeks with its uncertainty, and a funnel that says who
differs from the rest by more than chance. Drawn by the server, so that nothing shifts and no script is needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 10.0, 26.0
SURE = (1.96, 3.09)
"""Standard errors of a funnel's lines: 95 % and 99.8 % (D. J. Spiegelhalter, Statistics in Medicine 24 (2005) 1185–1202)."""


@dataclass(frozen=True)
class Tick:
    """at: along its axis, in the drawing's units."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """kind: a class of its look."""

    x: float
    y: float
    kind: str
    text: str
    label: str = ""


@dataclass(frozen=True)
class Plot:
    """lines: (class, points of a polyline). bands: points of polygons."""

    dots: tuple[Dot, ...]
    lines: tuple[tuple[str, str], ...]
    bands: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]

    width, height, left, right, top, bottom = WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM


@dataclass(frozen=True)
class Share:
    """A share (0–1) with its interval. volume: what it rests on. name: of a week, agent or group. kind: a class of its look."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    volume: int
    kind: str = ""
    text: str = ""


def line_plot(points: Sequence[Share], bounds: Sequence[float] = (), unit: str = "%") -> Plot:
    """Shares one after the other, each with its interval as a band; what is not known is a gap. bounds: further values the scale
    has to hold. unit: written behind the hundredths."""
    known = [p for p in points if p.value is not None]
    scale = _Scale([v for p in known for v in (p.low, p.high, p.value) if v is not None] + list(bounds), unit)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points) - 1)
    at = [LEFT + step * n for n in range(len(points))]
    dots = [Dot(x, scale.y(p.value), p.kind, p.text) for x, p in zip(at, points, strict=True) if p.value is not None]
    runs = _runs(list(zip(at, points, strict=True)))
    lines = [("line", _path((x, scale.y(p.value or 0.0)) for x, p in run)) for run in runs]
    spans = [[(x, p.low, p.high) for x, p in run if p.low is not None and p.high is not None] for run in runs]
    bands = [_band([(x, scale.y(low), scale.y(high)) for x, low, high in span]) for span in spans if span]
    every = max(1, math.ceil(len(points) / 6))
    across = [Tick(x, p.name) for n, (x, p) in enumerate(zip(at, points, strict=True)) if (len(points) - 1 - n) % every == 0]
    return Plot(tuple(dots), tuple(lines), tuple(bands), tuple(across), scale.ticks)


def funnel_plot(points: Sequence[Share], centre: float | None) -> Plot:
    """Shares over their volume around the centre's, with the lines between which chance alone leaves 95 and 99.8 % of them."""
    known = [p for p in points if p.value is not None and p.volume]
    most = max((p.volume for p in known), default=1) * 1.08
    curves = [] if centre is None or not known else [_curve(centre, most, z) for z in SURE]
    seen = [p.value for p in known if p.value is not None] + ([] if centre is None else [centre])
    scale = _Scale(seen + [bound for curve in curves for _, low, high in curve[len(curve) // 4 :] for bound in (low, high)])

    def x(volume: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * volume / most

    lines = []
    for name, curve in zip(("sure95", "sure998"), curves, strict=False):
        lines += [(name, _path((x(n), scale.clipped(value[side])) for n, *value in curve)) for side in (0, 1)]
    if centre is not None:
        lines.append(("mean", _path([(LEFT, scale.y(centre)), (WIDTH - RIGHT, scale.y(centre))])))
    dots = [Dot(x(p.volume), scale.y(p.value or 0.0), p.kind, p.text, p.name if p.kind else "") for p in known]
    return Plot(tuple(dots), tuple(lines), (), tuple(Tick(x(n), f"{n}") for n in _round_steps(most)), scale.ticks)


class _Scale:
    """Shares up the drawing, over what is seen, in steps of 5 or 10 points."""

    def __init__(self, values: Sequence[float], unit: str = "%") -> None:
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        step = 0.05 if high - low <= 0.2 else 0.1 if high - low <= 0.5 else 0.2
        self.low = max(0.0, math.floor(low / step + 1e-9) * step)
        self.high = min(1.0, math.ceil(high / step - 1e-9) * step)
        if self.high - self.low < step:
            self.low, self.high = max(0.0, self.high - step), min(1.0, self.low + step)
        count = round((self.high - self.low) / step)
        self.ticks = tuple(Tick(self.y(self.low + n * step), f"{100 * (self.low + n * step):.0f}{unit}") for n in range(count + 1))

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self.low) / (self.high - self.low)

    def clipped(self, value: float) -> float:
        return self.y(min(max(value, self.low), self.high))


def _curve(centre: float, most: float, z: float) -> list[tuple[float, float, float]]:
    """(volume, low, high): the share ± z standard errors of so many calls."""
    found = []
    for n in range(1, 41):
        volume = max(1.0, most * (n / 40) ** 2)
        half = z * math.sqrt(centre * (1 - centre) / volume)
        found.append((volume, max(0.0, centre - half), min(1.0, centre + half)))
    return found


def _runs(points: list[tuple[float, Share]]) -> list[list[tuple[float, Share]]]:
    runs: list[list[tuple[float, Share]]] = [[]]
    for point in points:
        if point[1].value is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _band(run: Sequence[tuple[float, float, float]]) -> str:
    return _path([(x, low) for x, low, _ in run] + [(x, high) for x, _, high in reversed(run)])


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _round_steps(most: float) -> list[int]:
    rough = most / 5
    size = 10 ** math.floor(math.log10(max(rough, 1)))
    step = max(1, next(int(size * m) for m in (1, 2, 5, 10) if size * m >= rough))
    return list(range(0, int(most) + 1, step))
