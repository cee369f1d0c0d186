"""Where every agent stands in a month: how many calls to expect, how long they are here, how their reviews go."""

from __future__ import annotations

import calendar
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.sampling.quota import AgentMonth
from quality.sampling.rules import SamplingRules
from quality.staff.people import Person

HISTORY_DAYS = 28  # whose volume tells the month's
FALL_DAYS, FALL_BEFORE = 14, 42  # days: the latest reviews against those before
FALL_LEAST = 5  # reviews on either side, or a fall is chance


@dataclass(frozen=True)
class Volume:
    """An agent's calls over some days. calls: all with a talk; eligible: long enough; mean_s: seconds; days: on which there were
    any."""

    calls: float
    eligible: float
    mean_s: float
    days: int


def days_in_month(day: date) -> int:
    """Of the month the day is in."""
    return calendar.monthrange(day.year, day.month)[1]


def standings(
    connection: sqlite3.Connection, rules: SamplingRules, day: date, zone: ZoneInfo, people: Mapping[str, Person]
) -> tuple[list[AgentMonth], float]:
    """Every agent who had calls lately, and the mean length of their calls in seconds, as known on the evening of `day`. Length of
    service and performance are those of the month's beginning, so that a month is shared out once; a fall counts from its day."""
    began = day.replace(day=1)
    since = day - timedelta(days=HISTORY_DAYS - 1)
    volumes, days = _volumes(connection, rules, since, day, zone)
    months = days_in_month(day) / max(days, 1)
    marks = _marks(connection, day, zone, rules.performance_days)
    performance = _performance(rules, marks, began, zone)
    agents = [
        AgentMonth(
            number, volume.calls * months, volume.eligible * months,
            {"tenure": _tenure(people.get(number), began), "performance": performance.get(number, "middle"),
             "attitude": rules.attitudes.get(number, "steady")},
            _falls(rules, marks.get(number, ()), day, zone), min(1.0, volume.days / max(days, 1)),
        )
        for number, volume in sorted(volumes.items())
    ]  # fmt: skip
    talk, calls = sum(v.mean_s * v.calls for v in volumes.values()), sum(v.calls for v in volumes.values())
    return agents, talk / calls if calls else 0.0


def _volumes(
    connection: sqlite3.Connection, rules: SamplingRules, since: date, until: date, zone: ZoneInfo
) -> tuple[dict[str, Volume], int]:
    """By agent, and over how many days: a box that has run for a week knows a week."""
    sql = """SELECT agent_id, started_at, duration_s FROM calls.calls
        WHERE started_at >= ? AND started_at < ? AND agent_id IS NOT NULL AND duration_s IS NOT NULL ORDER BY started_at"""
    # Days are local: by the UTC date an early shift in China would work on two of them.
    borders = [day_start(since + timedelta(days=n), zone) for n in range((until - since).days + 2)]
    talks: dict[str, list[float]] = defaultdict(list)
    there: dict[str, set[int]] = defaultdict(set)
    for agent, at, duration in connection.execute(sql, (borders[0], borders[-1])):
        talks[agent].append(duration)
        there[agent].add(bisect_right(borders, at))
    first = min((min(own) for own in there.values()), default=1)
    found = {
        agent: Volume(len(own), sum(d >= rules.shortest_s for d in own), sum(own) / len(own), len(there[agent]))
        for agent, own in talks.items()
    }  # fmt: skip
    return found, len(borders) - first


def _marks(connection: sqlite3.Connection, day: date, zone: ZoneInfo, days: int) -> dict[str, list[tuple[str, float]]]:
    """(when, total) of the reviews that hold, by agent, of as many days as anything here asks for."""
    longest = max(days + 31, FALL_DAYS + FALL_BEFORE)
    bounds = (day_start(day - timedelta(days=longest - 1), zone), day_start(day + timedelta(days=1), zone))
    sql = """SELECT c.agent_id, r.reviewed_at, r.total FROM review.reviews r JOIN calls.calls c ON c.id = r.call_id
        WHERE r.reviewed_at >= ? AND r.reviewed_at < ? AND c.agent_id IS NOT NULL
        AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = r.call_id)"""
    marks: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for agent, at, total in connection.execute(sql, bounds):
        marks[agent].append((at, total))
    return marks


def _performance(
    rules: SamplingRules, marks: Mapping[str, Sequence[tuple[str, float]]], until: date, zone: ZoneInfo
) -> dict[str, str]:
    border = (day_start(until - timedelta(days=rules.performance_days), zone), day_start(until, zone))
    before = {agent: [total for at, total in own if border[0] <= at < border[1]] for agent, own in marks.items()}
    means = {agent: sum(totals) / len(totals) for agent, totals in before.items() if totals}
    ranked = sorted(means, key=lambda agent: (-means[agent], agent))
    best, worst = round(len(ranked) * rules.best), round(len(ranked) * rules.worst)
    return {
        agent: "high" if place < best else "low" if place >= len(ranked) - worst else "middle" for place, agent in enumerate(ranked)
    }  # fmt: skip


def _tenure(person: Person | None, day: date) -> str:
    months = person.months_on(day) if person else None
    if months is None:
        return "longer"  # nobody said otherwise
    return "under_3_months" if months < 3 else "under_1_year" if months < 12 else "longer"


def _falls(rules: SamplingRules, marks: Sequence[tuple[str, float]], day: date, zone: ZoneInfo) -> bool:
    border = day_start(day - timedelta(days=FALL_DAYS - 1), zone)
    oldest = day_start(day - timedelta(days=FALL_DAYS + FALL_BEFORE - 1), zone)
    late, early = ([t for at, t in marks if at >= oldest and (at >= border) is recent] for recent in (True, False))
    if len(late) < FALL_LEAST or len(early) < FALL_LEAST:
        return False
    return sum(early) / len(early) - sum(late) / len(late) >= rules.falling_points
