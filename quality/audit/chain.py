"""The audit log while it is written: each entry names the hash of the one before it.

The entries are the rows of review.db's table `changes`, so that a change and its entry are one transaction. Whoever alters, takes
out or puts in an entry has to make every later one anew; that this was not done is what the recorder witnesses
(recorder.evidence.witness).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from quality.audit.entries import BEGAN, CHANGE, COLUMNS, LISTEN, Entry, entry
from quality.store import reading, writing
from recorder.evidence.encoding import NO_HASH
from recorder.times import to_text

ADDRESS: ContextVar[str] = ContextVar("callbox_address", default="")
"""Where what is done now was asked from; the pages set it with every request."""

LONGEST = 2000  # characters of a name or subject that strangers may have us write


def note(  # noqa: PLR0917
    store: Path, kind: str, by: str, action: str, subject: str, detail: Mapping[str, object] | None = None
) -> None:
    """Write an entry by itself: something heard, taken away or refused. kind: one of quality.audit.entries.KINDS. Raises UserError
    when review.db cannot be written: what cannot be noted must not be done."""
    with writing(store) as database:
        append(database, kind, by, action, subject, detail)


def note_listen(store: Path, by: str, call_id: str, since: float, action: str = "call.listen") -> None:
    """Note that somebody hears a call, once in a sitting (since: UTC epoch seconds at which it began): a player asks for a
    call in many pieces. Raises UserError."""
    if not _heard(store, by, call_id, since, action):
        note(store, LISTEN, by, action, call_id)


def append(  # noqa: PLR0917
    database: Database, kind: str, by: str, action: str, subject: str, detail: Mapping[str, object] | None = None
) -> None:
    """Write an entry inside the caller's transaction, the one that makes the change it tells of."""
    last = _last(database)
    if last is None or last.hash is None:
        last = _begin(database, last.seq if last else 0)
    text = json.dumps(detail or {}, ensure_ascii=False)
    _write(database, last, by[:LONGEST], kind, action, subject[:LONGEST], text, ADDRESS.get())


def digest_of(entries: Iterable[Entry]) -> tuple[int, str]:
    """How many entries there are, and the SHA-256 of them all: what a chain says of those from before it."""
    digest, count = hashlib.sha256(), 0
    for found in entries:
        digest.update(found.digest(NO_HASH).encode())
        count += 1
    return count, digest.hexdigest()


def _begin(database: Database, seq: int) -> Entry:
    """The first entry of the chain vouches for what was there before it."""
    older = database.execute(f"SELECT {COLUMNS} FROM changes WHERE hash IS NULL ORDER BY id")  # noqa: S608
    count, digest = digest_of(map(entry, older))
    start = Entry(seq, "", "", "", "", "", "", "", None, NO_HASH)
    return _write(database, start, "callbox", CHANGE, BEGAN, "audit", json.dumps({"before": count, "digest": digest}), "")


def _write(  # noqa: PLR0917
    database: Database, last: Entry, by: str, kind: str, action: str, subject: str, detail: str, address: str
) -> Entry:
    prev = last.hash or NO_HASH
    made = Entry(last.seq + 1, to_text(time.time()), by, kind, action, subject, detail, address, prev, None)
    made = replace(made, hash=made.digest(prev))
    database.execute(
        f"INSERT INTO changes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (made.seq, made.at, by, kind, action, subject, detail, address, made.prev, made.hash),
    )
    return made


def _last(database: Database) -> Entry | None:
    row = database.execute(f"SELECT {COLUMNS} FROM changes ORDER BY id DESC LIMIT 1").fetchone()  # noqa: S608
    return entry(row) if row else None


def _heard(store: Path, by: str, call_id: str, since: float, action: str) -> bool:
    sql = 'SELECT 1 FROM review.changes WHERE subject = ? AND action = ? AND "by" = ? AND at >= ? LIMIT 1'
    with reading(store) as connection:
        return connection.execute(sql, (call_id, action, by, to_text(since))).fetchone() is not None
