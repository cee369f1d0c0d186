"""The weights by which calls are chosen for listening: data that the supervisor edits (rules.toml says what each means)."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw.messages import Message, UserError

SHIPPED = Path(__file__).with_name("rules.toml")
STRATA = {
    "traffic": ("peak", "off_peak"),
    "shift_part": ("first_hour", "mid_shift", "last_two_hours"),
    "shift_day": ("day_1", "day_2", "day_3", "day_4", "day_5"),
    "duration": ("s15_50", "s50_80", "s80_200", "s200_up"),
    "tenure": ("under_3_months", "under_1_year", "longer"),
    "performance": ("high", "middle", "low"),
    "attitude": ("steady", "flat", "hard_to_control"),
}
ON_CALLS = ("traffic", "shift_part", "shift_day", "duration")
ON_AGENTS = ("tenure", "performance", "attitude")
KINDS = ("flagged", "random", "stratified")
NAMES = {
    "flagged": Message("flagged by the machine", "机器标记"), "random": Message("random", "随机"),
    "stratified": Message("stratified", "分层"), "subject": Message("new subject", "新产品/新流程"),
    "traffic": Message("traffic", "话务时段"), "peak": Message("peak hours", "高峰"), "off_peak": Message("off-peak", "非高峰"),
    "shift_part": Message("part of the shift", "班次阶段"),
    "first_hour": Message("first hour after log-in", "上班第一小时"), "mid_shift": Message("mid-shift", "班中"),
    "last_two_hours": Message("last two hours", "下班前两小时"), "shift_day": Message("day of the working week", "连班第几天"),
    "day_1": Message("day 1", "第 1 天"), "day_2": Message("day 2", "第 2 天"), "day_3": Message("day 3", "第 3 天"),
    "day_4": Message("day 4", "第 4 天"), "day_5": Message("day 5 and later", "第 5 天及以后"),
    "duration": Message("duration", "时长"),
    "s15_50": Message("15–50 s", "15–50 秒"), "s50_80": Message("50–80 s", "50–80 秒"), "s80_200": Message("80–200 s", "80–200 秒"),
    "s200_up": Message("over 200 s", "200 秒以上"), "tenure": Message("length of service", "工龄"),
    "under_3_months": Message("under 3 months", "3 个月以内"), "under_1_year": Message("under a year", "1 年以内"),
    "longer": Message("over a year", "1 年以上"), "performance": Message("performance", "绩效"), "high": Message("high", "高"),
    "middle": Message("middle", "中"), "low": Message("low", "低"), "attitude": Message("attitude", "态度"),
    "steady": Message("steady", "稳定"), "flat": Message("flat", "平淡"), "hard_to_control": Message("hard to control", "难控制"),
}  # fmt: skip
"""Names of kinds, dimensions and strata."""

_NUMBERS = {
    "per_hour": (0.5, 60.0), "scoring_s": (0.0, 3600.0), "hours": (0.1, 12.0), "min_share": (0.0, 1.0), "min_calls": (0.0, 1000.0),
    "extra_share": (0.0, 10.0), "shortest_s": (0.0, 3600.0), "settled_days": (0.0, 20.0), "flagged_below": (0.0, 100.0),
    "performance.best": (0.0, 1.0), "performance.worst": (0.0, 1.0), "performance.days": (1.0, 366.0),
    "rise.falling_points": (0.1, 100.0), "rise.falling": (1.0, 10.0), "rise.subject": (1.0, 1000.0),
}  # fmt: skip


@dataclass(frozen=True)
class SamplingRules:
    """Weights are shares here: each table adds up to 1. calls, agents: by dimension and stratum. attitudes: 工号 → stratum.
    document: as it is stored."""

    per_hour: float
    scoring_s: float
    hours: float
    min_share: float
    min_calls: int
    extra_share: float
    shortest_s: float
    settled_days: int
    flagged_below: float
    peak_hours: tuple[int, ...]
    kinds: dict[str, float]
    calls: dict[str, dict[str, float]]
    agents: dict[str, dict[str, float]]
    best: float
    worst: float
    performance_days: int
    falling_points: float
    falling: float
    subject: float
    subjects: tuple[str, ...]
    attitudes: dict[str, str]
    document: dict[str, Any]

    def per_inspector_hour(self, mean_s: float) -> float:
        """Calls an inspector gets through in an hour when they last `mean_s` on average."""
        return min(self.per_hour, 3600.0 / max(mean_s + self.scoring_s, 1.0))


@functools.cache
def shipped_rules() -> SamplingRules:
    """The rules that come with the box."""
    return read_rules(tomllib.loads(SHIPPED.read_text("utf-8")))


def read_rules(document: Mapping[str, Any]) -> SamplingRules:
    """The rules a document says. Raises UserError that names everything wrong with it."""
    problems = list(_problems(document))
    if problems:
        en, zh = "; ".join(p.en for p in problems), "；".join(p.zh for p in problems)
        raise UserError(f"These sampling weights cannot be used: {en}.", f"抽样权重无法使用：{zh}。")
    return SamplingRules(
        **{name: document[name] for name in _NUMBERS if "." not in name},
        peak_hours=tuple(document["peak_hours"]), kinds=_shares(document["kinds"]),
        calls={name: _shares(document["calls"][name]) for name in ON_CALLS},
        agents={name: _shares(document["agents"][name]) for name in ON_AGENTS},
        best=document["performance"]["best"], worst=document["performance"]["worst"],
        performance_days=document["performance"]["days"], falling_points=document["rise"]["falling_points"],
        falling=document["rise"]["falling"], subject=document["rise"]["subject"],
        subjects=tuple(row["word"] for row in document.get("subject", ())), attitudes=dict(document.get("attitudes", {})),
        document=dict(document),
    )  # fmt: skip


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _problems(document: Mapping[str, Any]) -> Iterator[Message]:
    tables = {"kinds": KINDS} | {f"calls.{n}": STRATA[n] for n in ON_CALLS} | {f"agents.{n}": STRATA[n] for n in ON_AGENTS}
    known = {name.partition(".")[0] for name in (*_NUMBERS, *tables)} | {"peak_hours", "attitudes", "subject"}
    yield from (Message(f"unknown: {name}", f"未知项：{name}") for name in sorted(set(document) - known))
    for name, (low, high) in _NUMBERS.items():
        inside, _, key = name.rpartition(".")
        value = _inside(document, inside).get(key) if inside else document.get(name)
        if not _is_number(value) or not low <= float(value or 0) <= high:
            yield Message(f"{name} = {value!r}, has to be {low:g}–{high:g}", f"{name} = {value!r}，应为 {low:g} 至 {high:g}")
    for name, strata in tables.items():
        yield from _table_problems(name, _inside(document, name), strata)
    yield from _list_problems(document)


def _list_problems(document: Mapping[str, Any]) -> Iterator[Message]:
    hours = document.get("peak_hours")
    if not isinstance(hours, list) or not all(isinstance(h, int) and 0 <= h <= 23 for h in hours):
        yield Message("peak_hours has to be a list of hours, 0–23", "peak_hours 应为小时列表，0 至 23")
    subjects = document.get("subject", [])
    if not isinstance(subjects, list) or not all(isinstance(_inside({"row": row}, "row").get("word"), str) for row in subjects):
        yield Message("every [[subject]] has to have a word", "每个 [[subject]] 须有 word")
    for number, attitude in _inside(document, "attitudes").items():
        if attitude not in STRATA["attitude"]:
            names = ", ".join(STRATA["attitude"])
            yield Message(f"attitudes.{number} = {attitude!r}, known: {names}", f"attitudes.{number} = {attitude!r}，可用：{names}")


def _table_problems(name: str, table: Mapping[str, Any], strata: tuple[str, ...]) -> Iterator[Message]:
    if set(table) != set(strata):
        yield Message(f"[{name}] has to have exactly {', '.join(strata)}", f"[{name}] 须恰好包含 {', '.join(strata)}")
    elif not all(_is_number(v) and v >= 0 for v in table.values()) or not 0 < sum(table.values()) < math.inf:
        en = f"[{name}] has to have weights of 0 and more, one of them above 0"
        yield Message(en, f"[{name}] 的权重不得为负，且至少一项大于 0")


def _inside(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    table: Any = document
    for name in path.split("."):
        table = table.get(name, {}) if isinstance(table, Mapping) else {}
    return table if isinstance(table, Mapping) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
