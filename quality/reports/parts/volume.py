"""How much came in, how much was listened to, and how it was: the centre, its days, its groups, its agents."""

from __future__ import annotations

from hw.messages import Message
from quality.figures.faultrows import NOTHING, FaultRows
from quality.figures.sums import Sums
from quality.improving.problems import Count
from quality.periods import Period
from quality.reports.facts import Facts, mean_score, pass_rate, repeat_count, share
from quality.reports.model import Chart, Column, KeyFigure, Section, Table, Value
from quality.reports.parts.columns import (
    AGENT,
    BEFORE,
    CALLS,
    CENTRE,
    CHANGE,
    DAY,
    NO_AGENT,
    PASS_RATE,
    REVIEWED,
    TEAM,
    VERDICT,
    named_team,
    points,
    verdict,
)  # fmt: skip

_ANSWERED = Column(Message("Answered", "接听数"), "count", 10)
_MINUTES = Column(Message("Minutes", "通话分钟"), "one", 11)
_SCORE = Column(Message("Mean score", "平均分"), "one", 10)
_A, _B, _C = (Column(Message(f"{mark} problems", f"{mark} 类问题"), "count", 9) for mark in "ABC")
_PRIORITY = Column(Message("High priority", "高优先"), "count", 10)
_FAULTY = Column(Message("With faults (machine)", "机检有问题占比"), "percent", 12)
_MACHINE = (
    Column(Message("Analysed", "已分析"), "count", 10), Column(Message("Compliance", "合规分"), "one", 10),
    Column(Message("Experience", "体验分"), "one", 10), Column(Message("Risk", "风险分"), "one", 10),
)  # fmt: skip
_COUNTED = (CALLS, _ANSWERED, _MINUTES, REVIEWED, PASS_RATE, _SCORE, _A, _B, _C, _PRIORITY, _FAULTY)


def key_figures(facts: Facts) -> tuple[KeyFigure, ...]:
    """The figures every report opens with, each with the period before."""
    now, before = _of(facts, facts.period), _of(facts, facts.period.before) if facts.knows(facts.period.before) else {}
    shown = (
        ("calls", Message("Calls", "通话数"), "count", "none"), ("reviewed", Message("Listened to", "监听量"), "count", "higher"),
        ("listened", Message("Share listened to", "监听比例"), "percent", "higher"),
        ("pass", Message("Pass rate", "总体合格率"), "percent", "higher"),
        ("score", Message("Mean score", "平均分"), "one", "higher"),
        ("a", Message("A problems", "A 类问题"), "count", "lower"), ("b", Message("B problems", "B 类问题"), "count", "lower"),
        ("c", Message("C problems", "C 类问题"), "count", "lower"),
        ("faulty", Message("Calls with faults (machine)", "机检有问题通话"), "percent", "lower"),
        ("repeats", Message("Callers who call again", "重复来电率"), "percent", "lower"),
    )  # fmt: skip
    return tuple(KeyFigure(name, now.get(key), before.get(key), kind, good, key) for key, name, kind, good in shown)


def overall(facts: Facts) -> Section:
    """The centre, day by day (week by week in a quarter), and its groups against the period before."""
    return Section(Message("Volume and pass rate", "监听量与合格率"), (), (days(facts), teams(facts)))


def days(facts: Facts) -> Table:
    """Every day; what is not known of a day without calls is not 0."""
    found = facts.found().by("day")
    rows = tuple(
        (day, *counted(sums, found.get(day, NOTHING), facts.detail.knows(day, day))) for day, sums in facts.by_day().items()
    )  # fmt: skip
    charts: tuple[Chart, ...] = ()
    if len(rows) > 1:
        charts = (
            Chart("column", Message("Calls a day", "每日通话数"), 0, (1,)),
            Chart("line", Message("Pass rate of the calls listened to", "每日合格率"), 0, (5,), "percent"),
        )  # fmt: skip
    return Table(Message("By day", "每日"), (DAY, *_COUNTED), rows, charts)


