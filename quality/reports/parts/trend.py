"""Figures week by week, and what the next period will likely be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hw.messages import Message
from quality.figures.faultrows import FaultRows
from quality.figures.sums import Sums
from quality.reports.facts import Facts, pass_rate, repeat_count, share
from quality.reports.forecasting import LEAST, METHODS, Forecast, forecast
from quality.reports.model import Chart, Column, Section, Shown, Table, Value
from quality.reports.parts.signals import weeks_of

WEEKS = 26
"""Of history that is looked at."""
_AHEAD = {"day": 1, "week": 1, "month": 4, "quarter": 13}
"""Weeks forecast, by what the report is of."""


@dataclass(frozen=True)
class _Figure:
    name: Message
    kind: str
    of: Callable[[Sums, FaultRows], float | None]
    high: float | None = None


def _per_hundred(sums: Sums, found: FaultRows) -> float | None:
    return share(100 * sum(found.classes), sums.reviewed)


_CENTRE = (
    _Figure(Message("Pass rate", "总体合格率"), "percent", lambda s, _: pass_rate(s), 1.0),
    _Figure(Message("Mean score", "平均分"), "one", lambda s, _: share(s.review_points, s.reviewed), 100.0),
    _Figure(Message("A+B+C problems per 100 calls listened to", "每百通监听的 A+B+C 问题"), "one", _per_hundred),
    _Figure(Message("Calls with faults (machine)", "机检有问题占比"), "percent", lambda s, _: share(s.faulty, s.analysed), 1.0),
    _Figure(
        Message("Callers who call again", "重复来电率"), "percent",
        lambda s, _: share(repeat_count(s).problems, repeat_count(s).calls), 1.0,
    ),
    _Figure(Message("Calls a week", "每周通话数"), "count", lambda s, _: float(s.calls)),
)  # fmt: skip


def section(facts: Facts) -> Section:
    """History, forecast, and how wrong it has been before."""
    return Section(
        Message("Trend and forecast", "质量趋势与预测"), (_method(facts),), (outlook(facts), outlook_teams(facts), history(facts))
    )


def outlook(facts: Facts) -> Table:
    """Each of the centre's figures: now, next period, past error."""
    weeks = [(facts.total(week), facts.found(week)) for week in weeks_of(facts)]
    now = (facts.total(), facts.found())
    rows = []
    for figure in _CENTRE:
        told = forecast([figure.of(*week) for week in weeks], _AHEAD[facts.period.kind], high=figure.high)
        value = figure.of(*now) if figure.kind != "count" else _last(weeks)
        rows.append(_row(figure.name, figure.kind, value, told))
    return Table(Message("Forecast for the next period", "下期预测"), _columns(Message("Figure", "指标")), tuple(rows))


def outlook_teams(facts: Facts) -> Table:
    """The pass rate of every group."""
    weeks = [facts.by_team(week) for week in weeks_of(facts)]
    rows = []
    for team, sums in facts.by_team().items():
        if team:
            past = [pass_rate(week[team]) if team in week else None for week in weeks]
            rows.append(_row(Message(team, team), "percent", pass_rate(sums), forecast(past, _AHEAD[facts.period.kind], high=1.0)))
    return Table(Message("Forecast of the pass rate by group", "各班组合格率预测"), _columns(Message("Group", "班组")), tuple(rows))


def history(facts: Facts) -> Table:
    """The centre's and the groups' pass rates, and other figures, week by week."""
    teams = [team for team in facts.by_team() if team]
    rows = []
    for week in weeks_of(facts):
        sums, by_team = facts.total(week), facts.by_team(week)
        rates = [pass_rate(by_team[team]) if team in by_team else None for team in teams]
        faulty = share(sums.faulty, sums.analysed)
        rows.append(
            (week.name[2:], sums.calls, sums.reviewed, pass_rate(sums), *rates, _per_hundred(sums, facts.found(week)), faulty)
        )
    columns = (
        Column(Message("Week", "周"), "text", 9), Column(Message("Calls", "通话数"), "count", 9),
        Column(Message("Listened to", "监听量"), "count", 9), Column(Message("Centre", "全中心"), "percent", 9),
        *(Column(Message(team, team), "percent", 10) for team in teams),
        Column(Message("A+B+C per 100", "每百通 A+B+C"), "one", 10), Column(Message("With faults", "机检有问题"), "percent", 10),
    )  # fmt: skip
    lines = tuple(range(3, 4 + len(teams)))
    charts = (
        Chart("line", Message("Pass rate by week", "每周合格率"), 0, lines, "percent"),
        Chart("line", Message("A+B+C problems per 100 calls listened to", "每百通监听的 A+B+C 问题"), 0, (4 + len(teams),), "one"),
    )  # fmt: skip
    return Table(Message("Week by week", "每周走势"), columns, tuple(rows), charts)


def _row(name: Message, kind: str, now: float | None, told: Forecast) -> tuple[Value, ...]:
    method = METHODS[told.method][1] if told.value is not None else Message("too little history", "历史数据不足")

    def shown(value: float | None, sign: str = "") -> Value:
        return None if value is None else Shown(value, kind, sign)

    return (name, shown(now), shown(told.value), shown(told.error, "±"), shown(told.other_error, "±"), told.tried, method)


def _columns(head: Message) -> tuple[Column, ...]:
    return (
        Column(head, "text", 34), Column(Message("This period", "本期"), "number", 11),
        Column(Message("Forecast", "预测"), "number", 11),
        Column(Message("Past error", "历史误差"), "number", 11),
        Column(Message("Error of the other method", "另一方法误差"), "number", 13),
        Column(Message("Tried", "检验次数"), "count", 9), Column(Message("Method", "方法"), "text", 26),
    )  # fmt: skip


def _last(weeks: list[tuple[Sums, FaultRows]]) -> float | None:
    return float(weeks[-1][0].calls) if weeks else None


def _method(facts: Facts) -> Message:
    ahead = _AHEAD[facts.period.kind]
    return Message(
        "Two simple methods are tried on the past weeks: “as the last four weeks” and “the least-squares line through the "
        f"last eight weeks”. Each forecasts the mean of {ahead} week(s) from the weeks before, and the one with the smaller mean "
        f"absolute error is used; that error is shown. Below {LEAST} weeks nothing is forecast; the error is not known until there "
        "was something to try it on. What nobody can foresee (a new product, a training) is not in it.",
        f"对历史各周检验两种简单方法：“近四周平均”与“近八周最小二乘直线”。每次用此前各周预测后 {ahead} 周的平均值，"
        f"采用平均绝对误差较小者，并列出该误差。不足 {LEAST} 周不预测；尚无法检验时误差未知。"
        "无法预见的变化（新产品、培训等）不在其中。",
    )
