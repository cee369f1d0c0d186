"""The box at a glance: one picture of recorder, analyzer and disk, for the command line and the serial console alike."""

from __future__ import annotations

import shutil
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from analyzer.schema import ANALYSIS_DB
from recorder.live import LineStatus, read_status
from recorder.schema import CALLS_DB
from recorder.settings.sections import Settings
from recorder.times import to_text

STALE_S = 10.0
"""Seconds without a fresh status file after which the recorder counts as stopped; it writes one every second."""


@dataclass(frozen=True)
class Alarm:
    """An alarm that stands."""

    kind: str
    subject: str
    raised_at: str
    detail: str


@dataclass(frozen=True)
class BoxStatus:
    """Everything a technician asks first.

    calls counts rows by state, jobs analyses by state; waiting: ended calls not yet analysed.
    """

    at: str
    recorder_running: bool
    recorder_at: str | None
    lines: tuple[LineStatus, ...]
    alarms: tuple[Alarm, ...]
    calls: dict[str, int]
    jobs: dict[str, int]
    waiting: int
    last_call_at: str | None
    free_disk_mb: float
    store: str

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return asdict(self)


def collect(settings: Settings, now: float | None = None) -> BoxStatus:
    """Look at the live status file and the databases; whatever is missing shows as empty, never as an error."""
    now = time.time() if now is None else now
    store = Path(settings.store.path)
    live = read_status(settings)
    calls = _counts(store / CALLS_DB, "SELECT state, count(*) FROM calls GROUP BY state")
    jobs = _counts(store / ANALYSIS_DB, "SELECT state, count(*) FROM jobs GROUP BY state")
    ended = calls.get("closed", 0) + calls.get("interrupted", 0)
    return BoxStatus(
        at=to_text(now),
        recorder_running=live is not None and now - live.written_at < STALE_S,
        recorder_at=None if live is None else to_text(live.written_at),
        lines=() if live is None else tuple(live.lines),
        alarms=_alarms(store / CALLS_DB),
        calls=calls,
        jobs=jobs,
        waiting=max(0, ended - jobs.get("done", 0) - jobs.get("parked", 0)),
        last_call_at=_last_call(store / CALLS_DB),
        free_disk_mb=round(_free_mb(store), 1),
        store=str(store),
    )


def _rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    """The rows of a query, none when the database is not there yet or cannot be read now."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=2.0)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return []


def _counts(database: Path, sql: str) -> dict[str, int]:
    return {str(state): int(str(count)) for state, count in _rows(database, sql)}


def _alarms(database: Path) -> tuple[Alarm, ...]:
    sql = "SELECT kind, subject, raised_at, detail FROM alarms WHERE cleared_at IS NULL ORDER BY raised_at"
    return tuple(Alarm(*(str(value) for value in row)) for row in _rows(database, sql))


def _last_call(database: Path) -> str | None:
    newest = _rows(database, "SELECT max(started_at) FROM calls")
    return str(newest[0][0]) if newest and newest[0][0] is not None else None


def _free_mb(store: Path) -> float:
    """Free space where the store is, or will be once it is made."""
    place = store
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free / 2**20
