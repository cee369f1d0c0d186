"""The daily detail: every figure's parts by day, group and agent. Pages, reports and files add up from these rows and nothing else,
so that all their totals agree to the last call."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.figures.book import Rules
from quality.figures.callsums import CallRows, Key, call_rows
from quality.figures.staffsums import add_staff
from quality.figures.sums import Sums, total
from quality.figures.tables import StaffTables, read_tables
from quality.store import reading
from recorder.times import from_text


@dataclass(frozen=True, slots=True)
class DetailRow:
    """What one agent of one group did on one local day. team, agent: "" where the box does not know; what reached nobody at all
    (busy, given up in the queue) has neither."""

    day: date
    team: str
    agent: str
    sums: Sums


@dataclass(frozen=True)
class DailyDetail:
    """first, last: the local days asked for, both included. rows: by day, group, agent; days without anything have none.
    known_from, known_until: the days of which the box can say anything, None for an empty store. names: of agents, by id."""

    first: date
    last: date
    timezone: str
    rules: Rules
    rows: tuple[DetailRow, ...]
    known_from: date | None
    known_until: date | None
    names: dict[str, str]

    def of(self, first: date, last: date) -> tuple[DetailRow, ...]:
        """The rows of these days."""
        return tuple(row for row in self.rows if first <= row.day <= last)

    @cached_property
    def total(self) -> Sums:
        """All of it added up."""
        return total(row.sums for row in self.rows)

    def covers(self, first: date, last: date) -> bool:
        """Whether these days are over and the box was there on all of them, so that their numbers of calls can be compared."""
        return bool(self.known_from and self.known_until and self.known_from <= first and last < self.known_until)

    def knows(self, first: date, last: date) -> bool:
        """Whether the box was there on at least one of these days."""
        return bool(self.known_from and self.known_until and first <= self.known_until and last >= self.known_from)


def daily_detail(
    store: Path, first: date, last: date, timezone: str, *, rules: Rules | None = None, now: float | None = None,
    counted: CallRows | None = None,
) -> DailyDetail:  # fmt: skip
    """The detail of the local days first to last in `timezone` (IANA name); a call belongs to the day it began. now: UTC epoch
    seconds, the present when None: days to come have no rows, and a call is settled at once only when `rules.repeat_days` are
    over. rules: None: those that ship. counted: what the calls of these days give, where that is known (quality.figures.kept).
    Raises UserError when the databases cannot be read."""
    rules, now = rules or Rules(), time.time() if now is None else now
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now, zone).date()
    days = [first + timedelta(days=n) for n in range((min(last, today) - first).days + 1)]
    with reading(store) as connection:
        found = call_rows(connection, days, zone, rules, now) if counted is None else counted
        tables = read_tables(connection, first, min(last, today))
        known_from = _first_day(connection, zone)
        names = _names(connection, tables)
    merged = add_staff(found, tables, days)
    return DailyDetail(first, last, timezone, rules, _sorted(merged), known_from, today if known_from else None, names)


def _sorted(merged: dict[Key, Sums]) -> tuple[DetailRow, ...]:
    return tuple(DetailRow(date.fromisoformat(key[0]), key[1], key[2], merged[key]) for key in sorted(merged))


def _first_day(connection: sqlite3.Connection, zone: ZoneInfo) -> date | None:
    text = connection.execute("SELECT min(started_at) FROM calls.calls").fetchone()[0]
    return datetime.fromtimestamp(from_text(text), zone).date() if text else None


def _names(connection: sqlite3.Connection, tables: StaffTables) -> dict[str, str]:
    called = {row["id"]: row["name"] for row in connection.execute("SELECT id, name FROM calls.agents")}
    return {person.number: person.name for person in tables.people} | called
