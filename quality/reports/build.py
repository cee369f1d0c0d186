"""The reports of the department, each put together from its parts. `build` is the front door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hw.messages import Message, UserError
from quality.reports.facts import Box, Facts, gather
from quality.reports.model import Report, Section
from quality.reports.parts import calls, cases, operating, problems, signals, training, trend, volume
from quality.reports.periods import Period
from recorder.schema import CALLS_DB

Sections = Callable[[Facts], tuple[Section, ...]]
SIGNAL_WEEKS = 8
"""Of callers who call again, drawn beside a week or month."""


@dataclass(frozen=True)
class Kind:
    """A kind of report. period: what it is of, the first of them unless another is asked for. weeks: of history it looks at."""

    id: str
    title: Message
    periods: tuple[str, ...]
    sections: Sections
    weeks: int = 0


def build(box: Box, kind: str, period: Period) -> Report:
    """The report of that kind, one of KINDS, of a period. Raises UserError when the box has no calls.db yet, or when the kind is not
    made of such a period."""
    own = KINDS[kind]
    if period.kind not in own.periods:
        raise UserError(
            f"This report is made of a {' or '.join(own.periods)}, not of a {period.kind}.",
            f"该报告的周期须为 {'、'.join(own.periods)}，不能是 {period.kind}。",
        )
    if not (box.store / CALLS_DB).exists():
        raise UserError(
            f"{box.store}: nothing was recorded there yet; is --config the right settings file?",
            f"{box.store}：尚无录音；--config 指定的设置文件是否正确？",
        )
    facts = gather(box, period, own.weeks)
    return Report(
        kind=kind, title=own.title, period=period, site=box.site, timezone=box.timezone, made_at=box.at, calls=facts.total().calls,
        key_figures=volume.key_figures(facts), sections=own.sections(facts) if facts.total().calls else (),
        notes=tuple(_notes(facts)), method=_method(facts),
    )  # fmt: skip


def _daily(facts: Facts) -> tuple[Section, ...]:
    overview = Section(Message("The day", "当日概况"), (), (volume.teams(facts), volume.agents(facts)))
    detail = Section(Message("Listening detail", "监听明细"), (), (calls.listened(facts), problems.taboos(facts)))
    heard = Section(Message("What the machine heard", "机器检出"), (), (problems.rules(facts), calls.worst(facts)))
    return (overview, detail, heard, Section(Message("Calls", "通话明细"), (), (calls.listing(facts),)))


def _weekly(facts: Facts) -> tuple[Section, ...]:
    machine = Section(
        Message("What the machine heard", "机器检出"), (), (volume.machine(facts), calls.worst(facts), calls.best(facts))
    )  # fmt: skip
    return (
        volume.overall(facts), Section(Message("Agents", "座席"), (), (volume.agents(facts),)), problems.section(facts),
        signals.section(facts), training.section(facts, problems.found(facts)), operating.section(facts), machine,
        Section(Message("Calls", "通话明细"), (), (calls.listing(facts),)),
    )  # fmt: skip


def _monthly(facts: Facts) -> tuple[Section, ...]:
    found = problems.found(facts)
    return (
        volume.overall(facts), Section(Message("Agents", "座席"), (), (volume.agents(facts),)), problems.section(facts),
        cases.section(facts, found, 2), training.section(facts, found), signals.section(facts), trend.section(facts),
        operating.section(facts),
    )  # fmt: skip


def _cases(facts: Facts) -> tuple[Section, ...]:
    found = problems.found(facts)
    shown = (problems.common(facts, found), problems.individual(facts, found))
    best = Section(Message("Calls to follow", "优秀通话"), (), (calls.best(facts),))
    return (Section(Message("Problems of the period", "本期问题"), (), shown), cases.section(facts, found, 5), best)


def _training(facts: Facts) -> tuple[Section, ...]:
    found = problems.found(facts)
    why = Section(
        Message("What it rests on", "依据"), (), (problems.common(facts, found), problems.moved(facts), problems.items(facts))
    )
    return (training.section(facts, found), why)


def _forecast(facts: Facts) -> tuple[Section, ...]:
    return (trend.section(facts),)


def _quarterly(facts: Facts) -> tuple[Section, ...]:
    found = problems.found(facts)
    return (
        volume.overall(facts), Section(Message("Agents", "座席"), (), (volume.agents(facts),)), operating.section(facts),
        problems.section(facts), cases.section(facts, found, 2), training.section(facts, found), signals.section(facts),
        trend.section(facts),
    )  # fmt: skip


KINDS = {
    kind.id: kind
    for kind in (
        Kind("daily", Message("Daily listening detail", "每日监听明细"), ("day",), _daily),
        Kind("weekly", Message("Weekly quality report", "每周质量报告"), ("week",), _weekly, SIGNAL_WEEKS),
        Kind("monthly", Message("Monthly quality report", "每月质量报告"), ("month",), _monthly, trend.WEEKS),
        Kind("cases", Message("Case analysis", "案例分析报告"), ("month", "week"), _cases),
        Kind("training", Message("Training plan", "阶段培训计划"), ("month", "quarter"), _training),
        Kind("forecast", Message("Quality trend and forecast", "质量趋势预测"), ("month", "quarter"), _forecast, trend.WEEKS),
        Kind("quarterly", Message("Quarterly white paper", "季度白皮书"), ("quarter",), _quarterly, trend.WEEKS),
    )
}  # fmt: skip
"""The reports by id."""


def _notes(facts: Facts) -> Iterator[Message]:
    period, today, sums = facts.period, facts.box.today, facts.total()
    if period.first > today:
        yield Message(
            f"{period.name} has not begun (it is {today}): nothing is recorded yet.",
            f"{period.name} 尚未开始（今天是 {today}），没有录音。",
        )
        return
    if period.last >= today:
        yield Message(
            f"{period.name} is not over: figures up to {today}, when this was made.",
            f"{period.name} 尚未结束：数据截至生成之时（{today}）。",
        )
    if not sums.calls:
        yield Message(f"No calls were recorded in {period.name}.", f"{period.name} 没有通话记录。")
        return
    yield from _gaps(facts)


def _gaps(facts: Facts) -> Iterator[Message]:
    """What is missing from the figures."""
    sums, before = facts.total(), facts.period.before
    if not facts.total(before).calls:
        yield Message(
            f"There are no calls of {before.name}: nothing to compare with.", f"{before.name} 没有通话，无法与上期对比。"
        )  # fmt: skip
    if sums.analysed < sums.answered:
        rest = sums.answered - sums.analysed
        yield Message(
            f"{rest} answered calls are not analysed (waiting, or given up); scores and rules leave them out.",
            f"{rest} 通已接听的通话尚未分析或分析失败，分数和规则未计入。",
        )
    if not sums.reviewed:
        yield Message(
            "No call of this period was reviewed: form score and pass rate are not known.", "本期没有人工评审：表单分和合格率未知。"
        )  # fmt: skip


def _method(facts: Facts) -> tuple[Message, ...]:
    form = facts.form
    return (
        Message(
            f"Days are those of {facts.box.timezone}; a call belongs to the day it started. All figures are added up from the daily "
            "detail by day, group and agent, so that groups, days and reports agree to the last call.",
            f"日期按 {facts.box.timezone} 时区，通话归入其开始的那一天。所有数据均由每日明细（按日、班组、座席）汇总，各报告合计一致。",
        ),
        Message(
            "“–”: not known (nothing reviewed, analysed or recorded); it is not 0 and no mean counts it.",
            "“–”表示未知（没有评审、分析或录音），不等于 0，也不计入平均。",
        ),
        Message(
            "Listened to: calls reviewed by a person; of each call the review that holds counts. Pass rate: those that reached their "
            f"form's pass line (form {form.id} {form.version}: {form.pass_line:g}); a confirmed taboo makes a total 0.",
            f"监听量：人工评审过的通话，每通取最新一次。合格率：达到所用评分表合格线的占比（评分表 {form.id} {form.version}："
            f"{form.pass_line:g} 分）；判定服务禁忌的通话总分为 0。",
        ),
        Message(
            "A problems: taboos people found (auto-fail). B: items with the form's worst grade. C: items below 合格 but not the worst.",
            "A 类问题：人工判定的服务禁忌（一票否决）；B 类：评为最差一级（差）的项目；C 类：低于“合格”但非最差（稍差）的项目。",
        ),
        Message(
            "A problem is common when at least 15 % of a group's calls listened to have it (one standard error taken off), in at least "
            "a third of its agents; individual when 25 % of an agent's calls have it, or when the agent's calls are 4 standard errors "
            "worse than the group's. “Improved” and “worse” are said of changes beyond 3 standard errors only.",
            "共性问题：本组监听通话中至少 15 %（扣除一个标准误）存在，且涉及至少三分之一的座席；个性问题：该座席监听通话中至少 25 % 存在，"
            "或整体差于本组 4 个标准误。“改善”“变差”仅用于超过 3 个标准误的变化。",
        ),
        Message(
            "Compliance, experience, risk: 0–100, 100 is best; means over the analysed calls. Machine form score: the form's items the "
            "machine can judge; a suggestion, not a person's grade.",
            "合规分、体验分、风险分：0–100，100 为最好，按已分析通话平均。机器表单分：机器有依据的项目折算，仅为建议，不能代替人工评分。",
        ),
        Message(
            "Worst and best calls: by the mean of the three scores; best calls last at least 15 s.",
            "最差与最佳通话：按三项分数的平均值；最佳通话时长不少于 15 秒。",
        ),
    )
