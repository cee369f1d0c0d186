"""A store older than the chain: its calls are taken in, a few at a time, beside the recording."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from recorder.evidence.covered import BY_NAME, Due
from recorder.evidence.rows import adoption_limit
from recorder.store.writer import CallStore

CALLS_A_STEP = 20
"""Calls taken in between two deliveries of audio: a few milliseconds and one commit."""


class Adopter:
    """Takes the calls from before the chain in, oldest first. They enter as "adopted": the chain says what they were then, not what
    they were when they were recorded."""

    def __init__(self, store: CallStore) -> None:
        self._limit = adoption_limit(store.connection)
        self._after = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left to take in."""
        return not self._limit

    def step(self, store: CallStore) -> None:
        """The next few. Raises UserError when the database takes no writes; then nothing of it is done."""
        if self.done:
            return
        sql = "SELECT id, closed_seq FROM calls WHERE closed_seq > ? AND closed_seq <= ? ORDER BY closed_seq LIMIT ?"
        rows = store.rows(sql, self._after, self._limit, CALLS_A_STEP)
        with store.writing() as db:
            store.chain.adopt([due for row in rows for due in _of_call(db.conn, row["id"])])
            if not rows:
                store.chain.adopt(list(_idle_gaps(db.conn)))
                store.chain.adopted_all(self._limit)
        if rows:
            self._after = rows[-1]["closed_seq"]
        else:
            self._limit = 0


def _of_call(connection: sqlite3.Connection, call_id: str) -> Iterator[Due]:
    for name in ("parts", "gaps", "pauses"):
        table = BY_NAME[name]
        stands = table.settled.format(row=name)
        for (row_id,) in connection.execute(f"SELECT id FROM {name} WHERE call_id = ? AND {stands}", (call_id,)):  # noqa: S608
            yield Due(table, str(row_id), True, frozenset())
    yield Due(BY_NAME["calls"], call_id, True, frozenset())


def _idle_gaps(connection: sqlite3.Connection) -> Iterator[Due]:
    for (row_id,) in connection.execute("SELECT id FROM gaps WHERE call_id IS NULL"):
        yield Due(BY_NAME["gaps"], str(row_id), True, frozenset())
