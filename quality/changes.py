"""The log of changes: who changed what in review.db, written in the transaction that makes the change. Changes are entries of
the audit log (quality.audit), which holds what was heard, taken away and refused as well."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from quality.audit.chain import append
from quality.audit.entries import BEGAN, CHANGE, COLUMNS, EXPORT, entry
from quality.store import reading


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
    append(database, CHANGE, by, action, subject, detail)


def list_changes(store: Path, subject: str | None = None, limit: int = 200) -> list[Change]:
    """The latest changes and exports, newest first; of one subject if given."""
    where = "kind IN (?, ?) AND action <> ?" + (" AND subject = ?" if subject else "")
    values = (CHANGE, EXPORT, BEGAN, *([subject] if subject else []), limit)
    with reading(store) as connection:
        rows = connection.execute(f"SELECT {COLUMNS} FROM review.changes WHERE {where} ORDER BY id DESC LIMIT ?", values)  # noqa: S608
        return [Change(e.instant, e.by, e.action, e.subject, e.facts) for e in map(entry, rows)]
