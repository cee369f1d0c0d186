"""状态观察记录表 as a report: an agent's three marks over the days, drawn as curves, and the four periods of each day."""

from __future__ import annotations

from datetime import timedelta

from hw.messages import Message
from quality.access.roles import require_agent
from quality.periods import Period
from quality.reports.facts import Box
from quality.reports.model import Chart, Column, Report, Section, Table
from quality.reviewing.observation import MARKS, PERIODS, Observation, Observations
from recorder.store.reader import CallReader

TITLE = Message("Observation sheet", "状态观察记录表")
DAY = Column(Message("Day", "日期"), "day", 12)
METHOD = Message(
    "A mark is 0–100. The machine's is the share of the period's analysed calls without a fault of that mark; where a person has "
    "marked a day, the person's marks count. A day without calls has no point.",
    "评分为 0–100。机器评分为该时段已分析通话中无相应问题的比例；当日有人工评分时以人工为准。无通话的日期不绘点。",
)


def observation_report(box: Box, agent_id: str, period: Period) -> Report:
    """The sheet of one agent (工号) over a week or month. Raises UserError for an agent there is not."""
    require_agent(box.store, agent_id)
    with CallReader(box.store) as reader:
        name = next((agent.name for agent in reader.agents() if agent.id == agent_id), "")
    observations = Observations(box.store, box.timezone)
    seen = observations.sheet(agent_id, period.first, period.last)
    calls = sum(one.calls for one in seen if one.mark == next(iter(MARKS)))
    title = Message(f"{TITLE.en}: {agent_id} {name}".strip(), f"{TITLE.zh}：{agent_id} {name}".strip())
    return Report(
        kind="observation", title=title, period=period,
        site=box.site, timezone=box.timezone, made_at=box.at, calls=calls, key_figures=(),
        sections=(
            Section(Message("Curves", "曲线"), (), (_curves(observations, agent_id, period),)),
            Section(Message("Periods of the day", "分时段记录"), (), (_sheet(seen, period),)),
        ),
        method=(METHOD,),
    )  # fmt: skip


def _curves(observations: Observations, agent_id: str, period: Period) -> Table:
    curve = observations.curve(agent_id, period.first, period.last)
    days = [period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)]
    rows = tuple((day, *(dict(curve[mark])[day] for mark in MARKS)) for day in days)
    title = Message("Three marks a day", "每日三项评分")
    columns = (DAY, *(Column(MARKS[mark], "one", 12) for mark in MARKS))
    return Table(title, columns, rows, (Chart("line", title, 0, (1, 2, 3), "one"),))


def _sheet(seen: list[Observation], period: Period) -> Table:
    days = sorted({one.day for one in seen})
    rows = tuple(
        (day, Message(*_hours(number)), *(_mark(seen, (day, number, mark)) for mark in MARKS))
        for day in days for number in range(1, len(PERIODS) + 1)
        if any((one.day, one.period) == (day, number) for one in seen)
    )  # fmt: skip
    columns = (DAY, Column(Message("Period", "时段"), "text", 14), *(Column(MARKS[mark], "one", 12) for mark in MARKS))
    return Table(Message("Marks", "评分"), columns, rows, empty=Message(f"No calls in {period.name}.", f"{period.name} 无通话。"))


def _hours(number: int) -> tuple[str, str]:
    first, last = PERIODS[number - 1]
    text = f"{first:02d}:00–{last:02d}:00"
    return text, text


def _mark(seen: list[Observation], wanted: tuple[object, int, str]) -> float | None:
    """A person's before the machine's."""
    own = [one for one in seen if (one.day, one.period, one.mark) == wanted]
    return min(own, key=lambda one: one.by == "machine").value if own else None
