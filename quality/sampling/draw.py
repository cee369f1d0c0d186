"""The draw: which of the day's calls are listened to, and why each. Pure: the same calls, history and seed give the same picks."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from quality.sampling.frame import Candidate
from quality.sampling.rules import KINDS, ON_CALLS, SamplingRules


@dataclass(frozen=True)
class Pick:
    """A call to listen to. reason: "flagged", "random", "subject", or "<dimension>.<stratum>" of a stratified pick. place: when in
    the day's draw."""

    call: Candidate
    reason: str
    place: int = 0

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return "stratified" if "." in self.reason else "random" if self.reason == "subject" else self.reason


@dataclass
class Tally:
    """What was picked so far. agents: this month; the others go on over the months. last: each agent's latest reason."""

    agents: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    strata: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    last: dict[str, str] = field(default_factory=dict)

    def add(self, pick: Pick) -> None:
        """Count a pick."""
        self.agents[pick.call.agent] += 1
        self.kinds[pick.kind] += 1
        for dimension, stratum in pick.call.strata.items():
            self.strata[dimension][stratum] += 1
        self.last[pick.call.agent] = pick.reason

    def next_month(self) -> Tally:
        """A tally in which every agent's duty begins anew; what the strata are behind goes on."""
        return Tally(kinds=self.kinds, strata=self.strata, last=self.last)


def draw(
    rules: SamplingRules, calls: Sequence[Candidate], due: Mapping[str, float], number: int, *, tally: Tally, rng: random.Random
) -> list[Pick]:
    """Up to `number` picks of these calls. due: how many picks each agent is behind; the tally counts what is picked. The order is
    one in which nobody follows themselves, as far as that can be."""
    by_agent: dict[str, list[Candidate]] = defaultdict(list)
    for call in calls:
        by_agent[call.agent].append(call)
    picks: list[Pick] = []
    for agent in _turns(due, by_agent, number, rng):
        pick = _pick(rules, by_agent[agent], tally, rng)
        if pick:
            by_agent[agent].remove(pick.call)
            tally.add(pick)
            picks.append(replace(pick, place=len(picks)))
    return apart(picks)


def apart(picks: Sequence[Pick]) -> list[Pick]:
    """The picks in an order in which the same agent does not come twice in a row, as far as that can be."""
    waiting: dict[str, list[Pick]] = defaultdict(list)
    for pick in picks:
        waiting[pick.call.agent].append(pick)
    ordered: list[Pick] = []
    while waiting:
        last = ordered[-1].call.agent if ordered else ""
        # Whoever has most left goes next, so that none are left over in a heap.
        agent = max((a for a in waiting if a != last or len(waiting) == 1), key=lambda a: len(waiting[a]))
        ordered.append(waiting[agent].pop(0))
        if not waiting[agent]:
            del waiting[agent]
    return ordered


def _turns(due: Mapping[str, float], by_agent: Mapping[str, Sequence[Candidate]], number: int, rng: random.Random) -> list[str]:
    """Whose call is picked next, `number` times: the agent furthest behind first, ties by lot."""
    left = {a: due.get(a, 0.0) + rng.random() * 0.5 for a in sorted(by_agent)}
    room = {a: len(by_agent[a]) for a in left}
    turns: list[str] = []
    while len(turns) < number and room:
        agent = max(room, key=lambda a: left[a])
        if left[agent] <= 0:
            break
        turns.append(agent)
        left[agent] -= 1
        room[agent] -= 1
        if not room[agent]:
            del room[agent]
    return turns


def _pick(rules: SamplingRules, calls: Sequence[Candidate], tally: Tally, rng: random.Random) -> Pick | None:
    if not calls:
        return None
    last = tally.last.get(calls[0].agent, "")
    flagged = [call for call in calls if call.flagged]
    picked = sum(tally.kinds.values()) + 1
    lacking = {kind: rules.kinds[kind] * picked - tally.kinds[kind] for kind in KINDS}
    for kind in sorted(KINDS, key=lambda k: -lacking[k]):
        if kind == "flagged" and flagged and last != "flagged":
            return Pick(rng.choice(flagged), "flagged")
        if kind == "random" and last not in ("random", "subject"):
            return _at_random(rules, calls, rng)
        if kind == "stratified":
            return _stratified(rules, calls, tally, last, rng)
    return None


def _at_random(rules: SamplingRules, calls: Sequence[Candidate], rng: random.Random) -> Pick:
    call = rng.choices(calls, [rules.subject if call.subject else 1.0 for call in calls])[0]
    return Pick(call, "subject" if call.subject else "random")


def _stratified(rules: SamplingRules, calls: Sequence[Candidate], tally: Tally, last: str, rng: random.Random) -> Pick:
    """The call whose strata are furthest behind their weights in sum (after Taves 1974, minimization); its reason is the one that
    is furthest behind and was not this agent's last."""
    gap = {
        (dimension, stratum): share - _held(tally.strata[dimension], stratum)
        for dimension in ON_CALLS for stratum, share in rules.calls[dimension].items()
    }  # fmt: skip
    best = max(calls, key=lambda call: (sum(gap[pair] for pair in call.strata.items()), rng.random()))
    reasons = sorted(best.strata.items(), key=lambda pair: -gap[pair])
    return Pick(best, next(f"{d}.{s}" for d, s in reasons if f"{d}.{s}" != last))


def _held(counts: Counter[str], stratum: str) -> float:
    return counts[stratum] / max(counts.total(), 1)
