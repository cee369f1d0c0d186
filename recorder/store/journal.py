"""What the recorder wants to write to calls.db, in order. A database that is locked or has no room makes it wait, never stop."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Callable

from hw.messages import UserError
from recorder.keeper import Keeper
from recorder.store.writer import CallStore

log = logging.getLogger(__name__)

Write = Callable[[CallStore], None]


class Journal(Keeper):
    """Does writes at once while the database takes them, and keeps them, in order, while it does not.

    A write that was kept and is lost to a power cut is found again from the parts on the disk. A write asked for within a write (an
    alarm about what it found) is made after it. Raises UserError for a damaged database: then the recorder has to start anew, which
    sets it aside.
    """

    def __init__(self, store: CallStore) -> None:
        self.store = store
        self._waiting: deque[Write] = deque()
        self._writing = False
        self.stuck = False

    def do(self, write: Write) -> None:
        """Make the write, now or when the database takes it; within another write: after that one."""
        self._waiting.append(write)
        self.step()

    def step(self) -> None:
        """Make what waits, as far as the database takes it."""
        if self._writing:
            return
        self._writing = True
        try:
            while self._waiting and self._make(self._waiting[0]):
                self._waiting.popleft()
        finally:
            self._writing = False
        if self.stuck and not self._waiting:
            self.stuck = False
            log.info("calls.db takes writes again")

    def close(self) -> None:
        """Once more what waits; what is not taken now is found again from the parts."""
        self.step()

    def _make(self, write: Write) -> bool:
        """Whether the database took the write."""
        try:
            write(self.store)
        except UserError as error:
            # Full, locked or read only: may pass. Anything else of SQLite's will not.
            if not isinstance(error.__cause__, sqlite3.OperationalError):
                raise
            self._note(str(error))
            return False
        return True

    def __len__(self) -> int:
        return len(self._waiting)

    def _note(self, reason: str) -> None:
        if not self.stuck:
            self.stuck = True
            log.warning("calls.db takes no writes, they are kept: %s", reason)
