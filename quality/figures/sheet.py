"""The 23 figures of a period for the centre, its groups or its agents, each against its target, the last period and the others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quality.figures.book import Figure, Rules, shipped_figures
from quality.figures.compare import Change, change
from quality.figures.detail import DailyDetail, DetailRow, daily_detail
from quality.figures.moments import Part
from quality.figures.values import Value, all_values
from quality.periods import SPAN, Period

TREND = {"day": 7, "week": 4, "month": 3, "quarter": 2, SPAN: 2}
"""How many periods a trend shows when nobody says."""


@dataclass(frozen=True)
class Line:
    """One figure of one group, agent or the centre. trend: the periods up to this one, oldest first, this one last. change: against
    the period before. met: whether the target is, None when the value or the target is not there."""

    figure: Figure
    value: Value
    trend: tuple[Value, ...]
    change: Change
    met: bool | None


@dataclass(frozen=True)
class Subject:
    """Whose figures: level "centre", "group" or "agent". key: the group's name or the agent's id, "" for the centre and for
    calls of nobody known. lines: the 23 in their order. rows: the detail they come from, of this period."""

    level: str
    key: str
    name: str
    team: str
    lines: tuple[Line, ...]
    rows: tuple[DetailRow, ...]

    def line(self, figure: str) -> Line:
        """One figure's. Raises KeyError."""
        found = {line.figure.id: line for line in self.lines}
        return found[figure]


@dataclass(frozen=True)
class Sheet:
    """periods: those of the trends. detail: of all of them."""

    period: Period
    periods: tuple[Period, ...]
    level: str
    subjects: tuple[Subject, ...]
    detail: DailyDetail

    @property
    def over(self) -> bool:
        """Whether the last day of the period is over."""
        return self.detail.known_until is None or self.period.last < self.detail.known_until


def figure_sheet(
    store: Path, period: Period, timezone: str, *, by: str = "centre", trend: int | None = None, rules: Rules | None = None,
    figures: Sequence[Figure] = (), now: float | None = None,
) -> Sheet:  # fmt: skip
    """The figures of a period. by: "centre", "group" or "agent". trend: how many periods, this one included; None: TREND. rules,
    figures: those of `quality.figures.rulestore`; the shipped ones when left out. now: UTC epoch seconds."""
    now = time.time() if now is None else now
    periods = period.run(max(2, trend or TREND[period.kind]))
    detail = daily_detail(store, periods[0].first, period.last, timezone, rules=rules, now=now)
    return sheet_of(detail, periods, by, figures)


def sheet_of(detail: DailyDetail, periods: Sequence[Period], by: str = "centre", figures: Sequence[Figure] = ()) -> Sheet:
    """The same from a detail that is there already; the last of the periods is the one told."""
    figures = figures or shipped_figures()
    groups: dict[str, list[DetailRow]] = {} if by != "centre" else {"": []}
    for row in detail.of(periods[0].first, periods[-1].last):
        key = {"centre": "", "group": row.team, "agent": row.agent}[by]
        groups.setdefault(key, []).append(row)
    subjects = [_subject(detail, periods, (by, key), groups[key], figures) for key in sorted(groups, key=lambda k: (not k, k))]
    return Sheet(periods[-1], tuple(periods), by, tuple(subjects), detail)


def _subject(
    detail: DailyDetail, periods: Sequence[Period], who: tuple[str, str], rows: Sequence[DetailRow], figures: Sequence[Figure]
) -> Subject:
    level, key = who
    own = [tuple(row for row in rows if p.first <= row.day <= p.last) for p in periods]
    parts = [Part.of(found, len(p.days)) for found, p in zip(own, periods, strict=True)]
    values = [
        all_values(part, level, detail.knows(p.first, p.last), figures) for part, p in zip(parts, periods, strict=True)
    ]  # fmt: skip
    whole = all(detail.covers(p.first, p.last) for p in periods[-2:])
    lines = tuple(_line(figure, [found[figure.id] for found in values], periods, whole) for figure in figures)
    team = next((row.team for row in reversed(rows) if row.team), "") if level == "agent" else key if level == "group" else ""
    name = detail.names.get(key, key) if level == "agent" else key
    return Subject(level, key, name, team, lines, own[-1])


def _line(figure: Figure, values: Sequence[Value], periods: Sequence[Period], whole: bool) -> Line:
    now = values[-1]
    met = figure.target.met(now.value) if figure.target and now.value is not None else None
    days = (len(periods[-1].days), len(periods[-2].days))
    moved = change(figure, now, values[-2], days)
    if figure.kind == "count" and not whole:  # a month that is not over has fewer calls than the last one, which says nothing
        moved = Change(moved.before, None, None, None, None)
    return Line(figure, now, tuple(values), moved, met)
