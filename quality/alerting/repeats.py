"""Callers who call again: the other side of calls settled at once (一次性解决)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.store import reading

REPEAT_DAYS = 3


@dataclass(frozen=True)
class RepeatRate:
    """A group's answered incoming calls of a day with a number, and those from a number that had the same group on the line in the
    days before."""

    team: str
    day: date
    calls: int
    repeats: int

    @property
    def rate(self) -> float:
        """0–1."""
        return self.repeats / self.calls if self.calls else 0.0


_SQL = """
WITH taken AS (
    SELECT caller_number, team, started_at, lag(started_at) OVER (PARTITION BY caller_number, team ORDER BY started_at) AS before
    FROM calls.calls
    WHERE started_at >= ? AND started_at < ? AND direction = 'in' AND duration_s IS NOT NULL AND caller_number <> '' AND team <> '')
SELECT team, count(*), sum(before IS NOT NULL AND julianday(started_at) - julianday(before) <= ?) FROM taken
WHERE started_at >= ? GROUP BY team ORDER BY team
"""


def repeat_rates(store: Path, day: date, timezone: str, days: int = REPEAT_DAYS) -> list[RepeatRate]:
    """Every group's, of one local day; groups without calls are left out."""
    zone = ZoneInfo(timezone)
    begin, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    with reading(store) as connection:
        rows = connection.execute(_SQL, (day_start(day - timedelta(days=days), zone), end, float(days), begin))
        return [RepeatRate(team, day, calls, repeats) for team, calls, repeats in rows]
