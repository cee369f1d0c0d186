"""What the recorder wants to write to calls.db, in order. A database that is locked or has no room makes it wait, never stop."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Callable

from hw.messages import UserError
from recorder.callstore import CallStore

log = logging.getLogger(__name__)

Write = Callable[[CallStore], None]


class Journal:
    """Does writes at once while the database takes them, and keeps them, in order, while it does not.

    A write that was kept and is lost to a power cut is found again from the parts on the disk. Raises UserError for a damaged
    database: then the recorder has to start anew, which sets it aside.
    """

    def __init__(self, store: CallStore) -> None:
        self.store = store
        self._waiting: deque[Write] = deque()
        self.stuck = False

    def do(self, write: Write) -> None:
        """Make the write, now or when the database takes it."""
        self._waiting.append(write)
        self.step()

    def step(self) -> None:
        """Make what waits, as far as the database takes it."""
        while self._waiting:
            try:
                self._waiting[0](self.store)
            except UserError as error:
                # Full, locked or read only: may pass. Anything else of SQLite's will not.
                if not isinstance(error.__cause__, sqlite3.OperationalError):
                    raise
                self._note(str(error))
                return
            self._waiting.popleft()
        if self.stuck:
            self.stuck = False
            log.info("calls.db takes writes again")

    def __len__(self) -> int:
        return len(self._waiting)

    def _note(self, reason: str) -> None:
        if not self.stuck:
            self.stuck = True
            log.warning("calls.db takes no writes, they are kept: %s", reason)
