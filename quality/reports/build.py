"""The reports of the department, each put together from its parts. `build` is the front door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hw.messages import Message, UserError
from quality.periods import Period
from quality.reports.facts import Box, Facts, gather
from quality.reports.model import Report, Section
from quality.reports.parts import calls, cases, method, operating, problems, signals, training, trend, volume

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
    """The report of that kind, one of KINDS, of a period. Raises UserError when the kind is not made of such a period, or when the
    databases cannot be read."""
    own = KINDS[kind]
    if period.kind not in own.periods:
        raise UserError(
            f"This report is made of a {' or '.join(own.periods)}, not of a {period.kind}.",
            f"该报告的周期须为 {'、'.join(own.periods)}，不能是 {period.kind}。",
        )
    facts = gather(box, period, own.weeks)
    return Report(
        kind=kind, title=own.title, period=period, site=box.site, timezone=box.timezone, made_at=box.at, calls=facts.total().calls,
        key_figures=volume.key_figures(facts), sections=own.sections(facts) if facts.total().calls else (),
        notes=tuple(_notes(facts)), method=method.told(facts),
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
