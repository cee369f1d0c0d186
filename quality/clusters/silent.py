"""Calls that went badly and nobody said so: long pauses and hurried or flagging customers, no complaint, no review.

"Usual" is the centre's own: of both periods' analysed calls of SHORTEST_S or more. A call is one of these when it has LEAST_PAUSES
pauses of LONG_PAUSE_S or more (hold music is no pause), more of them a minute than nine calls in ten, and its customer speaks
faster than in nine calls in ten, or ends slower than they began, by FALL and more than in nine calls in ten. A tenth is far out yet
leaves some: if pauses and pace had nothing to do with each other, chance alone would give up to two calls in a hundred. It is a
reason to listen, no verdict. On a mono line whose sides were not told apart the customer's pace is unknown: no call is marked.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quality.alerting.subjects import COMPLAINTS
from quality.clusters.spoken import bounds
from quality.clusters.topics import EXAMPLES, Example, Share, compare, sure_z
from quality.periods import Period

SHORTEST_S = 30.0  # of a call; in a shorter one neither pauses nor pace say anything
LONG_PAUSE_S = 3.0  # people wait about a second before they feel one (G. Jefferson, 1989); looking something up begins here
LEAST_PAUSES = 2
FALL = 0.8  # of the pace at the start
FAR_OUT = 0.9  # quantile of the centre's calls
LEAST_USUAL = 50  # calls before anything is usual


@dataclass(frozen=True)
class Usual:
    """What nine calls in ten stay below (fall: above). pauses: long ones a minute. pace: of the customer, units a minute; fall:
    pace at the end over that at the start. None where too few calls tell it. calls: how many were measured."""

    calls: int
    pauses: float | None
    pace: float | None
    fall: float | None


@dataclass(frozen=True)
class Silent:
    """A group's. calls: of its analysed calls nobody reviewed and without complaint. topics: what they are about, with how many
    calls; untold: calls without a known topic. examples: where the longest pause begins."""

    team: str
    calls: Share
    topics: tuple[tuple[str, int], ...]
    untold: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class _Call:
    id: str
    team: str
    rated: bool
    duration: float
    pauses: tuple[tuple[float, float], ...]  # how long, where
    pace: float | None
    fall: float | None

    @property
    def a_minute(self) -> float:
        return 60.0 * len(self.pauses) / self.duration


_CALLS = f"""
SELECT c.id, c.team, c.duration_s, r.acoustics, EXISTS (SELECT 1 FROM review.reviews v WHERE v.call_id = c.id)
    OR EXISTS (SELECT 1 FROM analysis.hits h WHERE h.call_id = c.id AND h.rule IN {COMPLAINTS!r}) AS rated
FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id
WHERE c.started_at >= ? AND c.started_at < ? AND c.duration_s >= {SHORTEST_S} ORDER BY c.started_at, c.id
"""  # noqa: S608  constants


def silent(connection: sqlite3.Connection, period: Period, zone: ZoneInfo, about: Mapping[str, str]) -> tuple[list[Silent], Usual]:
    """Every group that has such calls, rising ones first, then the most frequent. about: the topic of each call that is known."""
    now, before = (_calls(connection, p, zone) for p in (period, period.before))
    usual = _usual([*now, *before])
    teams = sorted({call.team for call in now})
    limit = sure_z(len(teams))
    found = []
    for team in teams:
        own, earlier = ([c for c in calls if c.team == team and not c.rated] for calls in (now, before))
        marked, marked_before = ([c for c in calls if _is_silent(c, usual)] for calls in (own, earlier))
        if marked:
            share = compare((len(marked), len(own)), (len(marked_before), len(earlier)), limit)
            found.append(_group(team, marked, share, about))
    return sorted(found, key=lambda g: (not g.calls.rising, -(g.calls.z or 0.0) if g.calls.rising else 0.0, -g.calls.hits)), usual


def _group(team: str, calls: Sequence[_Call], share: Share, about: Mapping[str, str]) -> Silent:
    counted = Counter(about[call.id] for call in calls if call.id in about)
    worst = sorted(calls, key=lambda call: (-call.a_minute, call.id))[:EXAMPLES]
    examples = tuple(Example(call.id, max(call.pauses)[1]) for call in worst)
    return Silent(team, share, tuple(counted.most_common(EXAMPLES)), len(calls) - counted.total(), examples)


def _is_silent(call: _Call, usual: Usual) -> bool:
    if usual.pauses is None or len(call.pauses) < LEAST_PAUSES or call.a_minute <= usual.pauses:
        return False
    hurried = usual.pace is not None and call.pace is not None and call.pace > usual.pace
    flags = usual.fall is not None and call.fall is not None and call.fall <= FALL and call.fall < usual.fall
    return hurried or flags


def _usual(calls: Sequence[_Call]) -> Usual:
    paces = [call.pace for call in calls if call.pace is not None]
    falls = [call.fall for call in calls if call.fall is not None]
    pauses = [call.a_minute for call in calls]
    return Usual(len(calls), _quantile(pauses, FAR_OUT), _quantile(paces, FAR_OUT), _quantile(falls, 1 - FAR_OUT))


def _quantile(values: Sequence[float], share: float) -> float | None:
    return sorted(values)[int(share * (len(values) - 1))] if len(values) >= LEAST_USUAL else None


def _calls(connection: sqlite3.Connection, period: Period, zone: ZoneInfo) -> list[_Call]:
    rows = connection.execute(_CALLS, bounds(period, zone))
    return [_call(*row) for row in rows]


def _call(id_: str, team: str, duration: float, acoustics: str, rated: int) -> _Call:
    measures = json.loads(acoustics)
    pace = (measures.get("rate") or {}).get("customer") or {}
    minutes = [m["rate"] for m in pace.get("minutes") or () if m.get("rate")]
    fall = minutes[-1] / minutes[0] if len(minutes) > 1 else None
    return _Call(id_, team, bool(rated), duration, _pauses(measures), pace.get("overall"), fall)


def _pauses(measures: Mapping[str, list[dict[str, float]]]) -> tuple[tuple[float, float], ...]:
    music = [(m["start"], m["end"]) for m in measures.get("music") or ()]
    spans = [(s["start"], s["end"]) for s in measures.get("silences") or ()]
    return tuple(
        (end - start, start)
        for start, end in spans
        if end - start >= LONG_PAUSE_S and not any(begin < end and start < stop for begin, stop in music)
    )
