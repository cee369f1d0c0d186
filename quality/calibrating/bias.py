"""Who grades harder or softer than the others: in ordinary reviews, and on the same calls in calibrations."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calibrating.calibration import Calibration
from quality.calls.filter import day_start
from quality.store import reading

STANDS_OUT = 4.0  # standard errors from the others' mean
LEAST = 10  # calls compared
MATTERS = 2.0  # points of 100; less is nothing to talk about, however certain


@dataclass(frozen=True)
class Bias:
    """points: mean difference from what others give (negative: harder). z: in standard errors. calls: compared."""

    inspector: str
    calls: int
    points: float
    z: float

    @property
    def stands_out(self) -> bool:
        """Large and certain."""
        return self.calls >= LEAST and abs(self.z) >= STANDS_OUT and abs(self.points) >= MATTERS


_TOTALS = """
SELECT u.name, c.agent_id, r.earned FROM review.reviews r JOIN review.users u ON u.id = r.reviewer_id
JOIN calls.calls c ON c.id = r.call_id
WHERE r.reviewed_at >= ? AND r.reviewed_at < ? AND c.agent_id IS NOT NULL AND r.version = 1
"""


def review_bias(store: Path, since: date, until: date, timezone: str) -> list[Bias]:
    """From first reviews of these local days: each against the mean other inspectors gave the same agent, so that nobody looks
    hard for having been given the weak agents. The hardest first."""
    zone = ZoneInfo(timezone)
    bounds = (day_start(since, zone), day_start(until + timedelta(days=1), zone))
    with reading(store) as connection:
        rows = [(str(r[0]), str(r[1]), float(r[2])) for r in connection.execute(_TOTALS, bounds)]
    by_agent: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for inspector, agent, total in rows:
        by_agent[agent][inspector].append(total)
    differences: dict[str, list[float]] = defaultdict(list)
    for given in by_agent.values():
        for inspector, own in given.items():
            others = [total for other, totals in given.items() if other != inspector for total in totals]
            if others:
                mean = sum(others) / len(others)
                differences[inspector] += [total - mean for total in own]
    return biases(differences)


def calibration_bias(held: Sequence[Calibration]) -> list[Bias]:
    """From calibrations: each total against the mean of the others on the very same call. The hardest first."""
    differences: dict[str, list[float]] = defaultdict(list)
    for calibration in held:
        totals = {r.rater: r.total for r in calibration.submitted if r.total is not None}
        for rater, total in totals.items():
            others = [t for other, t in totals.items() if other != rater]
            if others:
                differences[rater].append(total - sum(others) / len(others))
    return biases(differences)


def biases(differences: Mapping[str, Sequence[float]]) -> list[Bias]:
    """Mean differences with their certainty, against the median of all inspectors: one who grades hard makes the others look soft,
    and the median does not move with one. The hardest first."""
    means = {inspector: sum(own) / len(own) for inspector, own in differences.items() if own}
    ordered = sorted(means.values())
    middle = ordered[len(ordered) // 2] if len(ordered) % 2 else sum(ordered[len(ordered) // 2 - 1 :][:2]) / 2 if ordered else 0.0
    found = [_bias(inspector, differences[inspector], means[inspector] - middle) for inspector in means]
    return sorted(found, key=lambda bias: bias.points)


def _bias(inspector: str, own: Sequence[float], points: float) -> Bias:
    mean = sum(own) / len(own)
    variance = sum((d - mean) ** 2 for d in own) / (len(own) - 1) if len(own) > 1 else 0.0
    error = math.sqrt(variance / len(own))
    return Bias(inspector, len(own), points, points / error if error else 0.0)
