"""Mystery calls (内部拨测): planned, found among the recorded calls by the number they came from, judged on a sheet. For coaching,
not for pay."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from hw.messages import UserError
from quality.access.roles import STAFF, require
from quality.access.users import User
from quality.calls.filter import day_start
from quality.changes import record
from quality.mystery.plan import Means, plan_dials
from quality.mystery.questions import Questions
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

FOUND_WITHIN_S = 2 * 3600.0  # seconds between the planned time and the call
MISSED_AFTER_S = 24 * 3600.0  # seconds after which a planned call nobody made is missed


@dataclass(frozen=True)
class MysteryCall:
    """agent_id: whom it was meant for; taken_by: who took it, once the call is found. correct: whether the answer was right. score:
    0–100. sheet: whatever else the caller noted. planned_at: UTC epoch seconds."""

    id: str
    planned_at: float
    agent_id: str
    question_id: str
    caller_number: str
    state: str
    call_id: str | None
    taken_by: str | None
    correct: bool | None
    score: float | None
    sheet: dict[str, Any]
    judged_by: str | None


@dataclass(frozen=True)
class MysteryFigures:
    """planned: all; made: found among the recorded calls; shares 0–1 and mean score 0–100 of the judged ones, None without any."""

    planned: int
    made: int
    missed: int
    judged: int
    correct: float | None
    score: float | None
    by_topic: dict[str, float]
    by_agent: dict[str, float]


class MysteryCalls:
    """The mystery calls of one box. timezone: IANA."""

    def __init__(self, store: Path, timezone: str) -> None:
        self._store, self._zone = store, ZoneInfo(timezone)

    def plan(self, first: date, means: Means, user: User, *, days: int = 7, count: int = 200, seed: int = 0) -> list[MysteryCall]:
        """Plan `count` calls from a local day on. means.questions: ids; only approved ones may be asked. Raises UserError when the
        days are planned already or the means do not do."""
        require(user, STAFF)
        approved = {question.id for question in Questions(self._store).list("approved")}
        usable = Means(means.agents, [q for q in means.questions if q in approved], means.numbers, means.hours, means.peak_hours)
        dials = plan_dials(usable, first, days, count, zone=self._zone, seed=seed)
        if self.between(first, first + timedelta(days=days - 1)):
            raise UserError("Mystery calls of these days are planned already.", "这些日期的拨测计划已生成。")
        with writing(self._store) as database:
            for dial in dials:
                database.table("mystery_calls").insert({
                    "id": new_id(time.time()), "planned_at": to_text(dial.at), "agent_id": dial.agent, "question_id": dial.question,
                    "caller_number": dial.number, "state": "planned",
                })  # fmt: skip
            record(database, user.name, "mystery.plan", first.isoformat(), {"calls": len(dials), "seed": seed})
        return self.between(first, first + timedelta(days=days - 1))

    def between(self, first: date, last: date) -> list[MysteryCall]:
        """Planned for these local days, in order of time."""
        sql = """SELECT m.*, c.agent_id AS taken_by FROM review.mystery_calls m LEFT JOIN calls.calls c ON c.id = m.call_id
            WHERE m.planned_at >= ? AND m.planned_at < ? ORDER BY m.planned_at"""
        bounds = (day_start(first, self._zone), day_start(last + timedelta(days=1), self._zone))
        with reading(self._store) as connection:
            return [_call(row) for row in connection.execute(sql, bounds)]

    def get(self, key: str) -> MysteryCall:
        """Raises UserError when there is none."""
        sql = """SELECT m.*, c.agent_id AS taken_by FROM review.mystery_calls m LEFT JOIN calls.calls c ON c.id = m.call_id
            WHERE m.id = ?"""
        with reading(self._store) as connection:
            row = connection.execute(sql, (key,)).fetchone()
        if row is None:
            raise UserError("There is no such mystery call.", "没有此拨测。")
        return _call(row)

    def link(self, now: float) -> tuple[int, int]:
        """Find planned calls among the recorded ones, by the number they came from and the time; a day later what was not made is
        missed. How many were found, and how many are missed now."""
        sql = "SELECT * FROM review.mystery_calls WHERE state = 'planned' AND planned_at <= ? ORDER BY planned_at"
        with reading(self._store) as connection:
            rows = connection.execute(sql, (to_text(now + FOUND_WITHIN_S),)).fetchall()
            taken = {row[0] for row in connection.execute("SELECT call_id FROM review.mystery_calls WHERE call_id IS NOT NULL")}
            found = {}
            for row in rows:
                call_id = _nearest(connection, row, taken)
                if call_id:
                    found[row["id"]] = call_id
                    taken.add(call_id)
        missed = [r["id"] for r in rows if r["id"] not in found and from_text(r["planned_at"]) < now - MISSED_AFTER_S]
        with writing(self._store) as database:
            _keep_links(database, found, missed)
        return len(found), len(missed)

    def judge(self, key: str, correct: bool, score: float, user: User, sheet: Mapping[str, object] | None = None) -> None:
        """Fill the result sheet in. Raises UserError when the call was not made, or a score is none."""
        require(user, STAFF)
        if not 0 <= score <= 100:
            raise UserError("A score is 0–100.", "分数为 0–100。")
        values = (int(correct), score, json.dumps(dict(sheet or {}), ensure_ascii=False), user.name, to_text(time.time()), key)
        with writing(self._store) as database:
            sql = """UPDATE mystery_calls SET state = 'judged', correct = ?, score = ?, sheet = ?, judged_by = ?, judged_at = ?
                WHERE id = ? AND state IN ('linked', 'judged')"""
            if not database.execute(sql, values).rowcount:
                raise UserError("This call was not made, so there is nothing to judge.", "此拨测尚未完成，无法填写结果。")
            record(database, user.name, "mystery.judge", key, {"correct": correct, "score": score})

    def figures(self, first: date, last: date, agents: Collection[str] | None = None) -> MysteryFigures:
        """Of the calls planned for these local days, for these agents alone if given. by_agent: of who took the call."""
        calls = [call for call in self.between(first, last) if agents is None or call.agent_id in agents]
        topics = {question.id: question.topic for question in Questions(self._store).list()}
        judged = [call for call in calls if call.state == "judged"]
        by_topic, by_agent = defaultdict(list), defaultdict(list)
        for call in judged:
            by_topic[topics[call.question_id]].append(float(bool(call.correct)))
            by_agent[call.taken_by or call.agent_id].append(call.score or 0.0)
        return MysteryFigures(
            len(calls), sum(c.call_id is not None for c in calls), sum(c.state == "missed" for c in calls), len(judged),
            _mean([float(bool(c.correct)) for c in judged]), _mean([c.score or 0.0 for c in judged]),
            {topic: _mean(own) or 0.0 for topic, own in sorted(by_topic.items())},
            {agent: _mean(own) or 0.0 for agent, own in sorted(by_agent.items())},
        )  # fmt: skip


def _nearest(connection: sqlite3.Connection, planned: sqlite3.Row, taken: set[str]) -> str | None:
    at = from_text(planned["planned_at"])
    sql = "SELECT id, started_at FROM calls.calls WHERE started_at BETWEEN ? AND ? AND caller_number = ? AND duration_s IS NOT NULL"
    bounds = (to_text(at - FOUND_WITHIN_S), to_text(at + FOUND_WITHIN_S), planned["caller_number"])
    near = [(abs(from_text(row[1]) - at), row[0]) for row in connection.execute(sql, bounds) if row[0] not in taken]
    return min(near)[1] if near else None


def _keep_links(database: Database, found: Mapping[str, str], missed: Sequence[str]) -> None:
    for key, call_id in found.items():
        database.execute("UPDATE mystery_calls SET state = 'linked', call_id = ? WHERE id = ?", (call_id, key))
        record(database, "callbox", "mystery.link", key, {"call": call_id})
    for key in missed:
        database.execute("UPDATE mystery_calls SET state = 'missed' WHERE id = ?", (key,))
        record(database, "callbox", "mystery.miss", key, {})


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _call(row: sqlite3.Row) -> MysteryCall:
    return MysteryCall(
        row["id"], from_text(row["planned_at"]), row["agent_id"], row["question_id"], row["caller_number"], row["state"],
        row["call_id"], row["taken_by"], None if row["correct"] is None else bool(row["correct"]), row["score"],
        json.loads(row["sheet"]), row["judged_by"],
    )  # fmt: skip
