"""Is this part what was recorded? Asked before it is played: quick, so without walking the whole chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from hw.messages import Message
from recorder.audio.flac import file_digest
from recorder.evidence.chain import COLUMNS
from recorder.evidence.encoding import Item, is_whole
from recorder.evidence.files import check_file
from recorder.evidence.problems import ALTERED, Problem
from recorder.evidence.rows import adoption_limit, check_subject

Digest = Callable[[Path], str]


def check_part(store: Path, connection: sqlite3.Connection, part_id: str, digest: Digest = file_digest) -> Problem | None:
    """The first thing wrong with a part: its items in the chain and their places, its row, its file; or None. digest: how a file's
    SHA-256 is found. Only the whole walk (`callbox verify`) can tell a chain that somebody has made anew altogether."""
    return next(_problems(store, connection, part_id, digest), None)


def _problems(store: Path, connection: sqlite3.Connection, part_id: str, digest: Digest) -> Iterator[Problem]:
    if connection.execute("SELECT 1 FROM evidence LIMIT 1").fetchone() is not None:
        subject = f"parts/{part_id}"
        yield from _items(connection, subject)
        yield from check_subject(connection, subject, settled=not adoption_limit(connection))
    yield from check_file(store, connection, part_id, digest)


def _items(connection: sqlite3.Connection, subject: str) -> Iterator[Problem]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM evidence WHERE subject = ? ORDER BY seq", (subject,)).fetchall()  # noqa: S608
    for row in rows:
        item = Item(*row)
        follower = connection.execute("SELECT prev FROM evidence WHERE seq = ?", (item.seq + 1,)).fetchone()
        if not is_whole(item) or (follower is not None and follower[0] != item.hash):
            text = Message("its hash does not fit", "哈希与内容不符")
            yield Problem(ALTERED, "evidence", str(item.seq), text)
