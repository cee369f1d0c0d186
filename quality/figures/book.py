"""The 23 operating figures as data (figures.toml): what each is, how it is worked out, its target."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw.messages import Message

SHIPPED = Path(__file__).with_name("figures.toml")
LEVELS = ("centre", "group", "agent")
"""For whom a figure is told: all calls, the calls of one group (班组), of one agent."""
SOURCES = {
    "calls": Message("recorded calls", "录音"),
    "analysis": Message("analysis", "语音分析"),
    "review": Message("reviews", "人工评审"),
    "records": Message("PBX call records", "交换机话单"),
    "table:shifts": Message("table of shifts", "班次表"),
    "table:aftercall": Message("table of after-call work", "事后处理表"),
    "table:costs": Message("table of costs", "成本表"),
    "table:people": Message("book of people", "人员表"),
}


@dataclass(frozen=True)
class Target:
    """What a figure should be, in its unit: at least low, at most high; None leaves a side open. usual: it is usual in the field,
    not the customer's own."""

    low: float | None = None
    high: float | None = None
    usual: bool = False

    def met(self, value: float) -> bool:
        """Whether the value is within it."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Figure:
    """One of the 23. unit: share (0–1), s, rings, per_hour, points, yuan, calls or per_year (share a year). kind, top, bottom,
    squares, scale, plus, centre, incoming: how it is worked out from sums, see figures.toml. good: "higher", "lower", "range" or
    "none". unknown: why there is no value when `bottom` is 0. levels: for whom it can be told at all."""

    id: str
    number: int
    name: Message
    what: Message
    formula: Message
    source: tuple[str, ...]
    unit: str
    kind: str
    top: str
    bottom: str
    squares: str
    scale: float
    plus: str
    centre: tuple[str, str]
    incoming: bool
    good: str
    target: Target | None
    levels: tuple[str, ...]
    unknown: Message


@dataclass(frozen=True)
class Rules:
    """repeat_days: days within which another call of the number means that the first did not settle it. short_abandon_s: seconds
    within which giving up is not counted as abandoned. service_s: seconds within which an answer counts for the service level."""

    repeat_days: int = 3
    short_abandon_s: float = 20.0
    service_s: float = 20.0


@functools.cache
def shipped_figures() -> tuple[Figure, ...]:
    """The 23 with the targets that ship, in the order of the customer's document."""
    return _read(SHIPPED)


@functools.cache
def marks() -> tuple[Figure, ...]:
    """Marks of quality told by the same detail: pass rate, faults, high priority, the three scores. They have no targets."""
    return _read(SHIPPED.with_name("marks.toml"))


def _read(path: Path) -> tuple[Figure, ...]:
    entries = tomllib.loads(path.read_text("utf-8"))["figure"]
    return tuple(_figure(number, entry) for number, entry in enumerate(entries, 1))


def _figure(number: int, entry: Mapping[str, Any]) -> Figure:
    def both(name: str) -> Message:
        return Message(entry[f"{name}_en"], entry[f"{name}_zh"])

    target = entry.get("target")
    usual = entry.get("target_from") == "usual"
    return Figure(
        id=entry["id"], number=number, name=both("name"), what=both("what"), formula=both("formula"), source=tuple(entry["source"]),
        unit=entry["unit"], kind=entry["kind"], top=entry["top"], bottom=entry.get("bottom", ""), squares=entry.get("squares", ""),
        scale=float(entry.get("scale", 1)), plus=entry.get("plus", ""),
        centre=(entry.get("centre", [entry["top"]])[0], entry.get("centre", ["", entry.get("bottom", "")])[1]),
        incoming=entry.get("incoming", False), good=entry["good"],
        target=Target(target.get("min"), target.get("max"), usual) if target else None,
        levels=tuple(entry.get("levels", LEVELS)), unknown=both("unknown"),
    )  # fmt: skip
