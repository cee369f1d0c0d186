"""How many calls of each agent are listened to in a month: everybody's duty, and more where the weights want more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from quality.sampling.rules import ON_AGENTS, SamplingRules


@dataclass(frozen=True)
class AgentMonth:
    """What is known of an agent's month. calls: expected in the whole month. eligible: those long enough to be listened to.
    strata: by dimension. falling: whether their reviews fall. present: share of the days on which they take calls, 0–1."""

    number: str
    calls: float
    eligible: float
    strata: Mapping[str, str]
    falling: bool = False
    present: float = 1.0


def duty(rules: SamplingRules, agent: AgentMonth) -> int:
    """The least that has to be listened to: 3 % of the calls and 30, as far as there are that many."""
    return min(math.ceil(agent.eligible), max(rules.min_calls, math.ceil(rules.min_share * agent.calls)))


def quotas(rules: SamplingRules, agents: list[AgentMonth], capacity: float) -> dict[str, float]:
    """Calls to listen to in the month, by agent: the duty (more for those whose reviews fall), and above it `extra_share` of it
    all, shared out by `pull`. capacity: what the inspectors can do in the month; it cuts the extra, never the duty."""
    floors = {a.number: duty(rules, a) * (rules.falling if a.falling else 1.0) for a in agents}
    base = sum(floors.values())
    extra = max(0.0, min(base * rules.extra_share, capacity - base))
    pulls = {a.number: pull(rules, a, agents) if a.eligible > 0 else 0.0 for a in agents}
    total = sum(pulls.values()) or 1.0
    room = {a.number: max(floors[a.number], a.eligible) for a in agents}
    return {n: min(room[n], floor + extra * pulls[n] / total) for n, floor in floors.items()}


def pull(rules: SamplingRules, agent: AgentMonth, agents: list[AgentMonth]) -> float:
    """How many times the average agent's share of the extra: the product over the dimensions of a stratum's weight over its share
    of the agents. The weights cannot simply be the shares of all listening: everybody's duty comes first and takes most of it."""
    product = 1.0
    for dimension in ON_AGENTS:
        held = Counter(a.strata[dimension] for a in agents)
        present = sum(rules.agents[dimension][stratum] for stratum in held) or 1.0
        stratum = agent.strata[dimension]
        product *= rules.agents[dimension][stratum] / present / (held[stratum] / len(agents))
    return product
