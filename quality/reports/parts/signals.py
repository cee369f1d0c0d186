"""What stands out beyond the form: callers who call again, subjects that suddenly bring complaints, agents whose calls break rules,
inspectors who grade unlike the others, alerts and what became of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.alerting.alerts import KINDS, OF_CALLS
from quality.alerting.subjects import rising_subjects
from quality.calibrating.bias import review_bias
from quality.calls.filter import day_start
from quality.improving.problems import Count
from quality.periods import Period, days
from quality.reports.facts import Facts, repeat_count, share
from quality.reports.model import Chart, Column, Section, Table, Value
from quality.reports.parts.columns import (
    AGENT,
    BEFORE,
    CALLS,
    CENTRE,
    CHANGE,
    SHARE,
    TEAM,
    VERDICT,
    named_team,
    points,
    verdict,
)  # fmt: skip
from quality.reports.parts.problems import stands_out
from quality.store import reading

STANDS_OUT, ORDINARY = Message("stands out", "明显偏离"), Message("as the others", "正常")
_SHOWN_SUBJECTS = 10


def section(facts: Facts) -> Section:
    """All of them."""
    tables = (repeats(facts), repeats_by_week(facts), subjects(facts), faulty_agents(facts), inspectors(facts), alerts(facts))
    return Section(Message("What stands out", "预警与异常"), (), tables)


def repeats(facts: Facts) -> Table:
    """Callers who called again within the days of grace, by group."""
    before = facts.by_team(facts.period.before)
    rows: list[tuple[Value, ...]] = []
    for team, sums in facts.by_team().items():
        rows.append(_repeats(named_team(team), repeat_count(sums), repeat_count(before[team]) if team in before else Count(0, 0)))
    if rows:
        rows.append(_repeats(CENTRE, repeat_count(facts.total()), repeat_count(facts.total(facts.period.before))))
    grace = facts.detail.rules.repeat_days
    note = Message(
        f"Answered incoming calls whose number was on the line again within {grace} days; calls of the last {grace} days are still "
        "open and are left out.",
        f"接听的来电中，同一号码 {grace} 天内再次通话的占比；最近 {grace} 天的通话尚无法判断，未计入。",
    )
    columns = (TEAM, CALLS, Column(Message("Again", "再次来电"), "count", 10), SHARE, BEFORE, CHANGE, VERDICT)
    return Table(Message("Callers who call again", "重复来电"), columns, tuple(rows), note=note)


def repeats_by_week(facts: Facts) -> Table:
    """The same over the weeks behind, a column a group."""
    weeks = weeks_of(facts)
    teams = [team for team in facts.by_team() if team]
    rows = []
    for week in weeks:
        own = {team: repeat_count(sums) for team, sums in facts.by_team(week).items()}
        rows.append((week.name[5:], *(share(own[t].problems, own[t].calls) if t in own else None for t in teams)))
    columns = (Column(Message("Week", "周"), "text", 9), *(Column(Message(team, team), "percent", 12) for team in teams))
    chart = Chart(
        "line", Message("Callers who call again, by week", "每周重复来电率"), 0, tuple(range(1, len(teams) + 1)), "percent"
    )
    return Table(Message("Callers who call again, by week", "每周重复来电率"), columns, tuple(rows), (chart,) if teams else ())


def subjects(facts: Facts) -> Table:
    """Words of callers that came up in complaints in a week and hardly before."""
    rows: list[tuple[Value, ...]] = []
    for week in weeks_of(facts):
        if week.last >= facts.period.first and week.first <= facts.period.last:
            found = rising_subjects(facts.box.store, week.first, facts.box.timezone)[:_SHOWN_SUBJECTS]
            rows += [
                (week.name, s.phrase, s.now.calls, s.now.problems, s.now.share, s.before.share if s.before.calls else None,
                 "; ".join(call[:8] for call in s.calls[:3])) for s in found
            ]  # fmt: skip
    columns = (
        Column(Message("Week", "周"), "text", 10), Column(Message("Callers say", "来电内容"), "text", 26), CALLS,
        Column(Message("Complaints", "投诉"), "count", 10), SHARE, BEFORE, Column(Message("Example calls", "示例通话"), "text", 30),
    )  # fmt: skip
    empty = Message("No subject suddenly brought complaints.", "没有投诉骤增的主题。")
    return Table(Message("Subjects that bring complaints", "投诉骤增的主题"), columns, tuple(rows), empty=empty)


def faulty_agents(facts: Facts) -> Table:
    """Agents whose calls break rules, as the machine hears it, far oftener than the others'."""
    by_agent, whole = facts.by_agent(), facts.total()
    rows: list[tuple[Value, ...]] = []
    for agent, sums in by_agent.items():
        own, others = Count(sums.analysed, sums.faulty), Count(whole.analysed - sums.analysed, whole.faulty - sums.faulty)
        if agent and stands_out(own, others):
            rows.append(
                (named_team(facts.team_of(agent)), facts.agent_name(agent), own.calls, own.problems, own.share, others.share)
            )
    columns = (
        TEAM, AGENT, Column(Message("Analysed", "已分析"), "count", 10), Column(Message("With faults", "有问题"), "count", 10),
        SHARE,
        Column(Message("The others", "其他座席"), "percent", 10),
    )  # fmt: skip
    empty = Message("No agent's calls break rules far oftener than the others'.", "没有座席的违规明显偏多。")
    return Table(Message("Agents whose calls break rules oftener", "机检违规偏多的座席"), columns, tuple(rows), empty=empty)


