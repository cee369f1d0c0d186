"""Calls to listen to: examples of a problem, and what they sounded like."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.calls.filter import day_start
from quality.forms.form import POOR_SHARE
from quality.improving.cases import Cases
from quality.improving.problems import Problem
from quality.reports.facts import Facts
from quality.reports.model import Column, Section, Table, Value
from quality.reports.parts.columns import AGENT, ITEM, TEAM, named_team
from quality.store import reading
from recorder.times import from_text

SHOWN = 2
"""Example calls beside a problem."""

_EXAMPLES = """
SELECT c.id, c.started_at, c.agent_id, c.team, c.duration_s, r.total, i.grade, i.comment, i.item, r.comment AS said
FROM calls.calls c JOIN review.reviews r ON r.call_id = c.id JOIN review.review_items i ON i.review_id = r.id
WHERE c.started_at >= ? AND c.started_at < ? AND c.team = ? AND (? = '' OR c.agent_id = ?) AND r.form_id = ?
    AND (? = '' OR i.item = ?) AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)
ORDER BY r.total, c.started_at, c.id, i.rowid
"""


def examples(facts: Facts, problem: Problem) -> str:
    """The worst calls that show a problem: when, and their ids."""
    zone = ZoneInfo(facts.box.timezone)
    rows = example_calls(facts, problem, SHOWN)
    return "; ".join(f"{datetime.fromtimestamp(from_text(row['started_at']), zone):%m-%d %H:%M} {row['id'][:8]}" for row in rows)


def example_calls(facts: Facts, problem: Problem, limit: int) -> list[sqlite3.Row]:
    """Reviewed calls of the period with the problem, lowest total first."""
    zone = ZoneInfo(facts.box.timezone)
    bounds = (day_start(facts.period.first, zone), day_start(facts.period.last + timedelta(days=1), zone))
    who = (problem.team, problem.agent, problem.agent, problem.form_id, problem.item, problem.item)
    form, found = facts.faults.forms.get(problem.form_id), dict[str, sqlite3.Row]()
    with reading(facts.box.store) as connection:
        for row in connection.execute(_EXAMPLES, (*bounds, *who)):
            share = form.share(row["item"], row["grade"]) if form and row["item"] in form.items else None
            if share is not None and share < POOR_SHARE:
                found.setdefault(row["id"], row)
            if len(found) == limit:
                break
    return list(found.values())


def section(facts: Facts, problems: Sequence[Problem], per_problem: int = 3) -> Section:
    """Cases of common and of individual problems, and what the library took up in the period."""
    heads = (Message("Cases of common problems", "普遍案例"), Message("Cases of individual problems", "个性案例"))
    tables = [
        cases(facts, [p for p in problems if p.common == common], title, per_problem)
        for title, common in zip(heads, (True, False), strict=True)
    ]  # fmt: skip
    return Section(Message("Cases", "案例分析"), (), (*tables, library(facts)))


def cases(facts: Facts, problems: Sequence[Problem], title: Message, per_problem: int) -> Table:
    """Calls that show each problem."""
    rows: list[tuple[Value, ...]] = []
    for problem in problems:
        rows += [_case(facts, problem, row) for row in example_calls(facts, problem, per_problem)]
    columns = (
        ITEM, TEAM, AGENT, Column(Message("Call began", "通话时间"), "instant", 19),
        Column(Message("Duration", "时长"), "duration", 9), Column(Message("Score", "得分"), "one", 8),
        Column(Message("Grade", "评级"), "text", 8), Column(Message("Remarks", "评语"), "text", 30),
        Column(Message("Call", "通话编号"), "text", 38),
    )  # fmt: skip
    return Table(title, columns, tuple(rows), printed=40, empty=Message("No case.", "没有案例。"))


def library(facts: Facts) -> Table:
    """Cases of the library, good and bad, that people wrote or changed in the period."""
    zone = ZoneInfo(facts.box.timezone)
    rows = []
    for case in Cases(facts.box.store).browse():
        changed = datetime.fromtimestamp(case.changed_at, zone).date()
        if facts.period.first <= changed <= facts.period.last:
            kind = Message("good", "优秀") if case.text.good else Message("to learn from", "反面")
            text = case.text
            rows.append((changed, kind, text.title, text.problem, text.solution, text.effect, "、".join(text.tags)))
    columns = (
        Column(Message("Changed", "日期"), "day", 11), Column(Message("Kind", "类型"), "text", 9),
        Column(Message("Title", "标题"), "text", 22), Column(Message("Problem", "问题"), "text", 34),
        Column(Message("Solution", "解决办法"), "text", 34), Column(Message("Effect", "效果"), "text", 24),
        Column(Message("Tags", "标签"), "text", 16),
    )  # fmt: skip
    empty = Message("The library took up no case in this period.", "本期案例库没有新增或修改的案例。")
    return Table(Message("From the case library", "案例库"), columns, tuple(rows), empty=empty)


def _case(facts: Facts, problem: Problem, row: sqlite3.Row) -> tuple[Value, ...]:
    form = facts.faults.forms.get(problem.form_id)
    grade = next((g.name for g in form.grades if g.id == row["grade"]), row["grade"]) if form else row["grade"]
    began = datetime.fromtimestamp(from_text(row["started_at"]), ZoneInfo(facts.box.timezone)).replace(tzinfo=None)
    lasted = None if row["duration_s"] is None else timedelta(seconds=row["duration_s"])
    said = "；".join(dict.fromkeys(filter(None, (row["comment"], row["said"]))))
    item = facts.item_name(problem.form_id, row["item"])
    return (item, named_team(row["team"]), facts.agent_name(row["agent_id"]), began, lasted, row["total"], grade, said, row["id"])
