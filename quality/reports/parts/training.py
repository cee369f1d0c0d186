"""What to train, and whether what was trained helped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from hw.messages import Message
from quality.forms.form import Item
from quality.improving.coaching import CoachingTasks
from quality.improving.problems import Count, Problem
from quality.improving.trainings import CHECK_LEAST, Training, Trainings
from quality.reports.facts import Facts, share
from quality.reports.model import Column, Section, Table, Value
from quality.reports.parts.columns import AGENT, CHANGE, ITEM, TEAM, VERDICT, named_team, points, verdict

_WEEKS = 4
"""Of reviews before and after a training that are compared."""
_STATES = {
    "needed": Message("needed", "待安排"), "planned": Message("planned", "已计划"), "held": Message("held", "已实施"),
    "cured": Message("cured", "已改善"), "not_cured": Message("not cured", "未改善"),
}  # fmt: skip
_TASKS = {
    "open": Message("open", "进行中"), "done": Message("done", "已完成"), "improved": Message("improved", "已改进"),
    "not_improved": Message("not improved", "未改进"),
}  # fmt: skip


def section(facts: Facts, problems: Iterable[Problem]) -> Section:
    """Advice for groups and for single agents, then how earlier trainings did."""
    every = list(problems)
    return Section(Message("Training", "培训"), (), (advice(facts, every), personal(facts, every), effect(facts)))


def advice(facts: Facts, problems: Iterable[Problem]) -> Table:
    """For every common problem: who, what, and what good sounds like on the form."""
    rows = []
    for problem in problems:
        if problem.common:
            item = _item(facts, problem)
            standard = item.best if item else None
            name = facts.item_name(problem.form_id, problem.item)
            state = _state(facts, problem)
            rows.append((named_team(problem.team), name, problem.count.share, len(problem.agents), standard, state))
    columns = (
        TEAM, ITEM, Column(Message("Calls with it", "问题占比"), "percent", 10), Column(Message("Agents", "座席数"), "count", 9),
        Column(Message("What 优 sounds like", "培训要点（“优”的标准）"), "text", 60),
        Column(Message("Training", "培训状态"), "text", 12),
    )  # fmt: skip
    empty = Message("No problem is common enough for a training.", "没有需要集中培训的共性问题。")
    return Table(Message("For whole groups", "集中培训建议"), columns, tuple(rows), empty=empty)


def personal(facts: Facts, problems: Iterable[Problem]) -> Table:
    """For every agent with problems of their own: on what, and the tasks they have."""
    tasks = CoachingTasks(facts.box.store).every()
    rows = []
    for problem in problems:
        if not problem.common:
            name = facts.item_name(problem.form_id, problem.item) if problem.item else Message("calls on the whole", "整体表现")
            own = [t for t in tasks if t.agent_id == problem.agent and problem.item in ("", t.item)]
            told = _both([(_TASKS[t.state], t.due_on) for t in own]) if own else None
            rows.append((named_team(problem.team), facts.agent_name(problem.agent), name, problem.count.share, told))
    columns = (
        TEAM, AGENT, ITEM, Column(Message("Calls with it", "问题占比"), "percent", 10),
        Column(Message("Coaching", "辅导任务"), "text", 30),
    )  # fmt: skip
    empty = Message("No agent needs coaching of their own.", "没有需要单独辅导的座席。")
    return Table(Message("For single agents", "个人辅导建议"), columns, tuple(rows), printed=30, empty=empty)


def _both(tasks: Sequence[tuple[Message, date]]) -> Message:
    return Message("; ".join(f"{s.en} {day}" for s, day in tasks), "；".join(f"{s.zh} {day}" for s, day in tasks))


def effect(facts: Facts) -> Table:
    """Trainings of the last weeks: the group's share of calls with the problem before and since."""
    rows = [
        _effect(facts, training) for training in Trainings(facts.box.store, facts.box.timezone).list() if _recent(facts, training)
    ]
    columns = (
        TEAM, ITEM, Column(Message("Held", "实施日期"), "day", 11), Column(Message("Trainer", "培训师"), "text", 12),
        Column(Message("State", "状态"), "text", 10), Column(Message("Before", "培训前"), "percent", 10),
        Column(Message("Since", "培训后"), "percent", 10), CHANGE, VERDICT, Column(Message("Plan", "内容"), "text", 36),
    )  # fmt: skip
    note = Message(
        f"Share of the group's calls listened to with the problem, {_WEEKS} weeks before and since the training; with fewer than "
        f"{CHECK_LEAST} calls since, nothing is said.",
        f"培训前 {_WEEKS} 周与培训后，本组监听通话中存在该问题的占比；培训后监听不足 {CHECK_LEAST} 通时不作判断。",
    )
    empty = Message("No training was needed, planned or held.", "没有待安排、已计划或已实施的培训。")
    return Table(Message("Trainings and their effect", "培训效果跟踪"), columns, tuple(rows), note=note, empty=empty)


def _recent(facts: Facts, training: Training) -> bool:
    day = training.held_on or training.planned_on
    return day is None or facts.since <= day <= facts.period.last + timedelta(days=31)


def _effect(facts: Facts, training: Training) -> tuple[Value, ...]:
    held, name = training.held_on, facts.item_name(training.form_id, training.item)
    before, after = training.before, Count(0, 0)
    if held and held <= facts.period.last:
        before = _count(facts, training, max(facts.since, held - timedelta(weeks=_WEEKS)), held - timedelta(days=1))
        after = _count(facts, training, held, facts.period.last)
        before = before if before.calls else training.before
    enough = after.calls >= CHECK_LEAST
    since = share(after.problems, after.calls) if enough else None
    told = verdict(after, before) if enough else Message("too early", "尚早")
    state = _STATES[training.state]
    earlier = share(before.problems, before.calls)
    return (
        named_team(training.team), name, held or training.planned_on, training.trainer or None, state, earlier, since,
        points(since, earlier), told, training.plan or None,
    )  # fmt: skip


def _count(facts: Facts, training: Training, first: date, last: date) -> Count:
    rows = [
        row for row in facts.faults.items
        if first <= row.day <= last and (row.team, row.form, row.item) == (training.team, training.form_id, training.item)
    ]  # fmt: skip
    return Count(sum(row.graded for row in rows), sum(row.poor for row in rows))


def _state(facts: Facts, problem: Problem) -> Message | None:
    for training in Trainings(facts.box.store, facts.box.timezone).list():
        if (training.team, training.form_id, training.item) == (problem.team, problem.form_id, problem.item):
            return _STATES[training.state]
    return None


def _item(facts: Facts, problem: Problem) -> Item | None:
    form = facts.faults.forms.get(problem.form_id)
    return form.items.get(problem.item) if form else None
