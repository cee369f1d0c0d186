"""The tables of the weekly summary: columns, rows and how each value is to be read. XLSX and CSV both write these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.weeklyfigures import CallDetail, Figures
from quality.weeklysummary import Group, WeeklySummary, local_start

UNKNOWN = "–"
"""What stands where a figure cannot be known."""

Value = str | int | float | datetime | timedelta | None


@dataclass(frozen=True)
class Column:
    """kind: "text", "count", "one" (one decimal), "percent" (0–1), "instant" (local wall clock) or "duration". width:
    characters."""

    name: Message
    kind: str
    width: int


@dataclass(frozen=True)
class Table:
    """A table of a sheet. rows hold one value a column; None is not known."""

    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def overview(summary: WeeklySummary) -> tuple[tuple[Column, Value], ...]:
    """The week's figures, each with its name and kind."""
    return tuple(zip(_FIGURE_COLUMNS, _figures(summary.total), strict=True))


def days(summary: WeeklySummary) -> Table:
    """Monday to Sunday."""
    return _groups(summary.days, Message("Days", "每日"), (Column(Message("Day", "日期"), "text", 12),), lambda g: (g.name,))


def teams(summary: WeeklySummary) -> Table:
    """By team at the time of the call."""
    head = (Column(Message("Team", "班组"), "text", 16),)
    return _groups(summary.teams, Message("Teams", "班组"), head, lambda g: (g.name or None,))


def agents(summary: WeeklySummary) -> Table:
    """By agent."""
    head = (
        Column(Message("Agent ID", "工号"), "text", 12), Column(Message("Agent", "座席"), "text", 14),
        Column(Message("Team", "班组"), "text", 14),
    )  # fmt: skip
    return _groups(summary.agents, Message("Agents", "座席"), head, lambda g: (g.key or None, g.name or None, g.team or None))


def rules(summary: WeeklySummary, language: str) -> Table:
    """Rules broken, most calls first."""
    columns = (
        Column(Message("Rule", "规则"), "text", 26), Column(Message("Rule id", "规则编号"), "text", 22),
        Column(Message("Calls", "通话数"), "count", 10), Column(Message("Hits", "命中次数"), "count", 10),
        Column(Message("Share of analysed calls", "占已分析通话"), "percent", 16),
    )  # fmt: skip
    rows = tuple((summary.rule_name(c.rule).text(language), c.rule, c.calls, c.hits, c.share) for c in summary.rules)
    return Table(Message("Rules", "规则"), columns, rows)


def worst(summary: WeeklySummary, language: str) -> Table:
    """The calls with the lowest mean of the three scores."""
    return _brief(_calls(summary, summary.worst, Message("Worst calls", "最差通话"), language))


def best(summary: WeeklySummary, language: str) -> Table:
    """The calls with the highest."""
    return _brief(_calls(summary, summary.best, Message("Best calls", "最佳通话"), language))


def detail(summary: WeeklySummary, language: str) -> Table:
    """Every call of the week."""
    return _calls(summary, summary.detail, Message("Calls", "通话明细"), language)


def notes(summary: WeeklySummary) -> tuple[Message, ...]:
    """What the reader has to know, then how the figures are made."""
    form = summary.form
    return (*summary.notes, *(
        Message(
            f"Days are those of {summary.timezone}; a call belongs to the day it started.",
            f"日期按 {summary.timezone} 时区；通话归入其开始的那一天。",
        ),
        Message(
            "All figures are worked out from the sheet of calls; groups add up to the week.",
            "所有数据均由通话明细汇总，各组合计与全周一致。",
        ),
        Message(
            f"“{UNKNOWN}”: not known (nothing reviewed or analysed); it is not 0 and no mean counts it.",
            f"“{UNKNOWN}”表示未知（没有评审或分析），不等于 0，也不计入平均。",
        ),
        Message(
            "Form score: mean total of the calls' latest reviews by people, 0–100; a confirmed taboo makes a total 0. "
            f"Pass rate: reviewed calls that reached their form's pass line (form {form.id} {form.version}: {form.pass_line:g}).",
            "表单分：人工评审（取最新一次）总分的平均值，0–100；判定服务禁忌的通话总分为 0。"
            f"合格率：达到所用评分表合格线的评审占比（评分表 {form.id} {form.version}：{form.pass_line:g} 分）。",
        ),
        Message(
            f"Machine form score: form {form.id} over the items the machine can judge; a suggestion, not a person's grade.",
            f"机器表单分：评分表 {form.id} 中机器有依据的项目折算为百分制，仅为建议，不能代替人工评分。",
        ),
        Message(
            "Compliance, experience, risk: 0–100, 100 is best; means over the analysed calls.",
            "合规分、体验分、风险分：0–100，100 为最好；按已分析通话平均。",
        ),
        Message(
            "Worst and best calls: by the mean of the three scores; best calls last at least 15 s.",
            "最差与最佳通话：按三项分数的平均值；最佳通话时长不少于 15 秒。",
        ),
    ))  # fmt: skip


