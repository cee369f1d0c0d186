"""What callers suddenly complain about: words of theirs that come up in complaints now and did not before."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.improving.problems import Count, z_score
from quality.store import reading

COMPLAINTS = ("sensitive_word", "customer_anger")
BEFORE_WEEKS = 4
LEAST = 15  # calls that complain, before a word is looked at
RATIO, CERTAIN = 3.0, 6.0  # times as often as before, and in standard errors

_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Subject:
    """phrase: as callers say it. now, before: calls that speak of it, and those of them that complain. calls: examples, by id."""

    phrase: str
    now: Count
    before: Count
    z: float
    calls: tuple[str, ...]


def rising_subjects(store: Path, first: date, timezone: str, days: int = 7) -> list[Subject]:
    """Of the days from `first` on, against the four weeks before. The most certain first; words that always come together are one
    subject. Empty when there is nothing before to compare with."""
    zone = ZoneInfo(timezone)
    with reading(store) as connection:
        now = _said(connection, day_start(first, zone), day_start(first + timedelta(days=days), zone))
        before = _said(connection, day_start(first - timedelta(weeks=BEFORE_WEEKS), zone), day_start(first, zone))
    if not before:
        return []
    counted, earlier = _counts(now.values()), _counts(before.values())
    found = [(pair, z) for pair, count in counted.items() if (z := _rise(count, earlier.get(pair, Count(0, 0)))) is not None]
    return _phrases(now, dict(found), counted, earlier)


@dataclass(frozen=True)
class _Call:
    id: str
    text: str
    complains: bool

    @property
    def pairs(self) -> set[str]:
        return {run[n : n + 2] for run in _HAN.findall(self.text) for n in range(len(run) - 1)}


_SAID = f"""
SELECT u.call_id, group_concat(u.text, '，') AS text,
    EXISTS (SELECT 1 FROM analysis.hits h WHERE h.call_id = u.call_id AND h.rule IN {COMPLAINTS!r}) AS complains
FROM calls.calls c JOIN analysis.utterances u ON u.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ? AND u.side IN ('customer', 'mixed') GROUP BY u.call_id
"""  # noqa: S608  a constant of this module


def _said(connection: sqlite3.Connection, since: str, until: str) -> dict[str, _Call]:
    return {row[0]: _Call(row[0], row[1], bool(row[2])) for row in connection.execute(_SAID, (since, until))}


def _counts(calls: Iterable[_Call]) -> dict[str, Count]:
    seen: Counter[str] = Counter()
    complaints: Counter[str] = Counter()
    for call in calls:
        seen.update(call.pairs)
        if call.complains:
            complaints.update(call.pairs)
    return {pair: Count(seen[pair], complaints[pair]) for pair in seen}


def _rise(now: Count, before: Count) -> float | None:
    if now.problems < LEAST or now.share < RATIO * before.share:
        return None
    z = z_score(now, before) if before.calls else CERTAIN if now.share > 0.5 else 0.0  # a word nobody ever said before
    return z if z >= CERTAIN else None


def _phrases(
    now: Mapping[str, _Call], rising: Mapping[str, float], counted: Mapping[str, Count], earlier: Mapping[str, Count]
) -> list[Subject]:
    left, found = dict(rising), []
    while left:
        best = max(left, key=lambda pair: (round(left[pair], 3), counted[pair].problems, pair))
        calls = [call for call in now.values() if call.complains and best in call.pairs]
        text = max((call.text for call in calls), key=lambda t: sum(t[n : n + 2] in left for n in range(len(t))))
        examples = tuple(call.id for call in calls[:10])
        found.append(Subject(_longest_run(text, left), counted[best], earlier.get(best, Count(0, 0)), left[best], examples))
        # What is said in the same calls is the same subject.
        together = {pair for call in calls for pair in call.pairs}
        left = {pair: z for pair, z in left.items() if pair not in together}
    return found


def _longest_run(text: str, pairs: Mapping[str, float]) -> str:
    runs, start = [""], 0
    for n in range(len(text)):
        if text[n : n + 2] not in pairs:
            runs.append(text[start : n + 1] if n > start else "")
            start = n + 1
    return max(runs, key=len)
