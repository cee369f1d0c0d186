"""The weekly summary, built up from the daily detail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.access.scope import ALL, Scope
from quality.calls.filter import CallFilter
from quality.calls.views import Views
from quality.forms.form import Form
from quality.forms.machinescores import machine_scores
from quality.forms.store import Forms
from quality.reviewing.correctedresults import CorrectedResults, JudgeBy
from quality.rules.names import rule_names
from quality.weekly.figures import CallDetail, Figures, RuleCount, figures, grouped, rule_counts
from quality.weekly.week import Week

SHOWN = 10  # worst and best calls listed
SHORTEST_BEST_S = 15.0  # seconds; a call of a few words has nothing to lose points on (domain.md: listening starts at 15 s)


@dataclass(frozen=True)
class Group:
    """An agent, a team or a day with its figures. key: agent id, team or ISO date; "" where the box does not know whose call it
    was. team: the agent's, in their latest call of the week."""

    key: str
    name: str
    team: str
    figures: Figures


@dataclass(frozen=True)
class WeeklySummary:
    """A week's figures. generated_at: UTC epoch seconds. notes: what the reader has to know. worst, best: by the mean of the three
    scores; calls of a tie, the later first. detail: every call of the week that is over, oldest first; all
    figures come from it."""

    week: Week
    timezone: str
    generated_at: float
    form: Form
    total: Figures
    days: tuple[Group, ...]
    teams: tuple[Group, ...]
    agents: tuple[Group, ...]
    rules: tuple[RuleCount, ...]
    rule_names: dict[str, Message]
    worst: tuple[CallDetail, ...]
    best: tuple[CallDetail, ...]
    detail: tuple[CallDetail, ...]
    notes: tuple[Message, ...]

    @property
    def calls(self) -> int:
        """How many calls the week had."""
        return self.total.calls

    def rule_name(self, rule: str) -> Message:
        """A rule's name; its id when the rulebook no longer has it."""
        return self.rule_names.get(rule, Message(rule, rule))


def weekly_summary(
    store: Path, week: str | Week, timezone: str = "Asia/Shanghai", *, now: float | None = None, rulebook: Path | None = None,
    scope: Scope = ALL, company: Sequence[str] = (),
) -> WeeklySummary:  # fmt: skip
    """The summary of an ISO week such as "2026-W47", Monday 00:00 to Sunday 24:00 in `timezone` (IANA name). A call belongs to the
    day it started. A week without calls, or still to come, gives an empty summary whose notes say so. Raises UserError on a bad
    week. now: UTC epoch seconds, the present when None. rulebook: the settings' one, whose rules' names hold while the store has
    adopted none; None: the one that ships. scope: whose calls the reader may see. company: as settings know its names."""
    week = week if isinstance(week, Week) else Week.parse(week)
    now = time.time() if now is None else now
    zone = ZoneInfo(timezone)
    form = Forms(store).current()
    CorrectedResults(store, JudgeBy(str(rulebook or ""), tuple(company))).renew_due()
    detail = tuple(_detail(store, form, week, timezone, scope))
    worst, best = _extremes(detail)
    return WeeklySummary(
        week=week, timezone=timezone, generated_at=now, form=form, total=figures(detail), days=_days(detail, week, zone),
        teams=_teams(detail), agents=_agents(detail), rules=rule_counts(detail), rule_names=rule_names(store, rulebook),
        worst=worst, best=best, detail=detail, notes=tuple(_notes(detail, week, datetime.fromtimestamp(now, zone).date())),
    )  # fmt: skip


def local_start(detail: CallDetail, zone: ZoneInfo) -> datetime:
    """When a call started, on the wall clock of `zone`."""
    return datetime.fromtimestamp(detail.row.started_at, zone)


def _detail(store: Path, form: Form, week: Week, timezone: str, scope: Scope) -> Iterator[CallDetail]:
    views, cursor = Views(store, timezone), None
    wanted = CallFilter(since=week.first, until=week.last, scope=scope)
    while True:
        page = views.list_calls(wanted, cursor, 1000, "oldest")
        scores = machine_scores(store, form, [row.id for row in page.rows])
        # A call that is still on counts when it is over, as in the daily detail (quality.figures).
        yield from (CallDetail(row, scores.get(row.id)) for row in page.rows if row.state != "recording")
        cursor = page.next_cursor
        if cursor is None:
            return


def _days(detail: Sequence[CallDetail], week: Week, zone: ZoneInfo) -> tuple[Group, ...]:
    by_day = grouped(detail, lambda d: local_start(d, zone).date())
    return tuple(Group(day.isoformat(), day.isoformat(), "", figures(by_day.get(day, []))) for day in week.days)


def _teams(detail: Sequence[CallDetail]) -> tuple[Group, ...]:
    teams = grouped(detail, lambda d: d.row.team)
    return tuple(Group(team, team, team, figures(teams[team])) for team in sorted(teams, key=_unknown_last))


def _agents(detail: Sequence[CallDetail]) -> tuple[Group, ...]:
    agents = grouped(detail, lambda d: d.row.agent_id or "")
    return tuple(
        Group(agent, agents[agent][-1].row.agent_name, agents[agent][-1].row.team, figures(agents[agent]))
        for agent in sorted(agents, key=_unknown_last)
    )  # fmt: skip


def _unknown_last(key: str) -> tuple[bool, str]:
    return (not key, key)


def _extremes(detail: Sequence[CallDetail]) -> tuple[tuple[CallDetail, ...], tuple[CallDetail, ...]]:
    """The worst and the best calls. Worst are calls that lost points, best are calls long enough to have had a chance to; no call
    is both."""
    scored = sorted(
        ((d.mean_score, d) for d in detail if d.mean_score is not None), key=lambda pair: (pair[0], -pair[1].row.started_at)
    )
    worst = [d for score, d in scored if score < 100][:SHOWN]
    fit = [(score, d) for score, d in scored if (d.row.duration_s or 0.0) >= SHORTEST_BEST_S and d not in worst]
    best = sorted(fit, key=lambda pair: (-pair[0], -pair[1].row.started_at))[:SHOWN]
    return tuple(worst), tuple(d for _, d in best)


def _notes(detail: Sequence[CallDetail], week: Week, today: date) -> Iterator[Message]:
    if week.first > today:
        yield Message(
            f"Week {week.name} has not begun (it is {today}): nothing is recorded yet.",
            f"{week.name} 周尚未开始（今天是 {today}），没有录音。",
        )
        return
    if week.last >= today:
        so_far = min(today, week.last)
        yield Message(
            f"The week is not over: figures up to {so_far}, when this was made.", f"本周尚未结束：数据截至生成之时（{so_far}）。"
        )
    if not detail:
        yield Message(f"No calls were recorded in week {week.name}.", f"{week.name} 周没有通话记录。")
        return
    waiting = sum(d.row.analysis.state in ("waiting", "failed", "put_off") for d in detail)
    parked = sum(d.row.analysis.state == "parked" for d in detail)
    if waiting:
        yield Message(
            f"{waiting} calls are still to be analysed; scores and rules leave them out.",
            f"{waiting} 通通话尚待分析，分数和规则未计入。",
        )
    if parked:
        yield Message(
            f"The analysis of {parked} calls was given up; scores and rules leave them out.",
            f"{parked} 通通话分析失败，分数和规则未计入。",
        )
    if not any(d.row.review for d in detail):
        yield Message(
            "No call of this week was reviewed: form score and pass rate are not known.", "本周没有人工评审：表单分和合格率未知。"
        )
