"""What traffic is usual on a line at this hour of the week, learnt from its calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from recorder.store.reader import CallReader
from recorder.times import to_text

WEEKS = 6
"""Weeks looked back on: long enough to know an hour of the week, short enough to follow a centre that changes."""

HOUR = 3600.0

Hour = tuple[int, int]
"""Day of the week from Monday 0, and hour, local."""


class Usual:
    """Calls a line usually has, by hour of the week.

    Before there is history an hour of a working day counts as one call an hour (Monday to Friday, 9 to 18); that guess weighs as
    much as one week does. An hour counts only if more than half of its weeks, guess included, had a call: one busy Sunday is
    not usual, and one holiday does not make a Monday quiet. hours: (local hour, calls) that had any; since: the first of them.
    """

    def __init__(self, hours: Iterable[tuple[datetime, int]] = (), now: datetime | None = None) -> None:
        self._calls: Counter[Hour] = Counter()
        self._active: Counter[Hour] = Counter()
        self._weeks: dict[Hour, int] = defaultdict(int)
        first: datetime | None = None
        for hour, calls in hours:
            self._calls[hour.weekday(), hour.hour] += calls
            self._active[hour.weekday(), hour.hour] += 1
            first = hour if first is None or hour < first else first
        if first is not None and now is not None:
            self._count_weeks(first, now)

    def an_hour(self, at: datetime) -> float:
        """Calls usual in the local hour of `at`; 0 when none are."""
        hour = (at.weekday(), at.hour)
        guess = 1.0 if hour[0] < 5 and 9 <= hour[1] < 18 else 0.0
        weeks = self._weeks[hour] + 1
        if self._active[hour] + guess <= weeks / 2:
            return 0.0
        return (self._calls[hour] + guess) / weeks

    def between(self, start: datetime, end: datetime) -> float:
        """Calls usual from `start` to `end`, both local and aware."""
        expected, at = 0.0, start
        while at < end:
            until = min(end, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
            expected += self.an_hour(at) * (until - at).total_seconds() / HOUR
            at = until
        return expected

    def _count_weeks(self, first: datetime, now: datetime) -> None:
        """How often each hour of the week has been since the first call: days differ by one at most."""
        days = (now.date() - first.date()).days
        for offset in range(days):
            day = (first.date() + timedelta(days=offset)).weekday()
            for hour in range(24):
                self._weeks[day, hour] += 1
        for hour in range(now.hour):
            self._weeks[now.weekday(), hour] += 1


def usual_of(reader: CallReader, line: str, now: float, timezone: str) -> Usual:
    """The line's traffic of the last weeks. now: UTC epoch seconds. Unanswered calls count: they show the line alive. Replayed
    files do not. Reads one row an hour with calls, at most a thousand."""
    zone = ZoneInfo(timezone)
    sql = """SELECT substr(started_at, 1, 13) AS hour, count(*) AS calls FROM calls
             WHERE line = ? AND started_at >= ? AND started_at < ? AND source = '' GROUP BY hour ORDER BY hour"""
    rows = reader.rows(sql, line, to_text(now - WEEKS * 7 * 24 * HOUR), to_text(now))
    hours = [(datetime.fromisoformat(row["hour"] + ":00+00:00").astimezone(zone), int(row["calls"])) for row in rows]
    return Usual(hours, datetime.fromtimestamp(now, zone))
