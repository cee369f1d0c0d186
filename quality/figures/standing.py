"""Who stands out: every agent or group against all the others, so that neither small numbers nor many comparisons find somebody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quality.figures import chance
from quality.figures.book import Figure
from quality.figures.compare import difference_z
from quality.figures.moments import Moments, Part, moments_of
from quality.figures.sheet import Sheet, Subject
from quality.figures.values import Value, figure_plus, value_of

FALSE_ALARM = 0.001
"""Chance that among all the subjects of one figure somebody stands out by chance alone (Bonferroni's bound): looked at every month,
the 23 figures name somebody wrongly about once in three or four years."""
_WINSOR = 0.1
_FOR_SPREAD = 8
"""Subjects from which the ordinary spread between them is taken into account; of fewer it cannot be told from standing out."""


@dataclass(frozen=True)
class Standing:
    """One subject's figure against the others' together, those who stand out left out of them. z: in standard errors, the ordinary
    spread between people taken into account. out: it differs by more than chance; worse: and to the bad side."""

    subject: Subject
    value: Value
    others: Value
    z: float
    out: bool
    worse: bool


@dataclass(frozen=True)
class _Own:
    subject: Subject
    moments: Moments
    extra: Moments


def standings(sheet: Sheet, figures: Sequence[Figure]) -> dict[str, tuple[Standing, ...]]:
    """By figure, everybody's on the sheet of whom it can be said, the furthest out first. The one furthest out is held against all
    others, and when it stands out the rest against each other without it, and so on: one bad group does not make the others good.
    Over-dispersion (people differ by more than chance) widens the limits by the root of the mean square of winsorised z: D. J.
    Spiegelhalter, Handling over-dispersion of performance indicators, Qual. Saf. Health Care 14 (2005) 347–351."""
    parts = [(s, Part.of(s.rows, len(sheet.period.days))) for s in sheet.subjects if s.key]
    return {figure.id: _of_figure(figure, parts, sheet.level) for figure in figures}


def _of_figure(figure: Figure, parts: Sequence[tuple[Subject, Part]], level: str) -> tuple[Standing, ...]:
    if figure.good == "none" or level not in figure.levels:
        return ()
    plus = figure_plus(figure)
    every = [_Own(s, moments_of(figure, p, level), moments_of(plus, p, level) if plus else Moments()) for s, p in parts]
    left = [own for own in every if own.moments.bottom]
    count, out = len(left), []
    while len(left) * 2 > count:  # of more than half one cannot say that they are the ones who stand out
        found = _against_each_other(figure, left, count)
        if not found or not found[0].out:
            break
        out.append(found[0])
        left = [own for own in left if own.subject is not found[0].subject]
    return tuple(out + _against_each_other(figure, left, count))


def _against_each_other(figure: Figure, left: Sequence[_Own], count: int) -> list[Standing]:
    whole, extra = sum((o.moments for o in left), Moments()), sum((o.extra for o in left), Moments())
    compared = []
    for own in left:
        rest = whole - own.moments
        if rest.bottom <= 0:
            continue
        value, others = value_of(figure, own.moments, own.extra), value_of(figure, rest, extra - own.extra)
        z = difference_z(figure, value, others)
        if z is not None:
            compared.append((own.subject, value, others, z))
    spread, found = _spread([z for *_, z in compared]), []
    for subject, value, others, z in compared:
        out = chance.p_value(z / spread) * count <= FALSE_ALARM
        found.append(Standing(subject, value, others, z / spread, out, out and _worse(figure, value, others)))
    return sorted(found, key=lambda s: -abs(s.z))


def _spread(found: Sequence[float]) -> float:
    if len(found) < _FOR_SPREAD:
        return 1.0
    ranked = sorted(found)
    cut = math.floor(len(ranked) * _WINSOR)
    kept = [min(max(z, ranked[cut]), ranked[-1 - cut]) for z in ranked]
    return max(1.0, math.sqrt(sum(z * z for z in kept) / len(kept)))


def _worse(figure: Figure, own: Value, others: Value) -> bool:
    if own.value is None or others.value is None or figure.good not in ("higher", "lower"):
        return False
    return (own.value < others.value) == (figure.good == "higher")
