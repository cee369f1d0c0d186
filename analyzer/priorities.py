"""Which calls people wait for, as the room above says. This is the contract between it and the analyzer:

- review.db has a view `analysis_first (call_id TEXT, reason TEXT)`: one row for every reason to understand a call before others, as
  long as it holds. reason: "sampled", "alert", "appeal", ...; a call may stand there more than once.

The analyzer reads it, read only, and never the tables behind it. Without review.db, or while it cannot be read, nothing goes first:
the queue then runs by age alone.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path

log = logging.getLogger(__name__)

REVIEW_DB = "review.db"
BUSY_S = 1.0
LOOK_S = 10.0
"""Seconds that what was read counts: a plan changes a few times a day, an alert is seconds old at worst."""


class Priorities:
    """The calls that go first, read anew every LOOK_S."""

    def __init__(self, store: Path) -> None:
        self._path = store / REVIEW_DB
        self._calls: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._trouble = ""

    def calls(self, now: float) -> frozenset[str]:
        """Ids of the calls that go first at `now` (UTC epoch seconds). Never raises."""
        if not 0 <= now - self._read_at < LOOK_S:
            self._calls, self._read_at = self._read(), now
        return self._calls

    def _read(self) -> frozenset[str]:
        if not self._path.exists():
            return frozenset()
        try:
            uri = f"{self._path.absolute().as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as connection:
                found = frozenset(row[0] for row in connection.execute("SELECT DISTINCT call_id FROM analysis_first"))
        except sqlite3.Error as error:
            self._tell(f"{self._path}: which calls go first cannot be read ({error}): the queue runs by age alone")
            return frozenset()
        self._tell("")
        return found

    def _tell(self, trouble: str) -> None:
        """Once, not every ten seconds."""
        if trouble and trouble != self._trouble:
            log.warning("%s", trouble)
        self._trouble = trouble
