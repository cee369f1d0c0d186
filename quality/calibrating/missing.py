"""A month near its end in which several people grade and nobody has compared them: calibration is a monthly duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.periods import period_of
from quality.store import reading

LEAST_REVIEWERS = 2


@dataclass(frozen=True)
class Missing:
    """month: "2026-11". since: the local day from which on it is worth saying. reviewers: people with an account who reviewed calls
    in it. reviews: how many."""

    month: str
    since: date
    reviewers: int
    reviews: int


_REVIEWS = """
SELECT count(DISTINCT v.reviewer_id), count(*) FROM review.reviews v JOIN review.users u ON u.id = v.reviewer_id
WHERE v.reviewed_at >= ? AND v.reviewed_at < ? AND u.disabled_at IS NULL
"""


def missing_calibration(store: Path, day: date, timezone: str, days: int) -> Missing | None:
    """Whether the month of a local day that is over lacks one: told on its last `days` days when two people or more review, and
    none was opened since it began. None while an earlier month's reminder stands."""
    month, zone = period_of("month", day), ZoneInfo(timezone)
    since = month.last - timedelta(days=days - 1)
    if days <= 0 or day < since:
        return None
    begun, until = day_start(month.first, zone), day_start(day + timedelta(days=1), zone)
    with reading(store) as connection:
        held = "SELECT 1 FROM review.calibrations WHERE opened_at >= ?"
        told = "SELECT 1 FROM review.alerts WHERE kind = 'calibration_due' AND closed_at IS NULL"
        if connection.execute(held, (begun,)).fetchone() or connection.execute(told).fetchone():
            return None
        reviewers, reviews = connection.execute(_REVIEWS, (begun, until)).fetchone()
    return Missing(month.name, since, reviewers, reviews) if reviewers >= LEAST_REVIEWERS else None
