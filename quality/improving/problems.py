"""Which problems there are in the reviewed calls of some days: common ones (共性) of a group, individual ones (个性) of an
agent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.forms.form import POOR_SHARE
from quality.forms.store import Forms
from quality.store import reading
from recorder.settings.sections import QualityRules


@dataclass(frozen=True)
class Limits:
    """common: share of a group's reviewed calls with the problem, one standard error taken off. common_agents: share of the
    group's agents in whose calls it comes up that often. individual: share of an agent's reviewed calls. least: reviewed calls
    before anything is said. z: how far an agent's calls have to be from the rest of the group, in standard errors."""

    common: float = QualityRules.common_problem
    common_agents: float = 0.34
    individual: float = QualityRules.individual_problem
    least: int = 5
    z: float = 4.0

    @classmethod
    def of(cls, rules: QualityRules) -> Limits:
        """As a site has set them."""
        return cls(common=rules.common_problem, individual=rules.individual_problem)


@dataclass(frozen=True)
class Count:
    """Reviewed calls in which an item was graded, and those with the problem."""

    calls: int
    problems: int

    @property
    def share(self) -> float:
        """0–1."""
        return self.problems / self.calls if self.calls else 0.0

    @property
    def surely(self) -> float:
        """The share less one standard error: what chance alone hardly makes of fewer."""
        return self.share - math.sqrt(self.share * (1 - self.share) / self.calls) if self.calls else 0.0


@dataclass(frozen=True)
class Problem:
    """team: the group. agent: of an individual problem, else "". item: of the form; "" is the agent's calls on the whole. agents:
    in whose calls it comes up often."""

    team: str
    agent: str
    form_id: str
    item: str
    count: Count
    agents: tuple[str, ...] = ()

    @property
    def common(self) -> bool:
        """Of the group."""
        return not self.agent


@dataclass(frozen=True)
class Grade:
    """A grade of a reviewed call. poor: below 合格. started_at: of the call, as the database writes instants."""

    team: str
    agent: str
    form_id: str
    item: str
    poor: bool
    started_at: str = ""


_GRADES = """
SELECT c.team, c.agent_id, c.started_at, r.form_id, r.form_version, i.item, i.grade
FROM calls.calls c JOIN review.reviews r ON r.call_id = c.id JOIN review.review_items i ON i.review_id = r.id
WHERE c.started_at >= ? AND c.started_at < ? AND c.agent_id IS NOT NULL
    AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)
"""


def grades(store: Path, since: date, until: date, timezone: str) -> list[Grade]:
    """Every grade people gave on calls of these local days, both included; n/a left out."""
    zone = ZoneInfo(timezone)
    bounds = (day_start(since, zone), day_start(until + timedelta(days=1), zone))
    with reading(store) as connection:
        rows = connection.execute(_GRADES, bounds).fetchall()
    forms = {key: Forms(store).get(*key) for key in {(row["form_id"], row["form_version"]) for row in rows}}
    found = []
    for row in rows:
        form = forms[row["form_id"], row["form_version"]]
        share = form.share(row["item"], row["grade"]) if form else None
        if share is not None:
            poor = share < POOR_SHARE
            found.append(Grade(row["team"], row["agent_id"], row["form_id"], row["item"], poor, row["started_at"]))
    return found


def find(graded: Iterable[Grade], limits: Limits | None = None) -> list[Problem]:
    """Common problems first, then individual ones, the most frequent first. An agent's problem that the whole group has is the
    group's."""
    limits, every = limits or Limits(), list(graded)
    common = list(_common(every, limits))
    shared = {(p.team, p.form_id, p.item) for p in common}
    alone = [p for p in _individual(every, limits) if (p.team, p.form_id, p.item) not in shared]
    whole = list(_on_the_whole([g for g in every if (g.team, g.form_id, g.item) not in shared], limits))
    return [*_frequent_first(common), *whole, *_frequent_first(alone)]


def count(graded: Iterable[Grade], team: str, form_id: str, item: str) -> Count:
    """One item's in one group."""
    own = [g.poor for g in graded if (g.team, g.form_id, g.item) == (team, form_id, item)]
    return Count(len(own), sum(own))


def _counts(graded: Iterable[Grade], *fields: str) -> dict[tuple[str, ...], Count]:
    found: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for grade in graded:
        found[tuple(getattr(grade, name) for name in fields)].append(grade.poor)
    return {key: Count(len(own), sum(own)) for key, own in found.items()}


def _common(graded: list[Grade], limits: Limits) -> Iterable[Problem]:
    by_agent = _counts(graded, "team", "form_id", "item", "agent")
    for (team, form_id, item), whole in _counts(graded, "team", "form_id", "item").items():
        own = {key[3]: c for key, c in by_agent.items() if key[:3] == (team, form_id, item) and c.calls >= limits.least}
        often = tuple(sorted(agent for agent, c in own.items() if c.share >= limits.common))
        if whole.surely >= limits.common and len(often) >= min(2, len(own)) and len(often) >= len(own) * limits.common_agents > 0:
            yield Problem(team, "", form_id, item, whole, often)


def _individual(graded: list[Grade], limits: Limits) -> Iterable[Problem]:
    for (team, agent, form_id, item), own in _counts(graded, "team", "agent", "form_id", "item").items():
        if own.calls >= limits.least and own.share >= limits.individual:
            yield Problem(team, agent, form_id, item, own, (agent,))


def _on_the_whole(graded: list[Grade], limits: Limits) -> Iterable[Problem]:
    """Agents whose calls have more problems than their group's others, by a two-proportion z-test."""
    teams = _counts(graded, "team", "form_id")
    for (team, agent, form_id), own in _counts(graded, "team", "agent", "form_id").items():
        others = Count(teams[team, form_id].calls - own.calls, teams[team, form_id].problems - own.problems)
        if own.calls >= limits.least and others.calls and own.share > others.share and z_score(own, others) >= limits.z:
            yield Problem(team, agent, form_id, "", own, (agent,))


def z_score(one: Count, other: Count) -> float:
    """How far two shares lie apart, in standard errors of the pooled share (two-proportion z-test)."""
    pooled = (one.problems + other.problems) / (one.calls + other.calls)
    error = math.sqrt(pooled * (1 - pooled) * (1 / one.calls + 1 / other.calls))
    return (one.share - other.share) / error if error else 0.0


def _frequent_first(found: Iterable[Problem]) -> list[Problem]:
    return sorted(found, key=lambda p: (-p.count.share, p.team, p.agent, p.item))
