"""One evening's planning: from the day's calls, the month so far and the weights to picks for each inspector. Reads, never
writes."""

from __future__ import annotations

import math
import random
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.sampling.draw import Pick, Tally, draw
from quality.sampling.frame import Worked, candidates
from quality.sampling.quota import AgentMonth, quotas
from quality.sampling.rules import SamplingRules
from quality.sampling.standing import days_in_month, standings
from quality.staff.people import Person
from recorder.times import from_text

_ENOUGH = 100  # picks, before what they have too much of is believed


@dataclass(frozen=True)
class Day:
    """What the planning of a day knew. calls: of the day, with a talk. target: to listen to, by all inspectors together. capacity:
    what they can do. mean_s: length of a call. needed: what the day would ask for if there were room for it; more than the target
    is a duty in danger."""

    day: date
    calls: int
    target: int
    capacity: float
    mean_s: float
    needed: int
    quotas: Mapping[str, float]
    agents: Sequence[AgentMonth]


@dataclass
class History:
    """What earlier days left. taken: calls that were given out or reviewed. pairs: how often an inspector had an agent."""

    tally: Tally = field(default_factory=Tally)
    taken: set[str] = field(default_factory=set)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    worked: Worked = field(default_factory=Worked)


def plan(
    connection: sqlite3.Connection, rules: SamplingRules, day: date, zone: ZoneInfo, *, people: Mapping[str, Person],
    hours: Mapping[str, float], history: History, seed: int,
) -> tuple[Day, dict[str, list[Pick]]]:  # fmt: skip
    """The picks of a local day for every inspector of `hours` (listening hours a day by inspector). `history` learns them. The same
    arguments give the same picks."""
    found, counts = candidates(connection, rules, day, zone, history.worked)
    agents, mean_s = standings(connection, rules, day, zone, people)
    daily = {i: h * rules.per_inspector_hour(mean_s) for i, h in hours.items()}
    capacity = sum(daily.values())
    wanted = quotas(rules, agents, capacity * days_in_month(day))
    rng = random.Random(f"{seed} {day.isoformat()}")
    due = {a.number: _due(rules, a, wanted[a.number], history, _Draw(day, rng)) for a in agents if a.number in counts}
    needed = sum(due.values())
    target = min(int(capacity), needed)
    free = [call for call in found if call.call_id not in history.taken]
    picks = draw(rules, free, due, target, tally=history.tally, rng=rng)
    history.taken |= {pick.call.call_id for pick in picks}
    return Day(day, sum(counts.values()), target, capacity, mean_s, needed, wanted, agents), _share_out(picks, daily, history.pairs)


@dataclass(frozen=True)
class _Draw:
    day: date
    rng: random.Random


def _due(rules: SamplingRules, agent: AgentMonth, quota: float, history: History, on: _Draw) -> int:
    """How many of an agent's calls of this day: what is left of the month over the days they will still be there, more or fewer by
    the day of their working week. A fraction is decided by lot."""
    left = quota - history.tally.agents[agent.number]
    days = days_in_month(on.day) - rules.settled_days - on.day.day + 1
    there = max(1.0, days * agent.present)
    weight = _shift_weight(rules, f"day_{min(5, history.worked.in_a_row(agent.number, on.day))}", history)
    share = left / there * (weight if there > 1.0 else 1.0)
    return max(0, math.floor(share + on.rng.random()))


def _shift_weight(rules: SamplingRules, stratum: str, history: History) -> float:
    """How many times as many calls as on an average day; what the month has too much or too little of is made up for."""
    weights, held = rules.calls["shift_day"], history.tally.strata["shift_day"]
    weight = weights[stratum]
    behind = weight / max(held[stratum] / held.total(), 0.01) if held.total() >= _ENOUGH else 1.0
    return weight * len(weights) * min(2.0, max(0.5, behind)) ** 3


def _share_out(picks: Sequence[Pick], daily: Mapping[str, float], pairs: Counter[tuple[str, str]]) -> dict[str, list[Pick]]:
    """Each pick to an inspector with room who has had this agent least; no inspector always hears the same people."""
    given: dict[str, list[Pick]] = {inspector: [] for inspector in sorted(daily)}
    for pick in picks:
        if not given:
            break
        agent = pick.call.agent
        inspector = min(
            given, key=lambda i: (_again(given[i], agent), _full(given[i], daily[i]), pairs[i, agent], len(given[i]), i)
        )  # fmt: skip
        given[inspector].append(pick)
        pairs[inspector, agent] += 1
    return given


def _full(own: Sequence[Pick], room: float) -> float:
    # Shares of the day's room in steps, so that one with half the hours gets half the calls.
    return round(len(own) / room, 1) if room else 1e9


def _again(own: Sequence[Pick], agent: str) -> bool:
    return bool(own) and own[-1].call.agent == agent


def previous_days(worked: Worked, connection: sqlite3.Connection, day: date, zone: ZoneInfo) -> None:
    """Let `worked` know the five days before, which a planning that begins on `day` has not seen."""
    from_day = day - timedelta(days=5)
    sql = "SELECT DISTINCT agent_id, started_at FROM calls.calls WHERE started_at >= ? AND started_at < ? AND agent_id IS NOT NULL"
    for agent, at in connection.execute(sql, (day_start(from_day, zone), day_start(day, zone))):
        worked.days[agent].add(_local_day(from_text(at), zone))


def _local_day(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()
