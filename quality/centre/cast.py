"""Who works in a made centre, and what is planted in it."""

from __future__ import annotations

import calendar
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hw.messages import UserError

TEAMS = ("售前组", "售后组", "投诉组", "技术组")
TOPICS = {"订单查询": 26, "退换货": 18, "账单": 16, "安装": 14, "密码": 14, "云盘": 12}
"""What callers ask about, and how many of a hundred do."""
PRODUCT = "云盘"
PROBLEM_ITEM = "hold_apology"
CALLS_A_MONTH = 500  # of an agent

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰萍红鹏飞燕"


@dataclass(frozen=True)
class Spec:
    """What to make. first: first day of the first month. The same spec makes the same centre, ids included."""

    agents: int = 40
    inspectors: int = 6
    months: int = 3
    seed: int = 1
    first: date = date(2026, 8, 1)
    timezone: str = "Asia/Shanghai"
    calls_a_month: int = CALLS_A_MONTH

    def __post_init__(self) -> None:
        limits = {"agents": (8, 500), "inspectors": (3, 50), "months": (2, 24)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise UserError(f"--{name} has to be {low} to {high}", f"--{name} 须在 {low} 至 {high} 之间")
        if self.first.day != 1:
            raise UserError("the first day has to be the first of a month", "第一天须为某月 1 日")

    @property
    def last(self) -> date:
        """The last day."""
        months = self.first.year * 12 + self.first.month - 1 + self.months - 1
        year, month = divmod(months, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    @property
    def days(self) -> tuple[date, ...]:
        """Every day."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class MadeAgent:
    """skill: 0 is ordinary; faults are exp(-skill) times as frequent. late: works the late shift in even weeks. off: the two
    weekdays (0 Monday) off, one after the other."""

    number: str
    name: str
    team: str
    hired_on: date
    line: str
    extension: str
    skill: float
    late: bool
    off: tuple[int, int]


@dataclass(frozen=True)
class Truths:
    """What is planted. Days are local dates; shares 0–1.

    bad_agent: faults many times as often, poor grades. product_week: callers about `product` are angry and complain in the week
    from `product_week` on, whoever takes the call. biased_inspector grades `bias_share` of all items one grade lower. problem_item:
    in `problem_team` mostly poor until the training on `trained_on`, then as everywhere. repeat_team: from `repeats_from` on more
    and more callers call again within three days.
    """

    bad_agent: str
    product: str
    product_week: date
    biased_inspector: str
    bias_share: float
    problem_item: str
    problem_team: str
    trained_on: date
    repeat_team: str
    repeats_from: date

    def in_product_week(self, day: date) -> bool:
        """Whether the product fails on that day."""
        return self.product_week <= day < self.product_week + timedelta(days=7)


@dataclass(frozen=True)
class Cast:
    """Everybody. inspectors, others: (user name, role)."""

    agents: tuple[MadeAgent, ...]
    inspectors: tuple[str, ...]
    truths: Truths
    by_team: dict[str, tuple[MadeAgent, ...]] = field(default_factory=dict)


def make_cast(spec: Spec) -> Cast:
    """The people of this spec and what is planted among them."""
    rng = random.Random(f"{spec.seed} cast")
    names = _names(rng, spec.agents + spec.inspectors)
    agents = tuple(_agent(rng, spec, number, names[number]) for number in range(spec.agents))
    inspectors = tuple(names[spec.agents :])
    truths = _truths(rng, spec, agents, inspectors)
    by_team = {team: tuple(a for a in agents if a.team == team) for team in TEAMS}
    return Cast(agents, inspectors, truths, by_team)


def _names(rng: random.Random, count: int) -> list[str]:
    every = [a + b for a in _SURNAMES for b in _GIVEN]
    return rng.sample(every, count)


def _agent(rng: random.Random, spec: Spec, number: int, name: str) -> MadeAgent:
    # One in ten came just before the three months, two in ten within a year, the rest earlier.
    low, high = {0: (1, 60), 3: (100, 330), 6: (100, 330)}.get(number % 10, (400, 2500))
    days = rng.randrange(low, high)
    off = (number % 7, (number + 1) % 7)
    return MadeAgent(
        f"{8001 + number}", name, TEAMS[number % len(TEAMS)], spec.first - timedelta(days=days), f"line{number + 1:03d}",
        f"{6001 + number}", _ordinary(rng.gauss(0, 0.2)), bool(number // len(TEAMS) % 2), off,
    )  # fmt: skip


def _ordinary(skill: float) -> float:
    # Only the planted agent stands out: who is unlucky twice would otherwise be found as well, and rightly.
    return max(-0.3, min(0.3, skill))


def _truths(rng: random.Random, spec: Spec, agents: Sequence[MadeAgent], inspectors: Sequence[str]) -> Truths:
    # Each in another group, so that what finds one cannot be praised for another.
    problem_team, repeat_team, bad_team, _ = rng.sample(TEAMS, 4)
    bad = rng.choice([a for a in agents if a.team == bad_team and (spec.first - a.hired_on).days > 365])
    middle = spec.days[len(spec.days) // 2]
    return Truths(
        bad_agent=bad.number, product=PRODUCT, product_week=middle - timedelta(days=middle.weekday()),
        biased_inspector=rng.choice(inspectors), bias_share=0.45, problem_item=PROBLEM_ITEM, problem_team=problem_team,
        trained_on=spec.days[len(spec.days) * 2 // 3], repeat_team=repeat_team,
        repeats_from=spec.last - timedelta(days=20),
    )  # fmt: skip