_FIGURE_COLUMNS = (
    Column(Message("Calls", "通话数"), "count", 10),
    Column(Message("Answered", "接听数"), "count", 10),
    Column(Message("Minutes", "通话分钟"), "one", 11),
    Column(Message("Analysed", "已分析"), "count", 10),
    Column(Message("Reviewed", "已评审"), "count", 10),
    Column(Message("Form score", "表单分"), "one", 11),
    Column(Message("Pass rate", "合格率"), "percent", 11),
    Column(Message("Machine form score", "机器表单分"), "one", 13),
    Column(Message("Compliance", "合规分"), "one", 12),
    Column(Message("Experience", "体验分"), "one", 12),
    Column(Message("Risk", "风险分"), "one", 10),
    Column(Message("High priority", "高优先"), "count", 11),
    Column(Message("Faults", "问题数"), "count", 10),
)


def _figures(f: Figures) -> tuple[Value, ...]:
    return (
        f.calls, f.answered, f.minutes, f.analysed, f.reviewed, f.form_score, f.pass_rate, f.machine_form, f.compliance,
        f.experience, f.risk, f.high_priority, f.hits,
    )  # fmt: skip


def _groups(
    groups: Sequence[Group], title: Message, head: tuple[Column, ...], names: Callable[[Group], tuple[Value, ...]]
) -> Table:
    return Table(title, (*head, *_FIGURE_COLUMNS), tuple((*names(group), *_figures(group.figures)) for group in groups))


_CALL_COLUMNS = (
    Column(Message("Start", "开始时间"), "instant", 20),
    Column(Message("Duration", "时长"), "duration", 10),
    Column(Message("Direction", "方向"), "text", 9),
    Column(Message("Answered", "接听"), "text", 9),
    Column(Message("Line", "线路"), "text", 10),
    Column(Message("Agent ID", "工号"), "text", 10),
    Column(Message("Agent", "座席"), "text", 12),
    Column(Message("Team", "班组"), "text", 12),
    Column(Message("Caller", "主叫号码"), "text", 16),
    Column(Message("Called", "被叫号码"), "text", 16),
    Column(Message("Compliance", "合规分"), "one", 11),
    Column(Message("Experience", "体验分"), "one", 11),
    Column(Message("Risk", "风险分"), "one", 9),
    Column(Message("Machine form score", "机器表单分"), "one", 12),
    Column(Message("Form score", "表单分"), "one", 11),
    Column(Message("Passed", "合格"), "text", 8),
    Column(Message("Reviewer", "质检员"), "text", 12),
    Column(Message("High priority", "高优先"), "text", 9),
    Column(Message("Rules broken", "违反规则"), "text", 60),
    Column(Message("Call id", "通话编号"), "text", 38),
)

_BRIEF = ("Start", "Duration", "Agent ID", "Agent", "Team", "Caller", "Compliance", "Experience", "Risk", "Form score",
          "Rules broken", "Call id")  # fmt: skip
"""The columns that tell a worst or best call; the sheet of calls has the rest."""

_YES, _NO = Message("yes", "是"), Message("no", "否")
_DIRECTIONS = {"in": Message("in", "呼入"), "out": Message("out", "呼出")}


def _calls(summary: WeeklySummary, details: Sequence[CallDetail], title: Message, language: str) -> Table:
    zone = ZoneInfo(summary.timezone)
    return Table(title, _CALL_COLUMNS, tuple(_call(summary, detail, zone, language) for detail in details))


def _brief(table: Table) -> Table:
    kept = [index for index, column in enumerate(table.columns) if column.name.en in _BRIEF]
    columns = tuple(table.columns[index] for index in kept)
    return Table(table.title, columns, tuple(tuple(row[index] for index in kept) for row in table.rows))


def _call(summary: WeeklySummary, detail: CallDetail, zone: ZoneInfo, language: str) -> tuple[Value, ...]:
    row, scores, review = detail.row, detail.row.scores, detail.row.review

    def said(yes: bool) -> str:
        return (_YES if yes else _NO).text(language)

    broken = ("、" if language == "zh" else ", ").join(summary.rule_name(rule).text(language) for rule in row.rules)
    direction: Any = _DIRECTIONS.get(row.direction)
    return (
        local_start(detail, zone).replace(tzinfo=None), None if row.duration_s is None else timedelta(seconds=row.duration_s),
        direction.text(language) if direction else None, said(row.state != "unanswered"), row.line, row.agent_id,
        row.agent_name or None, row.team or None, row.caller_number or None, row.called_number or None,
        *((scores.compliance, scores.experience, scores.risk) if scores else (None, None, None)), detail.machine_form,
        review.total if review else None, said(review.passed) if review else None, review.reviewer if review else None,
        said(row.high_priority), broken, row.id,
    )  # fmt: skip
