"""What customers said in a period, by call, and which of those calls complain or come again."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from quality.alerting.repeats import REPEAT_DAYS
from quality.alerting.subjects import COMPLAINTS
from quality.calls.filter import day_start
from quality.periods import Period


@dataclass(frozen=True)
class Said:
    """The transcribed calls of a period.

    sentences: by call, what the customer said and when (seconds from the call's start); on a mono line what either side said. The
    words a complaint was found by are left out: they say that somebody complains, not about what. complains, again: calls with a
    complaint; calls of a number that had the same group on the line in the REPEAT_DAYS before.
    """

    sentences: Mapping[str, tuple[tuple[str, float], ...]]
    complains: frozenset[str]
    again: frozenset[str]


_SENTENCES = """
SELECT u.call_id, u.text, u.start_s FROM calls.calls c JOIN analysis.utterances u ON u.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ? AND u.side IN ('customer', 'mixed') ORDER BY c.started_at, c.id, u.seq
"""
_COMPLAINTS = f"""
SELECT h.call_id, h.evidence FROM calls.calls c JOIN analysis.hits h ON h.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ? AND h.rule IN {COMPLAINTS!r}
"""  # noqa: S608  a constant of quality.alerting.subjects
_AGAIN = """
WITH taken AS (
    SELECT id, started_at, lag(started_at) OVER (PARTITION BY caller_number, team ORDER BY started_at) AS before FROM calls.calls
    WHERE started_at >= ? AND started_at < ? AND direction = 'in' AND duration_s IS NOT NULL AND caller_number <> '' AND team <> '')
SELECT id FROM taken WHERE started_at >= ? AND julianday(started_at) - julianday(before) <= ?
"""


def bounds(period: Period, zone: ZoneInfo) -> tuple[str, str]:
    """From when to before when, as the database writes instants."""
    return day_start(period.first, zone), day_start(period.last + timedelta(days=1), zone)


def said(connection: sqlite3.Connection, period: Period, zone: ZoneInfo) -> Said:
    """Of the calls that began in a period."""
    begin, end = bounds(period, zone)
    evidence: defaultdict[str, set[str]] = defaultdict(set)
    for call, words in connection.execute(_COMPLAINTS, (begin, end)):
        evidence[call].add(words)
    sentences: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for call, text, start in connection.execute(_SENTENCES, (begin, end)):
        sentences[call].append((_without(text, evidence.get(call, ())), start))
    since = day_start(period.first - timedelta(days=REPEAT_DAYS), zone)
    again = frozenset(row[0] for row in connection.execute(_AGAIN, (since, end, begin, float(REPEAT_DAYS))))
    return Said({call: tuple(own) for call, own in sentences.items()}, frozenset(evidence), again)


def _without(text: str, words: object) -> str:
    for word in sorted(words if isinstance(words, set) else (), key=len, reverse=True):
        text = text.replace(word, " ") if word else text
    return text
