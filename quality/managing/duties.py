"""What waits to be done in the department: the numbers a manager begins the day with."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.access.scope import ALL, Scope
from quality.alerting.scope import open_alerts
from quality.calls.filter import day_start
from quality.store import reading


@dataclass(frozen=True)
class Due:
    """waiting: open ones. late: of them, over their day. next_on: the first day one has to be done by."""

    waiting: int
    late: int
    next_on: date | None = None


@dataclass(frozen=True)
class Plan:
    """Calls given out on the last planned day and how many of them are reviewed. day: None when nothing was ever planned."""

    day: date | None
    given: int
    done: int


@dataclass(frozen=True)
class Duties:
    """alerts: open ones by kind. needs: trainings that are needed or planned. month_given, month_done: calls given out this month,
    and those of them that are reviewed."""

    appeals: Due
    coaching: Due
    calibrations: Due
    needs: int
    alerts: dict[str, int]
    plan: Plan
    month_given: int
    month_done: int


def duties(store: Path, timezone: str, scope: Scope = ALL, today: date | None = None) -> Duties:
    """Of the calls and agents somebody may see. today: local; the present when None."""
    zone = ZoneInfo(timezone)
    day = today or datetime.now(zone).date()
    call, values = scope.where("c")
    begun = day_start(day.replace(day=1), zone)
    with reading(store) as connection:
        agents = None if scope.everything else _agents(store, scope)
        return Duties(
            appeals=_due(connection, f"review.appeals t JOIN calls.calls c ON c.id = t.call_id WHERE t.state = 'open' AND {call}",
                         "decide_by", day, values),
            coaching=_of_agents(connection, "review.coaching t", "t.state = 'open'", day, agents),
            calibrations=_due(
                connection, f"review.calibrations t JOIN calls.calls c ON c.id = t.call_id WHERE t.closed_at IS NULL AND {call}",
                "due_on", day, values,
            ),
            needs=_needs(connection, scope), alerts=open_alerts(store, connection, scope), plan=_plan(connection),
            month_given=_given(connection, begun, call, values), month_done=_given(connection, begun, call, values, done=True),
        )  # fmt: skip


def _due(connection: sqlite3.Connection, source: str, column: str, today: date, values: tuple[object, ...] = ()) -> Due:
    sql = f"SELECT count(*), coalesce(sum(t.{column} < ?), 0), min(t.{column}) FROM {source}"  # noqa: S608  names of ours
    waiting, late, first = connection.execute(sql, (today.isoformat(), *values)).fetchone()
    return Due(waiting, late, date.fromisoformat(first) if first else None)


def _of_agents(connection: sqlite3.Connection, table: str, where: str, today: date, agents: str | None) -> Due:
    if agents is None:
        return _due(connection, f"{table} WHERE {where}", "due_on", today)
    source = f"{table} WHERE {where} AND t.agent_id IN (SELECT value FROM json_each(?))"  # noqa: S608
    return _due(connection, source, "due_on", today, (agents,))


def _agents(store: Path, scope: Scope) -> str:
    return json.dumps(sorted(scope.agents(store)))


def _needs(connection: sqlite3.Connection, scope: Scope) -> int:
    rows = connection.execute("SELECT team FROM review.trainings WHERE state IN ('needed', 'planned')")
    return sum(scope.sees_group(row["team"]) for row in rows)


def _plan(connection: sqlite3.Connection) -> Plan:
    day = connection.execute("SELECT max(day) FROM review.sampling_plans").fetchone()[0]
    if day is None:
        return Plan(None, 0, 0)
    sql = """SELECT count(*), count(a.submitted_at) FROM review.sampling_plans p JOIN review.assignments a ON a.plan_id = p.id
        WHERE p.day = ? AND a.returned_at IS NULL"""
    given, done = connection.execute(sql, (day,)).fetchone()
    return Plan(date.fromisoformat(day), given, done)


def _given(connection: sqlite3.Connection, since: str, call: str, values: tuple[object, ...], done: bool = False) -> int:
    sql = f"""SELECT count(*) FROM review.assignments a JOIN calls.calls c ON c.id = a.call_id
        WHERE a.assigned_at >= ? AND a.returned_at IS NULL AND {call}"""  # noqa: S608
    more = " AND a.submitted_at IS NOT NULL" if done else ""
    return int(connection.execute(sql + more, (since, *values)).fetchone()[0])
