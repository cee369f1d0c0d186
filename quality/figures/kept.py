"""The daily detail kept day by day in review.db, so that a page need not count a year's calls: what figures and faults are added up
from, exactly as `daily_detail` and `fault_rows` count it, made anew where a day's calls, analysis or reviews have changed since."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.figures.book import Rules
from quality.figures.callsums import CallRows, Key, call_rows
from quality.figures.faultrows import FaultRows, ItemRow, RuleRow, TabooRow, fault_rows, kept_forms
from quality.figures.sums import NAMES, Sums
from quality.store import reading, writing
from recorder.times import from_text, to_text

TODAY_S = 120.0
"""Seconds after which today is counted again."""
SETTLING_S = 3600.0
"""Seconds after which a day whose callers may still call again is counted again."""
RUN = 7
"""Days counted at once: they share the look at who called again."""
_MOST_CHANGES = 200_000
"""New results of calls that are looked up for their days at once; beyond it (a new rulebook over everything) all days are stale."""


@dataclass(frozen=True)
class KeptDays:
    """Of the days asked for. calls, faults: as counted. as_of: UTC epoch seconds of the oldest count that is not settled, None
    without any day. missing: days with calls that are not counted yet."""

    calls: CallRows
    faults: FaultRows
    as_of: float | None
    missing: tuple[date, ...]


class DayKeeper:
    """The kept days of one box. timezone: IANA name. rules: None: those that ship."""

    def __init__(self, store: Path, timezone: str, rules: Rules | None = None) -> None:
        self._store, self._timezone, self._rules = store, timezone, rules or Rules()
        self._zone = ZoneInfo(timezone)
        self._basis = json.dumps([1, timezone, *astuple(self._rules)])

    def look(self, now: float) -> None:
        """Find the days whose analysis or reviews have changed since the last look, and mark them."""
        with reading(self._store) as connection:
            marks = {row["name"]: row["value"] for row in connection.execute("SELECT * FROM review.kept_marks")}
            if float(marks.get("looked", 0.0)) > now - TODAY_S / 4:
                return
            ends = {name: str(connection.execute(sql).fetchone()[0] or "") for name, sql in _ENDS.items()}
            changed = [_Changed(name, marks.get(name), ends[name]) for name in _ENDS]
            days = self._days(connection, changed) if all(one.since is not None for one in changed) else ()
        with writing(self._store) as database:
            if days is None:
                database.execute("UPDATE kept_days SET stale = 1")
            else:
                database.conn.executemany("UPDATE kept_days SET stale = 1 WHERE day = ?", [(day,) for day in days])
            rows = [*ends.items(), ("looked", str(now))]
            database.conn.executemany("INSERT OR REPLACE INTO kept_marks VALUES (?, ?)", rows)

    def due(self, first: date, last: date, now: float) -> list[date]:
        """Days from first to last, both included, that have to be counted (again), the newest first; days to come never,
        nor days before the box had calls."""
        today = datetime.fromtimestamp(now, self._zone).date()
        held, begin = self._held(first, last), max(first, self._first_day() or today)
        days = [begin + timedelta(days=n) for n in range((min(last, today) - begin).days + 1)]
        return [day for day in reversed(days) if not self._good(held.get(day), day, today, now)]

    def calls_on(self, days: Iterable[date]) -> int:
        """How many calls these days have: what counting them costs."""
        sql = "SELECT count(*) FROM calls.calls WHERE started_at >= ? AND started_at < ?"
        with reading(self._store) as connection:
            return sum(connection.execute(sql, self._bounds(day, day)).fetchone()[0] for day in days)

    def keep(self, days: Iterable[date], now: float) -> None:
        """Count these days and keep them, RUN at a time."""
        for run in _runs(sorted(days)):
            documents = self._count(run, now)
            with writing(self._store) as database:
                rows = [(day, self._basis, to_text(now), calls, 0, packed) for day, (calls, packed) in documents.items()]
                database.conn.executemany("INSERT OR REPLACE INTO kept_days VALUES (?, ?, ?, ?, ?, ?)", rows)

    def read(self, first: date, last: date, now: float, faults_from: date | None = None) -> KeptDays:
        """What is kept of these days, up to today. faults_from: faults of earlier days are left out, which take most memory."""
        today = datetime.fromtimestamp(now, self._zone).date()
        sql = "SELECT day, kept_at, document FROM review.kept_days WHERE day BETWEEN ? AND ? AND basis = ? ORDER BY day"
        with reading(self._store) as connection:
            rows = connection.execute(sql, (first.isoformat(), last.isoformat(), self._basis)).fetchall()
        there = {row["day"] for row in rows}
        begin = max(first, self._first_day() or today + timedelta(days=1))
        wanted = [begin + timedelta(days=n) for n in range((min(last, today) - begin).days + 1)]
        border = (today - timedelta(days=self._settled_after)).isoformat()
        times = [from_text(row["kept_at"]) for row in rows if row["day"] >= border] or [from_text(r["kept_at"]) for r in rows[-1:]]
        calls, faults = _unpacked(self._store, rows, faults_from or first)
        return KeptDays(calls, faults, min(times, default=None), tuple(day for day in wanted if day.isoformat() not in there))

    @property
    def _settled_after(self) -> int:
        return self._rules.repeat_days + 2

    def _first_day(self) -> date | None:
        with reading(self._store) as connection:
            begun = connection.execute("SELECT min(started_at) FROM calls.calls").fetchone()[0]
        return self._day(begun) if begun else None

    def _held(self, first: date, last: date) -> dict[date, sqlite3.Row]:
        sql = "SELECT day, basis, kept_at, stale FROM review.kept_days WHERE day BETWEEN ? AND ?"
        with reading(self._store) as connection:
            rows = connection.execute(sql, (first.isoformat(), last.isoformat()))
            return {date.fromisoformat(row["day"]): row for row in rows}

    def _good(self, row: sqlite3.Row | None, day: date, today: date, now: float) -> bool:
        if row is None or row["basis"] != self._basis or row["stale"]:
            return False
        age, was = now - from_text(row["kept_at"]), self._day(row["kept_at"])
        if day == today:
            return 0 <= age < TODAY_S
        settled = was > day + timedelta(days=self._settled_after)
        return settled or (was > day and 0 <= age < SETTLING_S)

    def _count(self, run: Sequence[date], now: float) -> dict[str, tuple[int, bytes]]:
        with reading(self._store) as connection:
            found = call_rows(connection, run, self._zone, self._rules, now)
        faults = fault_rows(self._store, run[0], run[-1], self._timezone).by("day")
        return {day.isoformat(): _packed(day.isoformat(), found, faults.get(day)) for day in run}

    def _days(self, connection: sqlite3.Connection, changed: Sequence[_Changed]) -> set[str] | None:
        """Local days of the calls that have changed; None when there are too many to look at."""
        found: set[str] = set()
        for one in changed:
            rows = connection.execute(_SINCE[one.name], (*one.bounds, _MOST_CHANGES)).fetchall()
            if len(rows) == _MOST_CHANGES:
                return None
            found |= {text[:13] for text in (row[0] for row in rows) if text}
        return {self._day(f"{hour}:00:00.000Z").isoformat() for hour in found}

    def _bounds(self, first: date, last: date) -> tuple[str, str]:
        return day_start(first, self._zone), day_start(last + timedelta(days=1), self._zone)

    def _day(self, text: str) -> date:
        return datetime.fromtimestamp(from_text(text), self._zone).date()


@dataclass(frozen=True)
class _Changed:
    """since: where the last look ended, None when there was none."""

    name: str
    since: str | None
    end: str

    @property
    def bounds(self) -> tuple[int, int]:
        """Between which rows, by their numbers."""
        return int(self.since or 0), int(self.end or 0)


_ENDS = {
    "results": "SELECT max(rowid) FROM analysis.results",
    "rescored": "SELECT max(id) FROM analysis.past_scores",
    "reviews": "SELECT max(rowid) FROM review.reviews",
    "corrected": "SELECT max(number) FROM review.corrected_results",
    "records": "SELECT max(id) FROM calls.call_records",
}
"""How far each kind of change has come: a call understood, scored by another rulebook, reviewed, its findings corrected; a PBX
record. A call that is analysed again, or judged anew after a correction, gets a row with a new number."""
_SINCE = {
    "results": """SELECT c.started_at FROM analysis.results r JOIN calls.calls c ON c.id = r.call_id
        WHERE r.rowid > ? AND r.rowid <= ? LIMIT ?""",
    "rescored": """SELECT c.started_at FROM analysis.past_scores p JOIN calls.calls c ON c.id = p.call_id
        WHERE p.id > ? AND p.id <= ? LIMIT ?""",
    "reviews": """SELECT c.started_at FROM review.reviews v JOIN calls.calls c ON c.id = v.call_id
        WHERE v.rowid > ? AND v.rowid <= ? LIMIT ?""",
    "corrected": """SELECT c.started_at FROM review.corrected_results k JOIN calls.calls c ON c.id = k.call_id
        WHERE k.number > ? AND k.number <= ? LIMIT ?""",
    "records": "SELECT started_at FROM calls.call_records WHERE id > ? AND id <= ? LIMIT ?",
}  # fmt: skip


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    """Days in runs of neighbours, RUN at most."""
    run: list[date] = []
    for day in days:
        if run and (len(run) == RUN or day != run[-1] + timedelta(days=1)):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _packed(day: str, found: CallRows, faults: FaultRows | None) -> tuple[int, bytes]:
    sums = [(key[1], key[2], found.spans.get(key, 0), own.values()) for key, own in found.sums.items() if key[0] == day]
    firsts = [(agent, team) for (when, agent), team in found.firsts.items() if when == day]
    parts = [[astuple(row)[1:] for row in rows] for rows in (faults.items, faults.taboos, faults.rules)] if faults else [[], [], []]
    forms = [(form.id, form.version) for form in faults.forms.values()] if faults and faults.items else []
    document = {"names": NAMES, "sums": sums, "firsts": firsts, "faults": parts, "forms": forms}
    calls = sum(int(row[3][0]) for row in sums)
    return calls, zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 1)


def _unpacked(store: Path, rows: Iterable[sqlite3.Row], faults_from: date) -> tuple[CallRows, FaultRows]:
    same: dict[str, str] = {}

    def one(values: Sequence[Any]) -> Iterator[Any]:
        """The same names over and over again are kept once."""
        return (same.setdefault(value, value) if isinstance(value, str) else value for value in values)

    sums: dict[Key, Sums] = {}
    spans: dict[Key, int] = {}
    firsts: dict[tuple[str, str], str] = {}
    items, taboos, rules = list[ItemRow](), list[TabooRow](), list[RuleRow]()
    forms: dict[tuple[str, str], None] = {}
    for row in rows:
        text, day = row["day"], date.fromisoformat(row["day"])
        kept = json.loads(zlib.decompress(row["document"]))
        names = kept["names"]
        for *who, span, values in kept["sums"]:
            key = (text, *one(who))
            spans[key] = span
            sums[key] = Sums(**dict(zip(names, values, strict=True)))
        firsts |= {(text, agent): team for agent, team in map(one, kept["firsts"])}
        if day < faults_from:
            continue
        items += [ItemRow(day, *one(own)) for own in kept["faults"][0]]
        taboos += [TabooRow(day, *one(own)) for own in kept["faults"][1]]
        rules += [RuleRow(day, *one(own)) for own in kept["faults"][2]]
        forms |= dict.fromkeys((form, version) for form, version in kept["forms"])
    return CallRows(sums, spans, firsts), FaultRows(tuple(items), tuple(taboos), tuple(rules), kept_forms(store, forms))
