"""What was wrong: common problems (共性) of groups, individual ones (个性) of agents, what got better or worse, with cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from hw.messages import Message
from quality.figures.faultrows import FaultRows
from quality.improving.problems import Count, Grade, Problem, find, z_score
from quality.periods import Period
from quality.reports.facts import Facts, share
from quality.reports.model import Chart, Column, Section, Table, Value
from quality.reports.parts.cases import examples
from quality.reports.parts.columns import (
    AGENT,
    BEFORE,
    BETTER,
    CHANGE,
    EXAMPLES,
    ITEM,
    REVIEWED,
    SHARE,
    SURE_Z,
    TEAM,
    VERDICT,
    WORSE,
    named_team,
    points,
    verdict,
)  # fmt: skip

ON_THE_WHOLE = Message("calls on the whole", "整体表现")
_PROBLEMS = Column(Message("With the problem", "问题通话数"), "count", 11)
_AGENTS = Column(Message("Agents", "涉及座席"), "text", 30)
_LEAST = 3
"""Calls that show it, before a problem is called an agent's own: of a week's few reviews two are chance."""
_MOVED = 0.05
"""A share that moved by less than five points is not worth a line."""
_SHOWN = 12
"""Agents named beside a common problem."""


def found(facts: Facts, period: Period | None = None) -> list[Problem]:
    """The problems of a period, of the report's own when None: by `quality.improving.problems.find`, from the daily detail."""
    return [p for p in find(_grades(facts.found(period)), facts.box.limits) if p.common or p.count.problems >= _LEAST]


def section(facts: Facts) -> Section:
    """Common and individual problems with cases, and what became of the last period's."""
    problems = found(facts)
    tables = (common(facts, problems), individual(facts, problems), moved(facts), items(facts), taboos(facts), rules(facts))
    return Section(Message("Common and individual problems", "共性与个性问题"), (_summary(facts, problems),), tables)


def common(facts: Facts, problems: Iterable[Problem]) -> Table:
    """Problems of whole groups."""
    rows = []
    for problem in problems:
        if problem.common:
            named = "、".join(facts.agent_name(agent) for agent in problem.agents[:_SHOWN])
            more = "…" if len(problem.agents) > _SHOWN else ""
            rows.append((named_team(problem.team), *_told(facts, problem), named + more, examples(facts, problem)))
    columns = (TEAM, ITEM, REVIEWED, _PROBLEMS, SHARE, BEFORE, CHANGE, VERDICT, _AGENTS, EXAMPLES)
    empty = Message("No group has a problem in common.", "没有达到共性标准的问题。")
    return Table(Message("Common problems", "共性问题"), columns, tuple(rows), empty=empty)


def individual(facts: Facts, problems: Iterable[Problem]) -> Table:
    """Problems of single agents; the whole of an agent's calls first."""
    rows = [
        (named_team(p.team), facts.agent_name(p.agent), *_told(facts, p), examples(facts, p)) for p in problems if not p.common
    ]  # fmt: skip
    columns = (TEAM, AGENT, ITEM, REVIEWED, _PROBLEMS, SHARE, BEFORE, CHANGE, VERDICT, EXAMPLES)
    empty = Message("No agent stands out from the group.", "没有座席明显偏离本组。")
    return Table(Message("Individual problems", "个性问题"), columns, tuple(rows), printed=30, empty=empty)


def moved(facts: Facts) -> Table:
    """Items of a group that got better or worse by more than chance."""
    now, before = _counts(facts.found(), "team"), _counts(facts.found(facts.period.before), "team")
    rows: list[tuple[Value, ...]] = []
    for (team, form, item), own in now.items():
        last = before.get((team, form, item), Count(0, 0))
        told = verdict(own, last)
        if told in (BETTER, WORSE) and abs(own.share - last.share) >= _MOVED:
            rows.append((named_team(team), facts.item_name(form, item), own.share, last.share, points(own.share, last.share), told))
    columns = (TEAM, ITEM, SHARE, BEFORE, CHANGE, VERDICT)
    note = Message(
        f"Share of the calls listened to with the problem (below 合格); listed when it moved by {100 * _MOVED:.0f} points and "
        f"{SURE_Z:g} standard errors or more.",
        f"占比为监听通话中该项低于“合格”的比例；仅列出变化不少于 {100 * _MOVED:.0f} 个百分点且超过 {SURE_Z:g} 个标准误的项目。",
    )
    empty = Message("Nothing moved by more than chance.", "没有超出偶然波动的变化。")
    ordered = tuple(sorted(rows, key=lambda row: float(str(row[4] or 0))))
    return Table(Message("Improved and worse", "改进与退步（与上期对比）"), columns, ordered, note=note, empty=empty)


def by_share(facts: Facts) -> list[tuple[tuple[str, ...], Count]]:
    """(form, item) with its count over the centre, most problems first: the rows of `items`."""
    return sorted(_counts(facts.found()).items(), key=lambda pair: -pair[1].share)


def items(facts: Facts) -> Table:
    """Every item of the form over the centre, most problems first."""
    before = _counts(facts.found(facts.period.before))
    rows = []
    for (form, item), own in by_share(facts):
        last = before.get((form, item), Count(0, 0))
        told = verdict(own, last)
        earlier = share(last.problems, last.calls)
        rows.append((facts.item_name(form, item), own.calls, own.problems, own.share, earlier, points(own.share, earlier), told))
    columns = (ITEM, REVIEWED, _PROBLEMS, SHARE, BEFORE, CHANGE, VERDICT)
    chart = Chart("bar", Message("Items with most problems", "问题最多的评分项"), 0, (3, 4), "percent", 10)
    return Table(Message("All items", "各评分项"), columns, tuple(rows), (chart,))


