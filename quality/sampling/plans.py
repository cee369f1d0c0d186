"""The listening plans of one box (监听计划表): made in the evening, kept, and followed through the month."""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from hw.messages import Message, UserError
from quality.access.users import User, Users
from quality.calls.filter import day_start
from quality.changes import record
from quality.reviewing.assignments import Given, insert, reason_name
from quality.sampling.draw import Pick, Tally
from quality.sampling.planner import Day, History, plan, previous_days
from quality.sampling.rules import SamplingRules
from quality.sampling.rulestore import RuleStore
from quality.staff.people import People
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import to_text

STRATEGY = Message("random and stratified, with flagged calls", "随机 + 分层 + 机器标记")


@dataclass(frozen=True)
class PlanSheet:
    """One inspector's plan of a day. focus: the reasons that come up most. goal: calls; measure: what counts as done; outcome:
    done so far. live: agents to be heard live because they are new."""

    id: str
    day: date
    inspector: str
    strategy: Message
    focus: tuple[Message, ...]
    goal: int
    given: int
    done: int
    hours: float
    rules: int
    seed: int
    live: tuple[str, ...]

    @property
    def measure(self) -> Message:
        """What counts."""
        return Message("reviews submitted on the form of the day", "按当日评分表提交的评审数")


@dataclass(frozen=True)
class Made:
    """What a planning came to. short: calls a day's duty asks for and nobody has the hours to hear."""

    sheets: tuple[PlanSheet, ...]
    short: int


class Plans:
    """Makes and shows plans. timezone: IANA; days are local."""

    def __init__(self, store: Path, timezone: str) -> None:
        self._store, self._zone = store, ZoneInfo(timezone)

    def make(self, day: date, by: str, seed: int | None = None, hours: Mapping[str, float] | None = None) -> Made:
        """Plan a day's calls for every inspector (or those of `hours`: listening hours by inspector id), and give the calls out.
        seed: the same one gives the same picks on the same data; None: one from the day. Raises UserError when the day is planned
        already, when nobody inspects, or on a day without calls."""
        version, rules = RuleStore(self._store).current()
        inspectors = {u.id: u for u in Users(self._store).list() if u.role == "inspector" and not u.disabled}
        listening = dict(hours) if hours is not None else dict.fromkeys(inspectors, rules.hours)
        self._check(day, listening, inspectors)
        seed = day.toordinal() if seed is None else seed
        with writing(self._store):
            pass  # bring review.db up to date before it is read
        with reading(self._store) as connection:
            people = {person.number: person for person in People(self._store).list("agent")}
            history = past_plans(connection, day, self._zone)
            made, picks = plan(
                connection, rules, day, self._zone, people=people, hours=listening, history=history, seed=seed
            )  # fmt: skip
        if not made.calls:
            raise UserError(f"There are no calls of {day} to choose from.", f"{day} 没有可供抽样的通话。")
        self._keep(_Draft(made, listening, version, seed, inspectors), picks, by)
        return Made(tuple(self.sheets(day)), made.needed - made.target)

    def sheets(self, day: date) -> list[PlanSheet]:
        """The plans of a day, by inspector."""
        sql = """SELECT p.*, u.name AS inspector FROM review.sampling_plans p JOIN review.users u ON u.id = p.inspector_id
            WHERE p.day = ? ORDER BY u.name"""
        with reading(self._store) as connection:
            return [_sheet(connection, row) for row in connection.execute(sql, (day.isoformat(),)).fetchall()]

    def _check(self, day: date, listening: Mapping[str, float], inspectors: Mapping[str, User]) -> None:
        if not listening:
            raise UserError("There is no inspector to plan for.", "没有可安排的质检员。")
        unknown = [i for i in listening if i not in inspectors]
        if unknown:
            raise UserError(f"Unknown inspector {unknown[0]}.", f"未知质检员 {unknown[0]}。")
        if self.sheets(day):
            raise UserError(f"{day} is planned already.", f"{day} 的计划已生成。")

    def _keep(self, draft: _Draft, picks: Mapping[str, Sequence[Pick]], by: str) -> None:
        with writing(self._store) as database:
            for inspector, own in picks.items():
                _write_plan(database, draft, inspector, own, by)


@dataclass(frozen=True)
class _Draft:
    """A planning that is about to be kept."""

    made: Day
    hours: Mapping[str, float]
    rules: int
    seed: int
    inspectors: Mapping[str, User]

    @property
    def new(self) -> set[str]:
        """Agents to be heard live."""
        return {a.number for a in self.made.agents if a.strata["tenure"] == "under_3_months"}


