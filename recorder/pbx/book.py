"""The PBX's call records in calls.db: kept as they came, found again, joined to calls."""

from __future__ import annotations

import dataclasses
import sqlite3

from hw.interfaces import CallRecord, PortLine
from recorder.pbx.matching import Kept, Match
from recorder.store.calls import Call, call_of
from recorder.store.reader import CallReader
from recorder.store.writer import CallStore
from recorder.times import from_text, to_text

MOST_LINES = 10_000
"""Lines kept that are no records; a wrong layout would fill the disk with them."""

_COLUMNS = tuple(field.name for field in dataclasses.fields(CallRecord))


def kept_of(row: sqlite3.Row) -> Kept:
    """A row of call_records."""
    values = {name: row[name] for name in _COLUMNS} | {"started_at": from_text(row["started_at"])}
    return Kept(row["id"], CallRecord(**values), row["repeats"] is not None, from_text(row["received_at"]))


def keep(store: CallStore, record: CallRecord, now: float) -> Kept:
    """Keep a record as it came; one that the PBX has sent before is marked so."""
    sql = "SELECT id FROM call_records WHERE started_at = ? AND raw = ? AND repeats IS NULL ORDER BY id LIMIT 1"
    before = store.rows(sql, to_text(record.started_at), record.raw)
    row = dataclasses.asdict(record) | {"started_at": to_text(record.started_at), "received_at": to_text(now)}
    with store.writing() as db:
        db.table("call_records").insert(row | {"repeats": before[0]["id"] if before else None})
        return Kept(int(db.execute("SELECT last_insert_rowid()").fetchone()[0]), record, bool(before), now)


def keep_line(store: CallStore, line: PortLine, now: float) -> None:
    """Keep a line that is no record, up to MOST_LINES, the latest ones."""
    reason = line.reason
    row = {"at": to_text(now), "kind": line.kind, "raw": line.raw}
    with store.writing() as db:
        db.table("port_lines").insert(row | {"reason_en": reason.en if reason else "", "reason_zh": reason.zh if reason else ""})
        db.execute("DELETE FROM port_lines WHERE id <= (SELECT max(id) FROM port_lines) - ?", [MOST_LINES])


def alone(reader: CallReader, start: float, end: float) -> list[Kept]:
    """Records of that time (UTC epoch seconds) that belong to no call."""
    sql = "SELECT * FROM call_records WHERE call_id IS NULL AND started_at BETWEEN ? AND ? ORDER BY id"
    return [kept_of(row) for row in reader.rows(sql, to_text(start), to_text(end))]


def ended_calls(reader: CallReader, start: float, end: float) -> list[Call]:
    """Calls of the lines that began in that time and are over."""
    sql = "SELECT * FROM calls WHERE started_at BETWEEN ? AND ? AND (ended_at IS NOT NULL OR state = 'unanswered')"
    return [call_of(row) for row in reader.rows(sql, to_text(start), to_text(end))]


def joined(reader: CallReader, calls: list[Call]) -> list[Match]:
    """What is joined to those calls."""
    by_id = {call.id: call for call in calls}
    marks = ",".join("?" * len(by_id))
    rows = reader.rows(f"SELECT * FROM call_records WHERE call_id IN ({marks})", *by_id)  # noqa: S608  placeholders only
    return [Match(kept_of(row), by_id[row["call_id"]], row["clock_s"] or 0.0, row["clock_s"] is None) for row in rows]


def join(store: CallStore, found: Match, values: dict[str, object]) -> None:
    """The record is about that call: join them and fill what it told."""
    with store.writing() as db:
        clock_s = None if found.segment else found.clock_s
        db.table("call_records").update(found.kept.id, {"call_id": found.call.id, "clock_s": clock_s})
        if {"caller_number", "called_number"} & values.keys():  # the PBX knows better than the keys that were heard
            values = values | {"number_source": "record"}
        if values:
            db.table("calls").update(found.call.id, values)


def prompt_records(reader: CallReader, line: str, within_s: float, limit: int) -> list[bool]:
    """Of the line's last calls that somebody talked in, oldest first: whether the record came so soon after the end."""
    sql = """SELECT ended_at, (SELECT min(received_at) FROM call_records WHERE call_id = calls.id) AS came FROM calls
             WHERE line = ? AND state IN ('closed', 'interrupted') AND ended_at IS NOT NULL AND source = ''
             ORDER BY started_at DESC LIMIT ?"""
    rows = reader.rows(sql, line, limit)[::-1]
    return [row["came"] is not None and from_text(row["came"]) - from_text(row["ended_at"]) <= within_s for row in rows]


def last_shifts(reader: CallReader, limit: int, since: float) -> list[float]:
    """How far the PBX's clock was ahead in the records joined last, oldest first."""
    sql = "SELECT clock_s FROM call_records WHERE clock_s IS NOT NULL AND received_at > ? ORDER BY id DESC LIMIT ?"
    return [row["clock_s"] for row in reader.rows(sql, to_text(since), limit)][::-1]


def calls_since_last_record(reader: CallReader, least_s: float, since: float) -> list[float]:
    """When the calls ended (UTC epoch seconds) that lasted at least so long, ended after `since` and after the last record came."""
    sql = """SELECT ended_at FROM calls WHERE ended_at > ? AND duration_s >= ? AND source = ''
             AND ended_at > coalesce((SELECT received_at FROM call_records ORDER BY id DESC LIMIT 1), '') ORDER BY ended_at"""
    return [from_text(row["ended_at"]) for row in reader.rows(sql, to_text(since), least_s)]
