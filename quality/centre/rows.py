"""The made centre as rows of the three databases. Columns come from the owners' own row functions where they have one, so that a
made store is what the real one would be; files of sound are not made."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analyzer.index import index_row
from analyzer.rows import deduction_row, done_row, hit_row, result_row, utterance_row
from quality.centre.cast import Cast, Spec
from quality.centre.faults import Judged
from quality.centre.traffic import MadeCall
from recorder.migrations import Migration, migrate
from recorder.times import to_text

MAIN_NUMBER = "4008001234"
TRUNKS = 30


class Rows:
    """Rows that wait to be written, by table; `flush` writes them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._waiting: dict[str, list[dict[str, Any]]] = {}

    def add(self, table: str, row: dict[str, Any]) -> None:
        """One row; all rows of a table have the same columns."""
        self._waiting.setdefault(table, []).append(row)

    def flush(self) -> None:
        """Write what waits, tables in the order they came up first."""
        for table, rows in self._waiting.items():
            if rows:
                marks = ", ".join(f":{name}" for name in rows[0])
                self.database.executemany(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({marks})", rows)  # noqa: S608
                rows.clear()


@contextmanager
def making(path: Path, migrations: Sequence[Migration]) -> Iterator[sqlite3.Connection]:
    """A new database, all of it written in one transaction without waiting for the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        path.chmod(0o660)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        migrate(connection, migrations)
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def has_column(database: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether this version of the schema knows the column."""
    return any(row[1] == column for row in database.execute(f"PRAGMA table_info({table})"))


def write_shop(rows: Rows, spec: Spec, cast: Cast) -> None:
    """Lines, agents and who sits where."""
    for agent in cast.agents:
        rows.add("lines", {"name": agent.line, "layout": "pair", "extension": agent.extension, "language": "zh"})
        rows.add("agents", {"id": agent.number, "name": agent.name, "team": agent.team})
        rows.add("assignments", {
            "agent_id": agent.number, "line": agent.line, "extension": "", "since": spec.first.isoformat(), "until": "",
        })  # fmt: skip


def write_call(rows: Rows, call: MadeCall, seq: int, spec: Spec, extended: bool) -> None:
    """The call and the PBX's record of it. extended: call_records know conditions and queues."""
    answered = call.duration_s is not None
    ended = call.answered_at + (call.duration_s or 0.0)
    inwards = call.direction == "in"
    rows.add("calls", {
        "id": call.id, "line": call.agent.line, "layout": "pair", "language": "zh", "direction": call.direction,
        "state": "closed" if answered else "unanswered", "started_at": to_text(call.started_at),
        "answered_at": to_text(call.answered_at) if answered else None, "ended_at": to_text(ended),
        "duration_s": call.duration_s, "ring_s": call.ring_s, "ring_count": max(1, round(call.ring_s / 5)),
        "caller_number": call.number if inwards else call.agent.extension, "called_number": MAIN_NUMBER if inwards else call.number,
        "extension": call.agent.extension, "agent_id": call.agent.number, "team": call.agent.team,
        "hung_up_by": call.hung_up_by if answered else None, "closed_seq": seq,
    })  # fmt: skip
    rows.add("call_records", _record(call, seq, spec, extended))


def _record(call: MadeCall, seq: int, spec: Spec, extended: bool) -> dict[str, Any]:
    talk = call.duration_s or 0.0
    local = datetime.fromtimestamp(call.started_at, ZoneInfo(spec.timezone))
    trunk = f"{seq % TRUNKS + 1:02d}"
    minutes, seconds = divmod(round(talk), 60)
    lasted = f"{minutes // 60:02d}:{minutes % 60:02d}'{seconds:02d}"
    printed = f"{local:%m/%d/%y %H:%M} {call.agent.extension:>5} {trunk} {call.number:>12} {lasted}"
    row: dict[str, Any] = {
        "layout": "made-centre", "started_at": to_text(call.started_at), "duration_s": float(round(talk)),
        "extension": call.agent.extension, "trunk": trunk, "direction": call.direction, "number": call.number,
        "ring_s": call.ring_s, "raw": printed, "received_at": to_text(call.answered_at + talk + 2), "call_id": call.id,
    }  # fmt: skip
    if extended:
        transferred = call.duration_s is not None and seq % 37 == 0
        condition = "unanswered" if call.duration_s is None else "transfer" if transferred else ""
        row |= {"condition": condition, "queue_s": call.queue_s if call.direction == "in" else None}
    return row


@lru_cache(maxsize=4096)
def _indexed(text: str) -> tuple[str, str]:
    return index_row(text)


class AnalysisRows:
    """Results as analysis.db keeps them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.rows = Rows(database)
        self._utterance = 0

    def write(self, call: MadeCall, judged: Judged) -> None:
        """One call's."""
        analysis, now = judged.analysis, call.answered_at + (call.duration_s or 0.0) + 45
        self.rows.add("results", result_row(call.id, analysis, judged.high_priority, now))
        self.rows.add("jobs", done_row(call.id, analysis, 1, now))
        for seq, hit in enumerate(analysis.hits):
            self.rows.add("hits", hit_row(call.id, seq, hit))
        for deduction in analysis.deductions:
            self.rows.add("deductions", deduction_row(call.id, deduction))
        for seq, said in enumerate(analysis.utterances):
            self._utterance += 1
            self.rows.add("utterances", {"id": self._utterance, **utterance_row(call.id, seq, said)})
            characters, sounds = _indexed(said.text)
            self.rows.add("utterance_search", {"rowid": self._utterance, "characters": characters, "sounds": sounds})


def local_midnight(day: date, spec: Spec) -> float:
    """The instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(spec.timezone)).timestamp()


def seeded_id(seed: int, kind: str, name: object) -> str:
    """An id that is the same for the same seed."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"callbox {seed} {kind} {name}"))
