"""A store of calls written one by one, for tests of the figures: only what a test says is in it."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analyzer.schema import ANALYSIS_DB
from analyzer.schema import MIGRATIONS as ANALYSIS_MIGRATIONS
from quality.schema import MIGRATIONS as REVIEW_MIGRATIONS
from quality.schema import REVIEW_DB
from recorder.migrations import migrate
from recorder.store.schema import CALLS_DB
from recorder.store.schema import MIGRATIONS as CALLS_MIGRATIONS
from recorder.times import to_text

FILES = {CALLS_DB: CALLS_MIGRATIONS, ANALYSIS_DB: ANALYSIS_MIGRATIONS, REVIEW_DB: REVIEW_MIGRATIONS}
AGENTS = (("8001", "王小丽", "甲"), ("8002", "李强", "甲"), ("8003", "张敏", "乙"))


@dataclass(frozen=True)
class Record:
    """What the PBX said of a call. queue: seconds, None when it tells none."""

    condition: str = ""
    queue: float | None = None
    ring: float | None = None


@dataclass(frozen=True)
class Spoken:
    """A call. at: UTC epoch seconds of its first ring. length: None when nobody answered. parts: (kind, seconds). music: seconds on
    hold the analysis heard, None when it was not analysed. totals: of its reviews, version after version."""

    at: float
    length: float | None = 60.0
    ring: float | None = 5.0
    rings: int | None = 1
    direction: str = "in"
    agent: str | None = "8001"
    team: str = "甲"
    number: str = "13800000001"
    records: tuple[Record, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    music: float | None = None
    totals: tuple[float, ...] = ()
    hits: tuple[str, ...] = field(default=())


def at(text: str, timezone: str = "Asia/Shanghai") -> float:
    """A wall clock's time as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp()


class Box:
    """Made once, filled and emptied often."""

    def __init__(self, store: Path) -> None:
        self.store = store
        for name, migrations in FILES.items():
            with self._open(name) as database:
                migrate(database, migrations)

    def empty(self) -> None:
        """Nothing in it any more."""
        tables = {
            CALLS_DB: ("parts", "call_records", "calls", "agents", "lines"), ANALYSIS_DB: ("hits", "results"),
            REVIEW_DB: ("reviews", "forms", "users", "shifts", "aftercall", "costs", "people"),
        }  # fmt: skip
        for name, held in tables.items():
            with self._open(name) as database:
                for table in held:
                    database.execute(f"DELETE FROM {table}")

    def fill(self, calls: list[Spoken] | tuple[Spoken, ...], unreached: list[tuple[float, Record]] = []) -> None:  # noqa: B006
        """Calls, and the PBX's records of callers who reached nobody."""
        with self._open(CALLS_DB) as database:
            for agent in AGENTS:
                database.execute("INSERT OR IGNORE INTO agents VALUES (?, ?, ?)", agent)
            for number, call in enumerate(calls):
                self._call(database, number, call)
            for moment, record in unreached:
                self._record(database, None, moment, record)
        with self._open(ANALYSIS_DB) as database:
            for number, call in enumerate(calls):
                if call.music is not None:
                    self._result(database, number, call)
        with self._open(REVIEW_DB) as database:
            database.execute("INSERT INTO users (id, name, name_key, role, password_hash, password_at, created_at)"
                             " VALUES ('u', '质检', '质检', 'inspector', '!', '', '')")  # fmt: skip
            database.execute("INSERT INTO forms VALUES ('A', '1', '{}', '', '')")
            for number, call in enumerate(calls):
                for version, total in enumerate(call.totals, 1):
                    database.execute(
                        "INSERT INTO reviews VALUES (?, ?, ?, 'A', '1', ?, ?, ?, NULL, '', 'u', '')",
                        (f"{number}-{version}", call_id(number), version, total, total, int(total >= 80)),
                    )

    def keep(self, table: str, *rows: tuple[Any, ...]) -> None:
        """Rows of one of review.db's tables."""
        with self._open(REVIEW_DB) as database:
            for row in rows:
                database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def people(self, *rows: tuple[str, str, date | None, date | None]) -> None:
        """number, group, hired on, left on."""
        days = [(n, n, "agent", team, hired and hired.isoformat(), left and left.isoformat()) for n, team, hired, left in rows]
        self.keep("people", *days)

    def _call(self, database: sqlite3.Connection, number: int, call: Spoken) -> None:
        key, answered = call_id(number), call.length is not None
        ended = call.at + (call.ring or 0.0) + (call.length or 0.0)
        self._insert(database, "calls", {
            "id": key, "line": "line1", "layout": "pair", "language": "zh", "direction": call.direction,
            "state": "closed" if answered else "unanswered", "started_at": to_text(call.at),
            "answered_at": to_text(call.at + (call.ring or 0.0)) if answered else None, "ended_at": to_text(ended),
            "duration_s": call.length, "ring_s": call.ring, "ring_count": call.rings, "agent_id": call.agent, "team": call.team,
            "caller_number": call.number if call.direction != "out" else "6001",
            "called_number": call.number if call.direction == "out" else "4008001234",
        })  # fmt: skip
        for record in call.records:
            self._record(database, key, call.at, record)
        for seq, (kind, seconds) in enumerate(call.parts):
            self._insert(database, "parts", {
                "id": f"{key}-{seq}", "call_id": key, "seq": seq, "path": f"{key}-{seq}.flac", "started_at": to_text(call.at),
                "frames": round(seconds * 8000), "rate": 8000, "channels": 2, "state": "closed", "kind": kind,
            })  # fmt: skip

    def _record(self, database: sqlite3.Connection, key: str | None, moment: float, record: Record) -> None:
        self._insert(database, "call_records", {
            "layout": "test", "started_at": to_text(moment), "duration_s": None, "extension": "", "trunk": "", "direction": "in",
            "number": "", "ring_s": record.ring, "raw": "", "received_at": to_text(moment), "call_id": key,
            "condition": record.condition, "queue_s": record.queue,
        })  # fmt: skip

    def _result(self, database: sqlite3.Connection, number: int, call: Spoken) -> None:
        music = [{"start": 1.0, "end": 1.0 + call.music}] if call.music else []
        self._insert(database, "results", {
            "call_id": call_id(number), "pipeline_version": "t", "rulebook_version": "t", "compliance": 90.0, "experience": 80.0,
            "risk": 70.0, "high_priority": int("sensitive_word" in call.hits), "acoustics": json.dumps({"music": music}),
            "warnings": "[]", "analyzed_at": "",
        })  # fmt: skip
        for seq, rule in enumerate(call.hits):
            self._insert(database, "hits", {
                "call_id": call_id(number), "seq": seq, "rule": rule, "side": "customer" if rule == "sensitive_word" else "agent",
                "start_s": 0.0, "end_s": 1.0, "evidence": "", "confidence": 1.0,
            })  # fmt: skip

    @staticmethod
    def _insert(database: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
        marks = ", ".join(f":{name}" for name in row)
        database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)

    @contextmanager
    def _open(self, name: str) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.store / name, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        try:
            yield connection
        finally:
            connection.close()


def call_id(number: int) -> str:
    """Of the n-th call."""
    return str(uuid.UUID(int=number))
