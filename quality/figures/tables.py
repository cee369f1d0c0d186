"""What only people know, as the daily detail needs it: shifts, after-call work, costs, who is in service."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Shift:
    """One agent's planned shift of a day. planned_ms: time planned on the telephone. signed_ms: signed in to it, None when nobody
    noted it. worked: whether they came, None when nobody noted it."""

    day: date
    agent: str
    planned_ms: int
    signed_ms: int | None = None
    worked: bool | None = None


@dataclass(frozen=True)
class AfterCall:
    """One agent's after-call work of a day: calls, and milliseconds in all."""

    day: date
    agent: str
    calls: int
    ms: int


@dataclass(frozen=True)
class Cost:
    """What was spent from first to last, both included. team: the group it is booked to, "" for the centre as a whole. fen:
    hundredths of a yuan."""

    first: date
    last: date
    team: str
    kind: str
    fen: int

    def share(self, day: date) -> int:
        """Fen of one day: the same each day, odd ones spread so that the days add up to the whole."""
        days, place = (self.last - self.first).days + 1, (day - self.first).days
        return self.fen * (place + 1) // days - self.fen * place // days


@dataclass(frozen=True)
class Service:
    """An agent of the book of people and when they were in service; None: open."""

    number: str
    name: str
    team: str
    hired_on: date | None
    left_on: date | None

    def on(self, day: date) -> bool:
        """Whether in service on that day."""
        return (self.hired_on is None or self.hired_on <= day) and (self.left_on is None or day <= self.left_on)


@dataclass(frozen=True)
class StaffTables:
    """Everything that touches some days."""

    shifts: tuple[Shift, ...]
    aftercall: tuple[AfterCall, ...]
    costs: tuple[Cost, ...]
    people: tuple[Service, ...]


def read_tables(connection: sqlite3.Connection, first: date, last: date) -> StaffTables:
    """The tables' rows of the days first to last."""
    between = (first.isoformat(), last.isoformat())
    shifts = connection.execute("SELECT * FROM review.shifts WHERE day BETWEEN ? AND ? ORDER BY day, number", between)
    aftercall = connection.execute("SELECT * FROM review.aftercall WHERE day BETWEEN ? AND ? ORDER BY day, number", between)
    costs = connection.execute("SELECT * FROM review.costs WHERE last >= ? AND first <= ? ORDER BY first, team, kind", between)
    people = connection.execute("SELECT * FROM review.people WHERE role = 'agent' ORDER BY number")
    return StaffTables(
        tuple(_shift(row) for row in shifts),
        tuple(AfterCall(date.fromisoformat(r["day"]), r["number"], r["calls"], r["ms"]) for r in aftercall),
        tuple(Cost(date.fromisoformat(r["first"]), date.fromisoformat(r["last"]), r["team"], r["kind"], r["fen"]) for r in costs),
        tuple(Service(r["number"], r["name"], r["team"], _day(r["hired_on"]), _day(r["left_on"])) for r in people),
    )  # fmt: skip


def days_of(first: date, last: date) -> Iterator[date]:
    """Every day, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _shift(row: sqlite3.Row) -> Shift:
    worked = None if row["worked"] is None else bool(row["worked"])
    return Shift(date.fromisoformat(row["day"]), row["number"], row["planned_ms"], row["signed_ms"], worked)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
