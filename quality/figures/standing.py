"""Who stands out: every agent or group against all the others, so that neither small numbers nor many comparisons find somebody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quality.figures import chance
from quality.figures.book import Figure
from quality.figures.compare import difference_z
from quality.figures.sheet import Sheet, Subject
from quality.figures.values import Part, Value, work_out

FALSE_ALARM = 0.01
"""Chance that among all the subjects of one figure somebody stands out by chance alone (Bonferroni's bound)."""
_WINSOR = 0.1
_FOR_SPREAD = 8
"""Subjects from which the ordinary spread between them is taken into account; of fewer it cannot be told from standing out."""


@dataclass(frozen=True)
class Standing:
    """One subject's figure against the others' together. z: in standard errors, the ordinary spread between people taken into
    account. out: it differs by more than chance; worse: and to the bad side."""

    subject: Subject
    value: Value
    others: Value
    z: float
    out: bool
    worse: bool


def standings(sheet: Sheet, figures: Sequence[Figure]) -> dict[str, tuple[Standing, ...]]:
    """By figure, everybody's on the sheet of whom it can be said, the furthest out first. Over-dispersion (people differ by more
    than chance) widens the limits by the root of the mean square of winsorised z: D. J. Spiegelhalter, Handling over-dispersion of
    performance indicators, Qual. Saf. Health Care 14 (2005) 347–351."""
    subjects = [subject for subject in sheet.subjects if subject.key]
    parts = [(s, Part.of([r.sums for r in s.rows]), _rest(s, subjects)) for s in subjects]
    return {figure.id: _of_figure(figure, parts) for figure in figures}


def _rest(subject: Subject, subjects: Sequence[Subject]) -> Part:
    return Part.of([row.sums for other in subjects if other is not subject for row in other.rows])


def _of_figure(figure: Figure, parts: Sequence[tuple[Subject, Part, Part]]) -> tuple[Standing, ...]:
    compared: list[tuple[Subject, Value, Value, float]] = []
    for subject, part, rest in parts:
        own, others = work_out(figure, part, subject.level), work_out(figure, rest, subject.level)
        z = difference_z(figure, own, others)
        if z is not None:
            compared.append((subject, own, others, z))
    spread, found = _spread([z for *_, z in compared]), []
    for subject, own, others, z in compared:
        out = chance.p_value(z / spread) * len(compared) <= FALSE_ALARM
        found.append(Standing(subject, own, others, z / spread, out, out and _worse(figure, own, others)))
    return tuple(sorted(found, key=lambda s: -abs(s.z)))


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
