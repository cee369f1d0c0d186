"""callbox evaluate sampling: months of planning over a store's calls, and whether its promises were kept. Writes nothing."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import UserError
from quality.sampling.draw import Pick
from quality.sampling.planner import Day, History, plan
from quality.sampling.quota import duty
from quality.sampling.rules import ON_AGENTS, ON_CALLS, SamplingRules
from quality.sampling.rulestore import RuleStore
from quality.staff.people import People
from quality.store import reading
from recorder.times import from_text


@dataclass
class _Run:
    """What was picked, month by month."""

    picks: list[tuple[date, str, Pick]] = field(default_factory=list)
    last: dict[tuple[int, int], Day] = field(default_factory=dict)


def evaluate_sampling(
    store: Path, timezone: str, seed: int = 1, *, inspectors: int | None = None,
    progress: Callable[[float, float], None] = lambda *_: None,
) -> dict[str, object]:
    """Plan every day the store has calls of, as the box would have in the evening, and look at the result. Raises UserError when
    there are no calls."""
    zone, rules = ZoneInfo(timezone), RuleStore(store).current()[1]
    days = _days(store, zone)
    began = time.process_time()
    run = _simulate(store, rules, zone, days, inspectors=_inspectors(store, inspectors), seed=seed, progress=progress)
    taken = time.process_time() - began
    counts = _month_counts(store, zone, rules)
    return {
        "days": len(days), "picked": len(run.picks), "cpu_s_per_day": round(taken / len(days), 4),
        **_duties(run, rules, counts), **_chi_square(run), **_repeats(run.picks), "kinds": _kinds(run, rules),
        "strata": _strata(run, rules), "agent_strata": _agent_strata(run, rules), "inspectors": _by_inspector(run),
    }  # fmt: skip


def _simulate(
    store: Path, rules: SamplingRules, zone: ZoneInfo, days: list[date], *, inspectors: list[str], seed: int,
    progress: Callable[[float, float], None],
) -> _Run:  # fmt: skip
    people = {person.number: person for person in People(store).list("agent")}
    run, history = _Run(), History()
    hours = dict.fromkeys(inspectors, rules.hours)
    with reading(store) as connection:
        for n, day in enumerate(days):
            if n and day.month != days[n - 1].month:
                history.tally = history.tally.next_month()
            made, picks = plan(connection, rules, day, zone, people=people, hours=hours, history=history, seed=seed)
            run.last[day.year, day.month] = made
            run.picks += [(day, inspector, pick) for inspector, own in picks.items() for pick in own]
            progress(n + 1, len(days))
    return run


def _days(store: Path, zone: ZoneInfo) -> list[date]:
    with reading(store) as connection:
        first, last = connection.execute("SELECT min(started_at), max(started_at) FROM calls.calls").fetchone()
    if first is None:
        raise UserError(f"{store} holds no calls: there is nothing to sample.", f"{store} 中没有通话，无从抽样。")
    begin, end = (datetime.fromtimestamp(from_text(at), zone).date() for at in (first, last))
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def _inspectors(store: Path, number: int | None) -> list[str]:
    with reading(store) as connection:
        rows = connection.execute("SELECT name FROM review.users WHERE role = 'inspector' AND disabled_at IS NULL ORDER BY name")
        known = [row[0] for row in rows]
    return [f"inspector {n + 1}" for n in range(number)] if number else known or ["inspector 1"]


def _month_counts(store: Path, zone: ZoneInfo, rules: SamplingRules) -> dict[tuple[int, int], dict[str, tuple[int, int]]]:
    """Calls and eligible ones by month and agent."""
    found: dict[tuple[int, int], dict[str, tuple[int, int]]] = defaultdict(dict)
    sql = "SELECT agent_id, started_at, duration_s FROM calls.calls WHERE agent_id IS NOT NULL AND duration_s IS NOT NULL"
    with reading(store) as connection:
        for agent, at, duration in connection.execute(sql):
            day = datetime.fromtimestamp(from_text(at), zone)
            calls, long = found[day.year, day.month].get(agent, (0, 0))
            found[day.year, day.month][agent] = (calls + 1, long + (duration >= rules.shortest_s))
    return found


def _duties(
    run: _Run, rules: SamplingRules, counts: Mapping[tuple[int, int], Mapping[str, tuple[int, int]]]
) -> dict[str, object]:
    done = Counter((day.year, day.month, pick.call.agent) for day, _, pick in run.picks)
    rows, missed, agent_months = [], 0, 0
    for month, agents in sorted(counts.items()):
        own = {a: done[(*month, a)] for a in agents}
        needed = {a: min(long, max(rules.min_calls, math.ceil(rules.min_share * calls))) for a, (calls, long) in agents.items()}
        short = sum(own[a] < needed[a] for a in agents)
        missed, agent_months = missed + short, agent_months + len(agents)
        calls = sum(c for c, _ in agents.values())
        rows.append({
            "month": f"{month[0]}-{month[1]:02d}", "calls": calls, "picked": sum(own.values()),
            "share": round(sum(own.values()) / calls, 4), "least_of_an_agent": min(own.values()), "duties_missed": short,
        })  # fmt: skip
    return {"duties": agent_months, "duties_missed": missed, "months": rows}


def _chi_square(run: _Run) -> dict[str, object]:
    """Whether an agent was picked oftener than the weights say: observed against quota, by month, pooled."""
    done = Counter((day.year, day.month, pick.call.agent) for day, _, pick in run.picks)
    square, freedom = 0.0, 0
    for month, last in run.last.items():
        total, quota = sum(done[(*month, a)] for a in last.quotas), sum(last.quotas.values())
        expected = {a: q * total / quota for a, q in last.quotas.items() if q > 0}
        square += sum((done[(*month, a)] - e) ** 2 / e for a, e in expected.items())
        freedom += max(len(expected) - 1, 0)
    return {"chi_square": round(square, 2), "degrees_of_freedom": freedom, "p": round(chi_square_p(square, freedom), 4)}


def chi_square_p(square: float, freedom: int) -> float:
    """The chance of a χ² at least this large, by the cube-root transformation of Wilson and Hilferty (1931)."""
    if freedom <= 0:
        return 1.0
    spread = 2 / (9 * freedom)
    z = ((square / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return 0.5 * math.erfc(z / math.sqrt(2))


def _repeats(picks: list[tuple[date, str, Pick]]) -> dict[str, object]:
    """How often an agent was picked twice in a row for the same reason, how often a call was picked twice, how often an inspector
    heard the same agent twice in a row. In the order of the draw, which is the order of the day's calls for each inspector."""
    last: dict[str, str] = {}
    same = 0
    for _, _, pick in sorted(picks, key=lambda p: (p[0], p[2].place)):
        same += last.get(pick.call.agent) == pick.reason
        last[pick.call.agent] = pick.reason
    heard: dict[str, tuple[date, str]] = {}
    twice = 0
    for day, inspector, pick in picks:
        twice += heard.get(inspector) == (day, pick.call.agent)
        heard[inspector] = (day, pick.call.agent)
    calls = Counter(pick.call.call_id for _, _, pick in picks)
    return {
        "same_agent_same_reason_in_a_row": same, "calls_picked_twice": sum(n > 1 for n in calls.values()),
        "inspector_heard_agent_twice_in_a_row": twice,
    }  # fmt: skip


