"""Old entries taken out of the log into a file, so that it does not grow for ever; the chain says that it was done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from hw.messages import UserError
from quality.audit.chain import append
from quality.audit.check import Looked, check
from quality.audit.entries import CHANGE, COLUMNS, CUT, Entry, entry
from quality.calls.filter import day_start
from quality.files import write_atomically
from quality.store import writing

LEAST_DAYS = 365
"""Entries younger than that stay: whoever asks who heard a call asks within the year."""


def cut(store: Path, before: date, file: Path, by: str, *, today: date, timezone: str) -> int:
    """Take entries from before a local day out of the log, into a file of JSON lines; how many. The entry that says so names the
    file's hash. Raises UserError when the day is too near, the log is not whole, the file exists, or there is nothing to take."""
    if (today - before).days < LEAST_DAYS:
        raise UserError(f"Entries of the last {LEAST_DAYS} days stay in the log.", f"最近 {LEAST_DAYS} 天的条目须保留在日志中。")
    if file.exists():
        raise UserError(f"{file} exists. Name another file.", f"{file} 已存在，请换一个文件名。")
    if (problem := next(check(store, Looked()), None)) is not None:
        text = problem.message()
        raise UserError(f"The log is not whole, so nothing is taken out. {text.en}", f"日志不完整，不移出任何条目。{text.zh}")
    with writing(store) as database:
        old = list(_before(database, day_start(before, ZoneInfo(timezone))))
        if not old or old[-1].hash is None:  # entries older than the chain go with its beginning, which vouches for them
            raise UserError(f"There is no entry from before {before}.", f"没有 {before} 之前的条目。")
        data = "".join(json.dumps(asdict(found), ensure_ascii=False) + "\n" for found in old).encode()
        write_atomically(file, data)
        detail = {"last": old[-1].seq, "hash": old[-1].hash, "file": file.name, "sha256": hashlib.sha256(data).hexdigest()}
        append(database, CHANGE, by, CUT, "audit", detail)
        database.execute("DELETE FROM changes WHERE id <= ?", (old[-1].seq,))
    return len(old)


def _before(database: Database, instant: str) -> Iterator[Entry]:
    # Up to the first that is young: a clock that was set back must not make a hole.
    first_young = "SELECT coalesce(min(id), 1 << 62) FROM changes WHERE at >= ?"
    return map(entry, database.execute(f"SELECT {COLUMNS} FROM changes WHERE id < ({first_young}) ORDER BY id", (instant,)))  # noqa: S608
