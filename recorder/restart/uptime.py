"""When the recorder ran: without it nobody could say whether a missed call was missed because the box was off."""

from __future__ import annotations

from recorder.store.journal import Journal
from recorder.store.reader import CallReader
from recorder.store.writer import CallStore
from recorder.times import from_text, to_text

BEAT_S = 60.0
"""Seconds between two marks: by so much a crash is misplaced."""


class Uptime:
    """This run's row in `runs`."""

    def __init__(self, journal: Journal, now: float) -> None:
        self._journal = journal
        self._started_at = to_text(now)
        self._due = now + BEAT_S
        sql, at = "INSERT INTO runs (started_at, alive_at) VALUES (?, ?)", self._started_at
        journal.do(lambda store: _write(store, sql, at, at))

    def step(self, now: float) -> None:
        """Mark that it is still running."""
        if now >= self._due and not self._journal.stuck:
            self._due = now + BEAT_S
            self._mark("alive_at = ?", to_text(now))

    def stop(self, now: float) -> None:
        """It stops in good order."""
        self._mark("alive_at = ?, ended_at = ?", to_text(now), to_text(now))

    def _mark(self, what: str, *values: str) -> None:
        sql = f"UPDATE runs SET {what} WHERE id = (SELECT max(id) FROM runs WHERE started_at = ?)"  # noqa: S608  our own words
        self._journal.do(lambda store: _write(store, sql, *values, self._started_at))


def _write(store: CallStore, sql: str, *values: str) -> None:
    with store.writing() as db:
        db.execute(sql, values)


def runs(reader: CallReader, start: float, end: float) -> list[tuple[float, float]]:
    """When the recorder ran within that time, from and to (UTC epoch seconds). A run that never said that it stopped counts to its
    last mark and BEAT_S more."""
    sql = "SELECT started_at, alive_at, ended_at FROM runs WHERE started_at <= ? AND alive_at >= ? ORDER BY started_at"
    rows = reader.rows(sql, to_text(end), to_text(start - BEAT_S))
    return [(from_text(row[0]), from_text(row[2]) if row[2] else from_text(row[1]) + BEAT_S) for row in rows]
