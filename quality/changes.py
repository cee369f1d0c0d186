"""The log of changes: who changed what in review.db, written in the transaction that makes the change."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from quality.store import reading
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Change:
    """at: UTC epoch seconds. by: user name, or "console". action: e.g. "user.add", "review.save". subject: what it was done to."""

    at: float
    by: str
    action: str
    subject: str
    detail: dict[str, object]


def record(database: Database, by: str, action: str, subject: str, detail: dict[str, object] | None = None) -> None:
    """Add one line to the log, inside the caller's transaction."""
    database.execute(
        "INSERT INTO changes (at, by, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
        (to_text(time.time()), by, action, subject, json.dumps(detail or {}, ensure_ascii=False)),
    )


def list_changes(store: Path, subject: str | None = None, limit: int = 200) -> list[Change]:
    """The latest changes, newest first; of one subject if given."""
    where, values = ("WHERE subject = ?", (subject,)) if subject else ("", ())
    with reading(store) as connection:
        rows = connection.execute(f"SELECT * FROM review.changes {where} ORDER BY id DESC LIMIT ?", (*values, limit))  # noqa: S608
        return [Change(from_text(r["at"]), r["by"], r["action"], r["subject"], json.loads(r["detail"])) for r in rows]
