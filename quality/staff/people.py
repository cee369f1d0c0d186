"""The book of people: agents with their groups and seats, inspectors, supervisors, trainers.

review.db owns it; calls.db's agents and assignments come from the settings, which only the recorder reads. So that the recorder
knows who sat where, `quality.staff.peopleseats` writes the agents as a drop-in of the settings, and the recorder takes it up when
it starts. A call keeps the agent and the group of its time: changing the book changes no call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hw.messages import Message
from quality.changes import record
from quality.differences import as_detail, differences
from quality.store import reading, writing

POSTS = {
    "agent": Message("agent", "座席"),
    "inspector": Message("inspector", "质检员"),
    "supervisor": Message("supervisor", "主管"),
    "trainer": Message("trainer", "培训师"),
}
ALWAYS, FOREVER = "", "9999-12-31"


@dataclass(frozen=True)
class Seat:
    """Where an agent sat: a line or an extension, the other empty. since, until: local "2026-08-01" or "2026-08-01 08:30"; until is
    not included; empty: always, still."""

    line: str = ""
    extension: str = ""
    since: str = ""
    until: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """("line", name) or ("extension", number)."""
        return ("line", self.line) if self.line else ("extension", self.extension)

    def overlaps(self, other: Seat) -> bool:
        """Whether both are the same place at some time."""
        return self.place == other.place and _before(self.since, other.until) and _before(other.since, self.until)


@dataclass(frozen=True)
class Person:
    """number: 工号. role: one of POSTS. left_on: their last day, None while they work here."""

    number: str
    name: str
    role: str = "agent"
    team: str = ""
    hired_on: date | None = None
    left_on: date | None = None
    seats: tuple[Seat, ...] = ()

    def months_on(self, day: date) -> float | None:
        """Months of service (of 30.44 days), None when the hire date is not known."""
        return None if self.hired_on is None else (day - self.hired_on).days / 30.44


class People:
    """The book of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def list(self, role: str | None = None) -> list[Person]:
        """Everybody, by number; of one role if given."""
        with reading(self._store) as connection:
            seats: dict[str, list[Seat]] = {}
            for row in connection.execute("SELECT * FROM review.seats ORDER BY since, line, extension"):
                seats.setdefault(row["number"], []).append(Seat(row["line"], row["extension"], row["since"], row["until"]))
            rows = connection.execute("SELECT * FROM review.people ORDER BY number").fetchall()
        return [_person(row, seats.get(row["number"], ())) for row in rows if role in (None, row["role"])]

    def get(self, number: str) -> Person | None:
        """The person of that number."""
        return next((person for person in self.list() if person.number == number), None)

    def save(self, people: Iterable[Person], by: str) -> tuple[int, int]:
        """Keep these people, each with all their seats; others stay as they are. How many were new and how many changed. What may
        not be kept is refused by `quality.staff.peoplecsv.check`, before."""
        before = {person.number: person for person in self.list()}
        changed = [person for person in people if before.get(person.number) != person]
        with writing(self._store) as database:
            for person in changed:
                _write(database, person)
                old = before.get(person.number)
                record(database, by, "people.change" if old else "people.add", person.number, _detail(old, person))
        new = sum(person.number not in before for person in changed)
        return new, len(changed) - new


def clash(seats: Sequence[tuple[str, Seat]]) -> Iterable[tuple[int, int]]:
    """Pairs of places in the list, first and second, that are the same seat at some time."""
    by_place: dict[tuple[str, str], list[int]] = {}
    for index, (_, seat) in enumerate(seats):
        others = by_place.setdefault(seat.place, [])
        yield from ((other, index) for other in others if seats[other][1].overlaps(seat))
        others.append(index)


def _before(since: str, until: str) -> bool:
    return (since or ALWAYS) < (until or FOREVER)


def _person(row: sqlite3.Row, seats: Sequence[Seat]) -> Person:
    hired, left = (date.fromisoformat(row[name]) if row[name] else None for name in ("hired_on", "left_on"))
    return Person(row["number"], row["name"], row["role"], row["team"], hired, left, tuple(seats))


def _write(database: Database, person: Person) -> None:
    row = {"number": person.number, "name": person.name, "role": person.role, "team": person.team}
    dates = {name: day.isoformat() if day else None for name, day in (("hired_on", person.hired_on), ("left_on", person.left_on))}
    database.table("people").upsert(row | dates, pk="number")
    database.execute("DELETE FROM seats WHERE number = ?", (person.number,))
    for seat in person.seats:
        database.table("seats").insert({"number": person.number, **asdict(seat)})


def _detail(old: Person | None, new: Person) -> dict[str, object]:
    before, after = as_row(old) if old else None, as_row(new)
    return {"before": before, "after": after, "differences": as_detail(differences(before or {}, after))}


def as_row(person: Person) -> dict[str, Any]:
    """A person as plain data, for the log and for telling whether somebody has changed them meanwhile."""
    days = {name: day.isoformat() if day else None for name, day in (("hired_on", person.hired_on), ("left_on", person.left_on))}
    return {**asdict(person), **days, "seats": [asdict(seat) for seat in person.seats]}


def of_row(row: Mapping[str, Any]) -> Person:
    """Back from there."""
    hired, left = (date.fromisoformat(row[name]) if row[name] else None for name in ("hired_on", "left_on"))
    seats = tuple(Seat(**seat) for seat in row["seats"])
    return Person(row["number"], row["name"], row["role"], row["team"], hired, left, seats)