def _kinds(run: _Run, rules: SamplingRules) -> list[dict[str, object]]:
    counts = Counter(pick.kind for _, _, pick in run.picks)
    return [_line("kind", kind, share, counts[kind], counts.total()) for kind, share in rules.kinds.items()]


def _strata(run: _Run, rules: SamplingRules) -> list[dict[str, object]]:
    rows = []
    for dimension in ON_CALLS:
        counts = Counter(pick.call.strata[dimension] for _, _, pick in run.picks)
        rows += [_line(dimension, s, share, counts[s], counts.total()) for s, share in rules.calls[dimension].items()]
    return rows


def _agent_strata(run: _Run, rules: SamplingRules) -> list[dict[str, object]]:
    """The weight asked for; what the duty alone would give; what weights and duty come to (weight); what was picked."""
    done = Counter((day.year, day.month, pick.call.agent) for day, _, pick in run.picks)
    quota = sum(sum(last.quotas.values()) for last in run.last.values())
    rows = []
    for dimension in ON_AGENTS:
        for stratum, share in rules.agents[dimension].items():
            own = [(month, last, a) for month, last in run.last.items() for a in last.agents if a.strata[dimension] == stratum]
            if own:
                reachable = sum(last.quotas[a.number] for _, last, a in own) / quota
                floor = sum(duty(rules, a) for _, _, a in own) / quota
                line = _line(dimension, stratum, reachable, sum(done[(*month, a.number)] for month, _, a in own), done.total())
                rows.append(line | {"asked": round(100 * share, 1), "duty_alone": round(100 * floor, 1), "agent_months": len(own)})
    return rows


def _line(dimension: str, stratum: str, share: float, count: int, total: int) -> dict[str, object]:
    held = count / max(total, 1)
    return {
        "dimension": dimension, "stratum": stratum, "weight": round(100 * share, 1), "picked": round(100 * held, 1),
        "off_by": round(100 * (held - share), 1),
    }  # fmt: skip


def _by_inspector(run: _Run) -> list[dict[str, object]]:
    counts = Counter(inspector for _, inspector, _ in run.picks)
    return [{"inspector": name, "calls": count} for name, count in sorted(counts.items())]