def taboos(facts: Facts) -> Table:
    """Taboos (服务禁忌) people found, A problems."""
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in facts.found().taboos:
        counts[row.team, row.agent, row.taboo] += row.calls
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple(
        (named_team(team), facts.agent_name(agent), _taboo(facts, taboo), calls) for (team, agent, taboo), calls in ordered
    )
    columns = (TEAM, AGENT, Column(Message("Taboo", "服务禁忌"), "text", 20), Column(Message("Calls", "通话数"), "count", 10))
    empty = Message("No taboo was found by people.", "人工监听未发现服务禁忌。")
    return Table(Message("A problems: taboos", "A 类问题：服务禁忌"), columns, rows, empty=empty)


def rules(facts: Facts) -> Table:
    """Rules broken, as the machine heard it in all calls; most calls first."""
    analysed, earlier = facts.total().analysed, facts.total(facts.period.before).analysed
    now, before = rule_counts(facts.found()), rule_counts(facts.found(facts.period.before))
    rows = []
    for rule, (calls, hits) in sorted(now.items(), key=lambda pair: (-pair[1][0], pair[0])):
        own, last = Count(analysed, calls), Count(earlier, before.get(rule, (0, 0))[0])
        old = share(last.problems, last.calls)
        told = verdict(own, last)
        rows.append((facts.rule_name(rule), rule, calls, hits, share(calls, analysed), old, points(own.share, old), told))
    columns = (
        Column(Message("Rule", "规则"), "text", 26), Column(Message("Rule id", "规则编号"), "text", 20),
        Column(Message("Calls", "通话数"), "count", 10), Column(Message("Hits", "命中次数"), "count", 10),
        Column(Message("Share of analysed calls", "占已分析通话"), "percent", 14), BEFORE, CHANGE, VERDICT,
    )  # fmt: skip
    chart = Chart("bar", Message("Rules broken most (calls)", "违反最多的规则（通话数）"), 0, (2,), "count", 10)
    return Table(Message("Rules", "规则"), columns, tuple(rows), (chart,))


def stands_out(now: Count, others: Count) -> bool:
    """Whether an agent's or group's share is above the others' by far more than chance."""
    return now.calls >= 30 and others.calls > 0 and now.share >= 1.3 * others.share and z_score(now, others) >= 4


def _summary(facts: Facts, problems: list[Problem]) -> Message:
    a, b, c = facts.found().classes
    if not facts.total().reviewed:
        return Message("Nobody listened to a call of this period: problems are not known.", "本期没有人工监听，问题情况未知。")
    shared, alone = sum(p.common for p in problems), sum(not p.common for p in problems)
    return Message(
        f"A: {a}, B: {b}, C: {c}. {shared} common and {alone} individual problems.",
        f"A 类 {a} 个，B 类 {b} 个，C 类 {c} 个；共性问题 {shared} 项，个性问题 {alone} 项。",
    )


def _told(facts: Facts, problem: Problem) -> tuple[Value, ...]:
    last = count_before(facts, problem)
    earlier = share(last.problems, last.calls)
    name = facts.item_name(problem.form_id, problem.item) if problem.item else ON_THE_WHOLE
    now = problem.count
    return (name, now.calls, now.problems, now.share, earlier, points(now.share, earlier), verdict(now, last))


def count_before(facts: Facts, problem: Problem) -> Count:
    """The same problem in the period before."""
    own = [
        row for row in facts.found(facts.period.before).items
        if row.team == problem.team and row.form == problem.form_id and problem.agent in ("", row.agent)
        and problem.item in ("", row.item)
    ]  # fmt: skip
    return Count(sum(row.graded for row in own), sum(row.poor for row in own))


@cache
def _grade(team: str, agent: str, form: str, item: str, poor: bool) -> Grade:
    return Grade(team, agent, form, item, poor)


def _grades(rows: FaultRows) -> list[Grade]:
    found_: list[Grade] = []
    for row in rows.items:
        if row.agent:
            found_ += [_grade(row.team, row.agent, row.form, row.item, True)] * row.poor
            found_ += [_grade(row.team, row.agent, row.form, row.item, False)] * (row.graded - row.poor)
    return found_


def _counts(rows: FaultRows, *more: str) -> dict[tuple[str, ...], Count]:
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows.items:
        own = sums[(*(getattr(row, name) for name in more), row.form, row.item)]
        own[0] += row.graded
        own[1] += row.poor
    return {key: Count(*own) for key, own in sums.items()}


def rule_counts(rows: FaultRows) -> Mapping[str, tuple[int, int]]:
    """Calls in which each rule was broken, and how often it was."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows.rules:
        sums[row.rule][0] += row.calls
        sums[row.rule][1] += row.hits
    return {rule: (own[0], own[1]) for rule, own in sums.items()}


def _taboo(facts: Facts, taboo: str) -> Message:
    for form in (*facts.faults.forms.values(), facts.form):
        for own in form.taboos:
            if own.id == taboo:
                return own.name
    return Message(taboo, taboo)
