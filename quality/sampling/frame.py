"""What calls there are to choose from, and in which strata they lie."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.sampling.rules import SamplingRules
from recorder.times import from_text


@dataclass(frozen=True)
class Candidate:
    """A call that may be picked. strata: by dimension of calls. flagged: by the machine. subject: it speaks of a new subject."""

    call_id: str
    agent: str
    day: date
    started_at: float
    duration_s: float
    strata: Mapping[str, str]
    flagged: bool
    subject: bool = False


@dataclass
class Worked:
    """Which days each agent took calls: what the day of the working week is told by."""

    days: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))

    def in_a_row(self, agent: str, day: date) -> int:
        """Days worked in a row up to and with `day`, at least 1."""
        count = 1
        while day - timedelta(days=count) in self.days[agent]:
            count += 1
        return count


_CALLS = """
SELECT c.id, c.agent_id, c.started_at, c.duration_s, coalesce(r.high_priority, 0) AS priority,
    min(r.compliance, r.experience, r.risk) AS worst
FROM calls.calls c LEFT JOIN analysis.results r ON r.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ? AND c.agent_id IS NOT NULL AND c.duration_s IS NOT NULL ORDER BY c.started_at
"""


def candidates(
    connection: sqlite3.Connection, rules: SamplingRules, day: date, zone: ZoneInfo, worked: Worked
) -> tuple[list[Candidate], dict[str, int]]:
    """The calls of a local day that are long enough, and how many calls every agent had. `worked` learns who worked."""
    bounds = (day_start(day, zone), day_start(day + timedelta(days=1), zone))
    rows = connection.execute(_CALLS, bounds).fetchall()
    spans: dict[str, list[float]] = {}
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        at = from_text(row["started_at"])
        spans.setdefault(row["agent_id"], [at, at])[1] = at
        counts[row["agent_id"]] += 1
        worked.days[row["agent_id"]].add(day)
    speaking = _speaking_of(connection, rules.subjects, [row["id"] for row in rows])
    found = []
    for row in rows:
        if row["duration_s"] >= rules.shortest_s:
            at = from_text(row["started_at"])
            strata = {
                "traffic": "peak" if datetime.fromtimestamp(at, zone).hour in rules.peak_hours else "off_peak",
                "shift_part": _part(at, *spans[row["agent_id"]]),
                "shift_day": f"day_{min(5, worked.in_a_row(row['agent_id'], day))}", "duration": _band(row["duration_s"]),
            }  # fmt: skip
            flagged = bool(row["priority"]) or (row["worst"] is not None and row["worst"] < rules.flagged_below)
            speaks = row["id"] in speaking
            found.append(Candidate(row["id"], row["agent_id"], day, at, row["duration_s"], strata, flagged, speaks))
    return found, dict(counts)


def _part(at: float, first: float, last: float) -> str:
    # The box knows no shifts: an agent's day runs from the first call to the last.
    if at - first < 3600:
        return "first_hour"
    return "last_two_hours" if last - at < 7200 else "mid_shift"


def _band(duration_s: float) -> str:
    return next(name for name, top in (("s15_50", 50), ("s50_80", 80), ("s80_200", 200), ("s200_up", 1e9)) if duration_s < top)


def _speaking_of(connection: sqlite3.Connection, words: Sequence[str], ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        sql = "SELECT 1 FROM analysis.utterances WHERE call_id = ? AND instr(text, ?) LIMIT 1"
        found |= {call_id for call_id in ids if connection.execute(sql, (call_id, word)).fetchone()}
    return found
