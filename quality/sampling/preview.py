"""What a day's plan would be under other weights; nothing is kept and nobody is given a call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.access.users import Users
from quality.sampling.planner import plan
from quality.sampling.plans import past_plans
from quality.sampling.rules import SamplingRules
from quality.staff.people import People
from quality.store import reading


@dataclass
class Preview:
    """day: whose calls. calls: with a talk; target: to be listened to; needed: what the duty asks for; inspectors: who share it.
    kinds: calls by why they would be picked; strata: by dimension and stratum, of all picks; agents: calls by agent."""

    day: date
    calls: int
    target: int
    needed: int
    inspectors: int
    kinds: Counter[str] = field(default_factory=Counter)
    strata: dict[str, Counter[str]] = field(default_factory=dict)
    agents: Counter[str] = field(default_factory=Counter)


def preview(store: Path, timezone: str, rules: SamplingRules, day: date) -> Preview:
    """The plan of the calls of a local day under these weights; with the same seed as the real one, as if nothing had been planned
    for that day yet."""
    zone = ZoneInfo(timezone)
    hours = {user.id: rules.hours for user in Users(store).list() if user.role == "inspector" and not user.disabled}
    people = {person.number: person for person in People(store).list("agent")}
    with reading(store) as connection:
        history = past_plans(connection, day, zone)
        made, picks = plan(connection, rules, day, zone, people=people, hours=hours, history=history, seed=day.toordinal())
    found = Preview(day, made.calls, sum(len(own) for own in picks.values()), made.needed, len(hours))
    for pick in (pick for own in picks.values() for pick in own):
        found.kinds[pick.kind] += 1
        found.agents[pick.call.agent] += 1
        for dimension, stratum in pick.call.strata.items():
            found.strata.setdefault(dimension, Counter())[stratum] += 1
    return found