def teams(facts: Facts) -> Table:
    """Every group: what was listened to and how it was, against the period before."""
    columns = (
        TEAM, CALLS, REVIEWED, PASS_RATE, BEFORE, CHANGE, VERDICT, _SCORE, _A, _B, _C,
        Column(Message("A+B+C before", "上期 A+B+C"), "count", 11),
    )  # fmt: skip
    now, before = facts.by_team(), facts.by_team(facts.period.before)
    found, earlier = facts.found(), facts.found(facts.period.before)
    parts, old = found.by("team"), earlier.by("team")
    rows = [
        _against(named_team(team), sums, before.get(team, Sums()), parts.get(team, NOTHING), old.get(team, NOTHING))
        for team, sums in now.items()
    ]  # fmt: skip
    rows.append(_against(CENTRE, facts.total(), facts.total(facts.period.before), found, earlier))
    chart = Chart(
        "column", Message("Pass rate by group, with the period before", "各班组合格率（与上期对比）"), 0, (3, 4), "percent"
    )
    return Table(Message("By group", "班组"), columns, tuple(rows) if now else (), (chart,))


def agents(facts: Facts) -> Table:
    """Every agent."""
    before, found = facts.by_agent(facts.period.before), facts.found().by("agent")
    rows = []
    for agent, sums in facts.by_agent().items():
        own = counted(sums, found.get(agent, NOTHING))
        last = before.get(agent, Sums())
        name = facts.agent_name(agent) if agent else NO_AGENT
        rows.append((named_team(facts.team_of(agent)), name, *own, pass_rate(last), points(pass_rate(sums), pass_rate(last))))
    columns = (TEAM, AGENT, *_COUNTED, BEFORE, CHANGE)
    return Table(Message("By agent", "座席"), columns, tuple(rows), printed=60)


def machine(facts: Facts) -> Table:
    """The machine's scores by group: means over the analysed calls."""
    rows = [(named_team(team), *_machine(sums)) for team, sums in facts.by_team().items()]
    return Table(Message("Machine scores by group", "机器评分（班组）"), (TEAM, *_MACHINE), tuple(rows))


def counted(sums: Sums, found: FaultRows, known: bool = True) -> tuple[Value, ...]:
    """The values of _COUNTED. known: False for days the box knows nothing of."""
    if not known:
        return (None,) * len(_COUNTED)
    a, b, c = found.classes if sums.reviewed else (None, None, None)
    return (
        sums.calls, sums.answered, sums.audio_ms / 60_000, sums.reviewed, pass_rate(sums), mean_score(sums), a, b, c,
        sums.high_priority, share(sums.faulty, sums.analysed),
    )  # fmt: skip


def _of(facts: Facts, period: Period) -> dict[str, float | None]:
    sums = facts.total(period)
    a, b, c = facts.found(period).classes if sums.reviewed else (None, None, None)
    again = repeat_count(sums)
    return {
        "calls": sums.calls, "reviewed": sums.reviewed, "listened": share(sums.reviewed, sums.answered), "pass": pass_rate(sums),
        "score": mean_score(sums), "a": a, "b": b, "c": c, "faulty": share(sums.faulty, sums.analysed),
        "repeats": share(again.problems, again.calls),
    }  # fmt: skip


def _against(name: str | Message, sums: Sums, last: Sums, found: FaultRows, earlier: FaultRows) -> tuple[Value, ...]:
    a, b, c = found.classes if sums.reviewed else (None, None, None)
    told = verdict(Count(sums.reviewed, sums.passed), Count(last.reviewed, last.passed), "higher")
    return (
        name, sums.calls, sums.reviewed, pass_rate(sums), pass_rate(last), points(pass_rate(sums), pass_rate(last)), told,
        mean_score(sums), a, b, c, sum(earlier.classes) if last.reviewed else None,
    )  # fmt: skip


def _machine(sums: Sums) -> tuple[Value, ...]:
    means = (share(value, sums.analysed) for value in (sums.compliance, sums.experience, sums.risk))
    return (sums.analysed, *means)
