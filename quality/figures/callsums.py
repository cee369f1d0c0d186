"""What the recorded calls, their analysis, reviews and PBX records give to the daily detail: counted by SQLite in tables
that live and die with the reading connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calls.filter import day_start
from quality.figures.book import Rules
from quality.figures.sums import NAMES, Sums

Key = tuple[str, str, str]
"""Local date as ISO text, group at the time of the call, agent; "" where it is not known."""

HANDED_ON_MS = 60_000
"""A call of the same number that begins within it after a transfer is the same call on another line."""

_SCRIPT = Path(__file__).with_name("callsums.sql")


@dataclass(frozen=True)
class CallRows:
    """sums: by (local date, group, agent). spans: by the same, milliseconds from the first answered call's start to the last one's
    end. firsts: by (date, agent), the group of the agent's first call of the day."""

    sums: dict[Key, Sums]
    spans: dict[Key, int]
    firsts: dict[tuple[str, str], str]


def call_rows(connection: sqlite3.Connection, days: Sequence[date], zone: ZoneInfo, rules: Rules, now: float) -> CallRows:
    """Of these local days, one after the other."""
    if not days:
        return CallRows({}, {}, {})
    _prepare(connection, days, zone, rules, now)
    sums, spans = {}, {}
    for row in connection.execute("SELECT * FROM day_sums"):
        key = (row["day"], row["team"], row["agent"])
        sums[key] = Sums(**{name: row[name] or 0 for name in NAMES if name in row.keys()})  # noqa: SIM118  a Row is no dict
        spans[key] = row["span_ms"] or 0
    firsts = {(row[0], row[1]): row[2] for row in connection.execute("SELECT day, agent, team FROM first_calls")}
    for row in connection.execute("SELECT * FROM reached_nobody"):
        _add_unreached(sums.setdefault((row["day"], "", ""), Sums()), row)
    _know_busy(connection, sums)
    return CallRows(sums, spans, firsts)


def _prepare(connection: sqlite3.Connection, days: Sequence[date], zone: ZoneInfo, rules: Rules, now: float) -> None:
    connection.execute("CREATE TABLE days (day TEXT PRIMARY KEY, begins TEXT NOT NULL, ends TEXT NOT NULL)")
    bounds = [(d.isoformat(), day_start(d, zone), day_start(d + timedelta(days=1), zone)) for d in days]
    connection.executemany("INSERT INTO days VALUES (?, ?, ?)", bounds)
    values = {
        "begins": bounds[0][1], "ends": bounds[-1][2], "watched": day_start(days[-1] + timedelta(days=rules.repeat_days + 2), zone),
        "repeat_ms": rules.repeat_days * 86_400_000, "short_ms": round(rules.short_abandon_s * 1000),
        "service_ms": round(rules.service_s * 1000), "now_ms": round(now * 1000), "handed_on_ms": HANDED_ON_MS,
    }  # fmt: skip
    for statement in _statements(connection):
        connection.execute(statement, values)


def _statements(connection: sqlite3.Connection) -> list[str]:
    script = "\n".join(line.split("--")[0] for line in _SCRIPT.read_text("utf-8").splitlines())
    for mark, (table, column, instead) in _NEWER.items():
        columns = {row["name"] for row in connection.execute(f"PRAGMA calls.table_info({table})")}
        script = script.replace(mark, column if column in columns else instead)
    return [statement for statement in script.split(";") if statement.strip()]


_NEWER = {
    "$kind": ("parts", "kind", "'talk'"),
    "$condition": ("call_records", "condition", "''"),
    "$queue_s": ("call_records", "queue_s", "NULL"),
    "$repeats": ("call_records", "repeats", "NULL"),
}
"""Columns that came later, and what stands for them while the recorder has not brought its file up to date."""


def _add_unreached(sums: Sums, row: sqlite3.Row) -> None:
    sums.busy += row["busy"]
    sums.left_queue += row["left_queue"]
    sums.offered += row["left_queue"]
    sums.judged += row["left_queue"]
    sums.arrived += row["left_queue"] + row["busy"]
    sums.short_abandons += row["short"]
    sums.abandoned += row["left_queue"] - row["short"]
    sums.abandon_base += row["left_queue"] - row["short"]
    sums.abandon_waits += row["left_queue"] - row["short"]
    sums.abandon_ms += row["abandon_ms"] or 0
    sums.abandon_s2 += row["abandon_s2"] or 0.0
    sums.queue_known += row["left_queue"]
    sums.queued += row["left_queue"]
    sums.queue_ms += row["queue_ms"] or 0
    sums.queue_s2 += row["queue_s2"] or 0.0


def _know_busy(connection: sqlite3.Connection, sums: dict[Key, Sums]) -> None:
    """That nobody got a busy signal is known only of a PBX that tells of some, and on days it told anything."""
    told = {row[0] for row in connection.execute("SELECT day FROM recorded_days WHERE (SELECT tells_busy FROM pbx)")}
    for (day, _, _), own in sums.items():
        if day in told:
            own.busy_base = own.offered + own.busy
