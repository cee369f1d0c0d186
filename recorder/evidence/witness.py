"""The recorder witnesses the audit log of review.db: it keeps the hash of its last entry in the chain of evidence, which is signed.

Whoever may write review.db could make the whole log anew, or cut off its end; a head that was witnessed says so. The contract:
review.db has a view `audit_head (seq INTEGER, hash TEXT)` of one row, the log's last entry, or of none. The recorder reads it, read
only, and never the table behind it; a review.db that cannot be read or has no such view is not witnessed.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path

from recorder.evidence.chain import WITNESSED
from recorder.retention.holds import REVIEW_DB
from recorder.store.journal import Journal
from recorder.store.writer import CallStore

log = logging.getLogger(__name__)

SUBJECT = "audit/review"
"""As the chain names what is witnessed; body: {"seq", "hash"}."""
BUSY_S = 0.2
"""Seconds to wait for review.db: the next look comes in a minute."""

__all__ = ["SUBJECT", "WITNESSED", "Witness", "audit_head"]


class Witness:
    """Of the recorder that owns the store."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._seen: tuple[int, str] | None = None

    def look(self, journal: Journal) -> None:
        """Keep the log's head if it has moved. Raises nothing."""
        head = audit_head(self._store)
        if head is None or head == self._seen or len(journal):
            return
        self._seen = head
        journal.do(lambda store: _keep(store, head))


def audit_head(store: Path) -> tuple[int, str] | None:
    """Number and hash of the audit log's last entry; None when there is none to be read."""
    path = store / REVIEW_DB
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)) as connection:
            row = connection.execute("SELECT seq, hash FROM audit_head").fetchone()
    except sqlite3.Error as error:
        log.debug("the audit log is not witnessed now: %s", error)
        return None
    return None if row is None else (int(row[0]), str(row[1]))


def _keep(store: CallStore, head: tuple[int, str]) -> None:
    with store.writing():
        store.chain.witness(SUBJECT, {"seq": head[0], "hash": head[1]})
