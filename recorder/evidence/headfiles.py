"""The signed heads as files, one a day: <store>/evidence/heads/2026-11-22.json. To be printed, mailed, copied away: what lies
elsewhere is what somebody with root on the box cannot sign anew."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from recorder.evidence.chain import chain_id
from recorder.evidence.keys import FOLDER

HEADS = "heads"


@dataclass(frozen=True)
class Head:
    """The last item of a UTC day, signed. hash, key, signature: hexadecimal."""

    chain: str
    day: str
    seq: int
    hash: str
    key: str
    signature: str


def heads_of(connection: sqlite3.Connection, after: str = "") -> list[Head]:
    """The heads of the days after `after`, oldest first."""
    chain = chain_id(connection)
    sql = "SELECT day, seq, hash, key, signature FROM heads WHERE day > ? ORDER BY day"
    return [Head(chain, *row) for row in connection.execute(sql, (after,))]


def write_head(store: Path, head: Head) -> None:
    """Replace the day's file. Raises OSError. One that says otherwise (another chain, items that have gone) stays beside."""
    folder = store / FOLDER / HEADS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{head.day}.json"
    known = _read(path)
    if known == head:
        return
    if known is not None and (known.chain != head.chain or known.seq >= head.seq):
        path.rename(folder / f"{head.day}.{known.chain}.{known.seq}.json")
    save_head(path, head)


def save_head(path: Path, head: Head) -> None:
    """Write or replace one head file. Raises OSError."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(head), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_heads(folder: Path) -> Iterator[Head]:
    """Every head file of a folder, by name. What cannot be read is left out: the database's own heads count."""
    for path in sorted(folder.glob("*.json")):
        if (head := _read(path)) is not None:
            yield head


def _read(path: Path) -> Head | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Head(**json.loads(path.read_text("utf-8")))
    return None
