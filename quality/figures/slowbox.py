"""A box as plain lists of calls, records and tables: what the slow figures (quality.figures.slow) are worked out from."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from quality.store import reading
from recorder.times import from_text


@dataclass(frozen=True)
class PlainCall:
    """One call as figures see it. Times are seconds. ring, queue: None when not known."""

    day: date
    team: str
    agent: str
    direction: str
    answered: bool
    start: float
    end: float | None
    length: float | None
    ring: float | None
    rings: int | None
    queue: float | None
    recorded: bool
    handed_on: bool
    hold: float
    number: str
    score: float | None

    @property
    def incoming(self) -> bool:
        return self.direction == "in"

    @property
    def wait(self) -> float | None:
        return None if self.ring is None else round(self.ring + (self.queue or 0.0), 3)


class PlainBox:
    """Everything of a store in lists."""

    def __init__(self, store: Path, timezone: str, now: float) -> None:
        self.zone, self.now = ZoneInfo(timezone), now
        with reading(store) as connection:
            self.people = self._all(connection, "review.people")
            self.rows_of = {name: _by(self._all(connection, f"review.{name}"), "day") for name in ("shifts", "aftercall")}
            self.costs = self._all(connection, "review.costs")
            self.records = [r for r in self._all(connection, "calls.call_records") if r["repeats"] is None]
            self.calls = self._calls(connection)
        self.contacts = self._contacts()
        self.calls_of: dict[date, list[PlainCall]] = defaultdict(list)
        for call in self.calls:
            self.calls_of[call.day].append(call)
        self.first_call = self.first_calls()
        self.today = datetime.fromtimestamp(now, self.zone).date()

    def _all(self, connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608  names of this module

    def _calls(self, connection: sqlite3.Connection) -> list[PlainCall]:
        self.rows = [row for row in self._all(connection, "calls.calls") if row["state"] != "recording"]
        records, parts = _by(self.records, "call_id"), _by(self._all(connection, "calls.parts"), "call_id")
        music = {row["call_id"]: json.loads(row["acoustics"]).get("music", []) for row in self._all(connection, "analysis.results")}
        scores: dict[str, float] = {}
        for row in sorted(self._all(connection, "review.reviews"), key=lambda r: r["version"]):
            scores[row["call_id"]] = row["total"]  # the latest stays
        found = []
        for row in sorted(self.rows, key=lambda r: (r["started_at"], r["id"])):
            key, start = row["id"], from_text(row["started_at"])
            own, pieces = records.get(key, []), parts.get(key, [])
            held = [p for p in pieces if p["kind"] in ("held", "transferred")]
            hold = (
                sum(_ms(p["frames"] / p["rate"]) for p in held) if held else sum(m["end"] - m["start"] for m in music.get(key, []))
            )
            answered = row["state"] != "unanswered"
            found.append(PlainCall(
                day=datetime.fromtimestamp(start, self.zone).date(), team=row["team"], agent=row["agent_id"] or "",
                direction=row["direction"], answered=answered, start=start,
                end=from_text(row["ended_at"]) if row["ended_at"] else None, length=row["duration_s"],
                ring=row["ring_s"] if row["ring_s"] is not None else _largest(r["ring_s"] for r in own), rings=row["ring_count"],
                queue=_largest(r["queue_s"] for r in own), recorded=bool(own),
                handed_on=any(r["condition"] == "transfer" for r in own) or any(p["kind"] == "transferred" for p in pieces),
                hold=min(hold, row["duration_s"]) if answered and row["duration_s"] is not None else 0.0,
                number=row["caller_number"], score=scores.get(key),
            ))  # fmt: skip
        return found

    def first_calls(self) -> dict[tuple[date, str], PlainCall]:
        """Each agent's first call of each day."""
        found: dict[tuple[date, str], PlainCall] = {}
        for call in self.calls:
            found.setdefault((call.day, call.agent), call)
        return found

    def _contacts(self) -> dict[str, list[float]]:
        """When each number was on the line, whoever called."""
        found: dict[str, list[float]] = defaultdict(list)
        for row in self.rows:
            number = {"in": row["caller_number"], "out": row["called_number"]}.get(row["direction"], "")
            found[number].append(from_text(row["started_at"]))
        return found

    def record_day(self, record: dict[str, Any]) -> date:
        """The local day of a PBX record."""
        return datetime.fromtimestamp(from_text(record["started_at"]), self.zone).date()


def _ms(seconds: float) -> float:
    """To the millisecond, as the house keeps times; halves go up."""
    return math.floor(seconds * 1000 + 0.5) / 1000


def _by(rows: Iterable[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
