"""What people and the machine found wrong, by day, group and agent: the daily detail that the 23 figures do not need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.calls.rows import CORRECTED
from quality.forms.form import POOR_SHARE, Form
from quality.forms.store import Forms
from quality.store import reading


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of one agent's reviewed calls of a day. graded: calls on which it got a grade. severe (B 类): with the form's worst
    grade, or no points; slight (C 类): below 合格 but not the worst."""

    day: date
    team: str
    agent: str
    form: str
    item: str
    graded: int
    severe: int
    slight: int

    @property
    def poor(self) -> int:
        """Severe and slight."""
        return self.severe + self.slight


@dataclass(frozen=True, slots=True)
class TabooRow:
    """Calls of an agent's day in which people found a taboo (A 类, 服务禁忌)."""

    day: date
    team: str
    agent: str
    taboo: str
    calls: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Rules broken in an agent's calls of a day: in how many calls, and how often; after people's corrections, so that what they
    have struck out is nobody's fault."""

    day: date
    team: str
    agent: str
    rule: str
    calls: int
    hits: int


@dataclass(frozen=True)
class FaultRows:
    """All of some days. forms: the newest version seen of each form, by id."""

    items: tuple[ItemRow, ...]
    taboos: tuple[TabooRow, ...]
    rules: tuple[RuleRow, ...]
    forms: dict[str, Form]

    def of(self, first: date, last: date) -> FaultRows:
        """Those of these days."""

        def kept(row: ItemRow | TabooRow | RuleRow) -> bool:
            return first <= row.day <= last

        return FaultRows(
            tuple(filter(kept, self.items)), tuple(filter(kept, self.taboos)), tuple(filter(kept, self.rules)), self.forms
        )

    def by(self, name: str) -> dict[Any, FaultRows]:
        """Parted by "day", "team" or "agent"."""
        parts: dict[Any, tuple[list[Any], list[Any], list[Any]]] = {}
        for place, rows in enumerate((self.items, self.taboos, self.rules)):
            for row in rows:
                parts.setdefault(getattr(row, name), ([], [], []))[place].append(row)
        return {key: FaultRows(tuple(i), tuple(t), tuple(r), self.forms) for key, (i, t, r) in parts.items()}

    @cached_property
    def classes(self) -> tuple[int, int, int]:
        """A, B and C problems."""
        severe, slight = sum(row.severe for row in self.items), sum(row.slight for row in self.items)
        return sum(row.calls for row in self.taboos), severe, slight


NOTHING = FaultRows((), (), (), {})
"""Of a day, group or agent without any."""

_DAYS = "FROM days CROSS JOIN calls.calls c ON c.started_at >= days.begins AND c.started_at < days.ends AND c.state <> 'recording' "
_LATEST = (
    "JOIN review.reviews r ON r.call_id = c.id AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id) "
)
_ITEMS = f"""
SELECT days.day, c.team, coalesce(c.agent_id, ''), r.form_id, r.form_version, i.item, i.grade, count(*) {_DAYS} {_LATEST}
JOIN review.review_items i ON i.review_id = r.id GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_TABOOS = f"""
SELECT days.day, c.team, coalesce(c.agent_id, ''), t.taboo, count(*) {_DAYS} {_LATEST}
JOIN review.review_taboos t ON t.review_id = r.id GROUP BY 1, 2, 3, 4
"""
_RULES = f"""
SELECT day, team, agent, rule, count(DISTINCT call), count(*) FROM (
    SELECT days.day, c.team, coalesce(c.agent_id, '') AS agent, h.rule, h.call_id AS call {_DAYS}
    JOIN analysis.results r ON r.call_id = c.id {CORRECTED} JOIN analysis.hits h ON h.call_id = c.id WHERE k.call_id IS NULL
    UNION ALL SELECT days.day, c.team, coalesce(c.agent_id, ''), h.rule, h.call_id
    FROM review.corrected_results k CROSS JOIN analysis.results r ON r.call_id = k.call_id AND k.differs = 1
        AND k.analyzed_at = r.analyzed_at AND k.rulebook_version = r.rulebook_version
    CROSS JOIN calls.calls c ON c.id = k.call_id AND c.state <> 'recording'
    CROSS JOIN days ON c.started_at >= days.begins AND c.started_at < days.ends
    CROSS JOIN review.corrected_hits h ON h.call_id = k.call_id)
GROUP BY 1, 2, 3, 4
"""  # noqa: S608  pieces of ours


def fault_rows(store: Path, first: date, last: date, timezone: str) -> FaultRows:
    """Of these local days, both included; of each call the review that holds."""
    zone = ZoneInfo(timezone)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    bounds = [(d.isoformat(), day_start(d, zone), day_start(d + timedelta(days=1), zone)) for d in days]
    with reading(store) as connection:
        connection.execute("CREATE TABLE days (day TEXT PRIMARY KEY, begins TEXT NOT NULL, ends TEXT NOT NULL)")
        connection.executemany("INSERT INTO days VALUES (?, ?, ?)", bounds)
        graded = connection.execute(_ITEMS).fetchall()
        taboos = tuple(TabooRow(date.fromisoformat(r[0]), *tuple(r)[1:]) for r in connection.execute(_TABOOS))
        rules = tuple(RuleRow(date.fromisoformat(r[0]), *tuple(r)[1:]) for r in connection.execute(_RULES))
    forms = _forms(store, {(row[3], row[4]) for row in graded})
    return FaultRows(_items(graded, forms), taboos, rules, _newest(forms))


def kept_forms(store: Path, keys: Iterable[tuple[str, str]]) -> dict[str, Form]:
    """The newest of these (id, version), by id."""
    return _newest(_forms(store, keys))


def problem_class(form: Form, item: str, grade: str) -> str:
    """ "B" (severe: the worst grade), "C" (below 合格), or "" for what is no problem, n/a included. An A problem is a taboo."""
    share = form.share(item, grade) if item in form.items else None
    if share is None or share >= POOR_SHARE:
        return ""
    return "B" if share <= form.shares[form.worst_grade] else "C"


def _forms(store: Path, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Form]:
    kept = Forms(store)
    return {key: form for key in keys if (form := kept.get(*key)) is not None}


def _newest(forms: Mapping[tuple[str, str], Form]) -> dict[str, Form]:
    return {form.id: form for _, form in sorted(forms.items())}


def _items(graded: Iterable[sqlite3.Row], forms: dict[tuple[str, str], Form]) -> tuple[ItemRow, ...]:
    counts: dict[tuple[str, str, str, str, str], list[int]] = {}
    for day, team, agent, form_id, version, item, grade, calls in graded:
        form = forms.get((form_id, version))
        if form is None or item not in form.items or form.share(item, grade) is None:
            continue  # n/a, or a form that is no longer kept
        own = counts.setdefault((day, team, agent, form_id, item), [0, 0, 0])
        own[0] += calls
        mark = problem_class(form, item, grade)
        if mark:
            own["BC".index(mark) + 1] += calls
    return tuple(ItemRow(date.fromisoformat(key[0]), *key[1:], *own) for key, own in sorted(counts.items()))