def _write_plan(database: Database, draft: _Draft, inspector: str, own: Sequence[Pick], by: str) -> None:
    day, key = draft.made.day.isoformat(), new_id(time.time())
    if database.execute("SELECT 1 FROM sampling_plans WHERE day = ? AND inspector_id = ?", (day, inspector)).fetchone():
        raise UserError(f"{day} is planned already.", f"{day} 的计划已生成。")
    database.table("sampling_plans").insert({
        "id": key, "day": day, "inspector_id": inspector, "rules": draft.rules, "seed": draft.seed, "target": len(own),
        "hours": draft.hours[inspector], "made_at": to_text(time.time()), "made_by": by,
    })  # fmt: skip
    for pick in own:
        live = pick.call.agent in draft.new
        detail = {"strata": dict(pick.call.strata), "kind": pick.kind, "place": pick.place, "day": day, "live": live}
        insert(database, Given(pick.call.call_id, inspector, pick.call.agent, pick.reason, detail, key), by)
    record(database, by, "plan.make", day, {"inspector": draft.inspectors[inspector].name, "calls": len(own)})


_TAKEN = "SELECT call_id FROM review.assignments WHERE returned_at IS NULL UNION SELECT call_id FROM review.reviews"


def past_plans(connection: sqlite3.Connection, day: date, zone: ZoneInfo) -> History:
    """What the kept plans tell: this month's picks by agent, two months' strata, the last reasons, every call taken."""
    history = History(Tally())
    began, before = day.replace(day=1), (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    rows = connection.execute(
        """SELECT a.call_id, a.agent_id, a.inspector_id, a.reason, a.detail FROM review.assignments a
        WHERE a.plan_id IS NOT NULL AND a.returned_at IS NULL ORDER BY a.assigned_at, a.rowid"""
    ).fetchall()
    details = [(row, json.loads(row["detail"])) for row in rows]
    for row, detail in sorted(details, key=lambda pair: (pair[1]["day"], pair[1]["place"])):
        planned = date.fromisoformat(detail["day"])
        history.tally.last[row["agent_id"]] = row["reason"]
        if planned >= before:
            history.tally.kinds[detail["kind"]] += 1
            for dimension, stratum in detail["strata"].items():
                history.tally.strata[dimension][stratum] += 1
        if planned >= began:
            history.pairs[row["inspector_id"], row["agent_id"]] += 1
    history.taken = {row[0] for row in connection.execute(_TAKEN)}
    month = f"SELECT agent_id, count(*) FROM calls.calls WHERE id IN ({_TAKEN}) AND started_at >= ? GROUP BY agent_id"  # noqa: S608
    history.tally.agents.update({agent: n for agent, n in connection.execute(month, (day_start(began, zone),)) if agent})
    previous_days(history.worked, connection, day, zone)
    return history


def _sheet(connection: sqlite3.Connection, row: sqlite3.Row) -> PlanSheet:
    given = connection.execute("SELECT * FROM review.assignments WHERE plan_id = ? ORDER BY rowid", (row["id"],)).fetchall()
    reasons = Counter(g["reason"].partition(".")[0] for g in given)
    live = sorted({g["agent_id"] for g in given if json.loads(g["detail"]).get("live")})
    return PlanSheet(
        row["id"], date.fromisoformat(row["day"]), row["inspector"], STRATEGY,
        tuple(reason_name(reason) for reason, _ in reasons.most_common(3)), row["target"],
        sum(g["returned_at"] is None for g in given), sum(g["submitted_at"] is not None for g in given), row["hours"], row["rules"],
        row["seed"], tuple(live),
    )  # fmt: skip


@dataclass(frozen=True)
class DutyLine:
    """An agent's month. calls: with a talk; duty: reviews owed; given: assignments; done: calls of the month that were reviewed."""

    agent: str
    name: str
    team: str
    calls: int
    duty: int
    given: int
    done: int

    @property
    def left(self) -> int:
        """Reviews still owed."""
        return max(0, self.duty - self.done)


_DUTY = """
SELECT c.agent_id, max(coalesce(a.name, '')) AS name, c.team, count(*) AS calls, sum(c.duration_s >= ?) AS eligible,
    sum(EXISTS (SELECT 1 FROM review.assignments g WHERE g.call_id = c.id AND g.returned_at IS NULL)) AS given,
    sum(EXISTS (SELECT 1 FROM review.reviews r WHERE r.call_id = c.id)) AS done
FROM calls.calls c LEFT JOIN calls.agents a ON a.id = c.agent_id
WHERE c.started_at >= ? AND c.started_at < ? AND c.agent_id IS NOT NULL AND c.duration_s IS NOT NULL
GROUP BY c.agent_id ORDER BY c.agent_id
"""


def duty_progress(store: Path, month: date, timezone: str) -> list[DutyLine]:
    """How far every agent's monthly duty (3 %, 30 calls) is met by reviews, in the month `month` is in. Empty for a month without
    calls."""
    zone, rules = ZoneInfo(timezone), RuleStore(store).current()[1]
    first = month.replace(day=1)
    bounds = (rules.shortest_s, day_start(first, zone), day_start((first + timedelta(days=32)).replace(day=1), zone))
    with reading(store) as connection:
        return [_line(rules, row) for row in connection.execute(_DUTY, bounds)]


def _line(rules: SamplingRules, row: sqlite3.Row) -> DutyLine:
    owed = min(row["eligible"], max(rules.min_calls, math.ceil(rules.min_share * row["calls"])))
    return DutyLine(row["agent_id"], row["name"], row["team"], row["calls"], owed, row["given"], row["done"])