def inspectors(facts: Facts) -> Table:
    """Inspectors against the others on the same agents: who grades harder or softer."""
    period = facts.period
    first = min(period.first, period.last - timedelta(days=27))  # a week alone has too few to say anything
    found = review_bias(facts.box.store, first, period.last, facts.box.timezone)
    rows = tuple((b.inspector, b.calls, b.points, STANDS_OUT if b.stands_out else ORDINARY) for b in found)
    note = Message(
        f"Reviews of {first} to {period.last}: mean points against what other inspectors gave the same agents.",
        f"{first} 至 {period.last} 的评审：与其他质检员对同一座席评分的平均差。",
    )
    columns = (
        Column(Message("Inspector", "质检员"), "text", 16), Column(Message("Reviews", "评审数"), "count", 10),
        Column(Message("Difference (points)", "评分偏差（分）"), "change_one", 14), VERDICT,
    )  # fmt: skip
    return Table(Message("Inspectors", "质检员评分一致性"), columns, rows, note=note)


_ALERTS = """
SELECT a.kind, a.subject, a.detail, a.closed_at, (SELECT count(*) FROM review.alert_events e WHERE e.alert_id = a.id) AS events
FROM review.alerts a WHERE a.opened_at > ? AND a.opened_at <= ? ORDER BY a.opened_at
"""


def alerts(facts: Facts) -> Table:
    """Alerts opened in the period, by kind, and how many were seen to."""
    zone, after = ZoneInfo(facts.box.timezone), facts.period.last + timedelta(days=1)
    # What an evening's look finds carries the midnight that ends the day: (first, after] are the alerts of the period.
    with reading(facts.box.store) as connection:
        opened = connection.execute(_ALERTS, (day_start(facts.period.first, zone), day_start(after, zone))).fetchall()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    named: dict[str, list[str]] = defaultdict(list)
    for row in opened:
        own = counts[row["kind"]]
        own[0], own[1], own[2] = own[0] + 1, own[1] + (row["events"] > 0), own[2] + (row["closed_at"] is not None)
        if row["kind"] not in OF_CALLS:
            named[row["kind"]].append(str(row["subject"]))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (KINDS.get(kind, Message(kind, kind)), *own, "、".join(dict.fromkeys(named[kind]))) for kind, own in sorted(counts.items())
    )  # fmt: skip
    columns = (
        Column(Message("Alert", "预警"), "text", 34), Column(Message("Opened", "触发"), "count", 9),
        Column(Message("Seen", "已查看"), "count", 9), Column(Message("Closed", "已关闭"), "count", 9),
        Column(Message("About", "对象"), "text", 30),
    )  # fmt: skip
    return Table(Message("Alerts", "预警"), columns, rows, empty=Message("No alert was opened.", "没有触发预警。"))


def _repeats(name: str | Message, now: Count, before: Count) -> tuple[Value, ...]:
    own, last = share(now.problems, now.calls), share(before.problems, before.calls)
    return (name, now.calls, now.problems, own, last, points(own, last), verdict(now, before))


def weeks_of(facts: Facts) -> list[Period]:
    """Whole weeks the facts hold and the box was there for, oldest first."""
    mondays = [day for day in days(facts.since, facts.period.last) if day.weekday() == 0]
    weeks = [Period("week", monday, monday + timedelta(days=6)) for monday in mondays]
    begun = facts.detail.known_from
    return [week for week in weeks if week.last <= facts.period.last and begun is not None and begun <= week.first]
