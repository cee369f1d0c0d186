"""When which agent is called with which question from which number: in all periods but the peaks, nobody twice in a row. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hw.messages import UserError


@dataclass(frozen=True)
class Dial:
    """A call to make. at: UTC epoch seconds."""

    at: float
    agent: str
    question: str
    number: str


@dataclass(frozen=True)
class Means:
    """What there is to plan with. hours: local hours of service; peak_hours are left out of them. numbers: to call from."""

    agents: Sequence[str]
    questions: Sequence[str]
    numbers: Sequence[str]
    hours: Sequence[int]
    peak_hours: Sequence[int]


def plan_dials(means: Means, first: date, days: int, count: int, *, zone: ZoneInfo, seed: int) -> list[Dial]:
    """`count` calls over `days` days, in order of time: times at random over the off-peak hours, everybody as often as everybody
    (give or take one), never the same agent, question or number twice in a row, no question twice to the same agent while there are
    others. Raises UserError when that cannot be."""
    hours = [hour for hour in means.hours if hour not in means.peak_hours]
    _check(means, hours)
    rng = random.Random(f"{seed} mystery {first.isoformat()}")
    times = sorted(_moment(rng, first, days, hours, zone) for _ in range(count))
    agents, numbers = _rounds(rng, means.agents, count), _rounds(rng, means.numbers, count)
    asked: dict[str, list[str]] = {}
    dials: list[Dial] = []
    for at, agent, number in zip(times, agents, numbers, strict=True):
        last = dials[-1].question if dials else ""
        question = _question(rng, means.questions, asked.setdefault(agent, []), last)
        asked[agent].append(question)
        dials.append(Dial(at, agent, question, number))
    return dials


def _check(means: Means, hours: Sequence[int]) -> None:
    for there, en, zh in (
        (len(set(means.agents)) > 1, "two agents", "两名座席"),
        (len(set(means.questions)) > 1, "two approved questions", "两道已审核题目"),
        (len(set(means.numbers)) > 1, "two numbers to call from", "两个主叫号码"),
        (bool(hours), "hours outside the peaks", "非高峰时段"),
    ):  # fmt: skip
        if not there:
            raise UserError(f"A plan of mystery calls needs at least {en}.", f"拨测计划至少需要{zh}。")


def _moment(rng: random.Random, first: date, days: int, hours: Sequence[int], zone: ZoneInfo) -> float:
    day = first + timedelta(days=rng.randrange(days))
    return datetime(day.year, day.month, day.day, rng.choice(hours), rng.randrange(60), rng.randrange(60), tzinfo=zone).timestamp()


def _rounds(rng: random.Random, things: Sequence[str], count: int) -> list[str]:
    """`count` of them: every one once in random order, then all again; no two neighbours the same."""
    found: list[str] = []
    distinct = sorted(set(things))
    while len(found) < count:
        round_ = rng.sample(distinct, len(distinct))
        if found and round_[0] == found[-1]:
            round_.append(round_.pop(0))
        found += round_
    return found[:count]


def _question(rng: random.Random, questions: Sequence[str], asked: Sequence[str], last: str) -> str:
    distinct = [question for question in sorted(set(questions)) if question != last]
    least = min(asked.count(question) for question in distinct)
    return rng.choice([question for question in distinct if asked.count(question) == least])
