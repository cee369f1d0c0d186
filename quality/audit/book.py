"""The audit log as people read it: filtered, newest first, a page at a time, and as CSV."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.audit.entries import COLUMNS, KINDS, Entry, entry
from quality.audit.words import action_name
from quality.calls.filter import day_start
from quality.csvtables import BOM
from quality.store import reading

PAGE = 100
_BATCH = 1000
_HEADS = {
    "zh": ("序号", "时间", "人员", "类别", "操作", "对象", "详情", "来源地址", "哈希"),
    "en": ("no", "time", "who", "kind", "action", "subject", "detail", "address", "hash"),
}


@dataclass(frozen=True)
class Wanted:
    """What entries must all be; a field left empty asks nothing. by, subject, address: exactly. kind: one of KINDS. action: how it
    begins ("user", "user.add"). since, until: local days, both included."""

    by: str = ""
    kind: str = ""
    action: str = ""
    subject: str = ""
    address: str = ""
    since: date | None = None
    until: date | None = None

    def where(self, zone: ZoneInfo) -> tuple[str, list[object]]:
        """A WHERE clause over `changes` and its values."""
        equal = {'"by"': self.by, "kind": self.kind, "subject": self.subject, "address": self.address}
        parts = [f"{column} = ?" for column, value in equal.items() if value]
        values: list[object] = [value for value in equal.values() if value]
        if self.action:
            parts.append("action >= ? AND action < ?")
            values += [self.action, self.action + "\U0010ffff"]
        if self.since:
            parts.append("at >= ?")
            values.append(day_start(self.since, zone))
        if self.until and self.until < date.max:
            parts.append("at < ?")
            values.append(day_start(self.until + timedelta(days=1), zone))
        return " AND ".join(parts) or "1", values


class AuditBook:
    """The log of one box. timezone: IANA name; days are local to it."""

    def __init__(self, store: Path, timezone: str) -> None:
        self._store = store
        self._zone = ZoneInfo(timezone)

    def page(self, wanted: Wanted, before: int | None = None, limit: int = PAGE) -> tuple[list[Entry], int | None]:
        """Entries that fit, newest first, older than number `before`; and the number to hand back for the next page."""
        with reading(self._store) as connection:
            found = self._some(connection, wanted, before, limit + 1)
        return found[:limit], found[limit - 1].seq if len(found) > limit else None

    def csv(self, wanted: Wanted, language: str) -> Iterator[bytes]:
        """All that fit, newest first, as pieces of a CSV with UTF-8 BOM. Times are local."""
        yield _line((BOM + _HEADS[language][0], *_HEADS[language][1:]))
        before: int | None = None
        while True:
            entries, before = self.page(wanted, before, _BATCH)
            for found in entries:
                yield _line(self._cells(found, language))
            if before is None:
                return

    def people(self) -> list[str]:
        """Everybody who stands in it, by name."""
        with reading(self._store) as connection:
            return [row[0] for row in connection.execute(_DISTINCT_PEOPLE)]

    def head(self) -> Entry | None:
        """The last entry: number and hash, to be noted elsewhere."""
        with reading(self._store) as connection:
            found = self._some(connection, Wanted(), None, 1)
        return found[0] if found else None

    def _some(self, connection: sqlite3.Connection, wanted: Wanted, before: int | None, limit: int) -> list[Entry]:
        where, values = wanted.where(self._zone)
        sql = f"SELECT {COLUMNS} FROM review.changes WHERE {where} AND id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        return [entry(row) for row in connection.execute(sql, (*values, before or 1 << 62, limit))]

    def _cells(self, found: Entry, language: str) -> tuple[str, ...]:
        moment = datetime.fromtimestamp(found.instant, self._zone).isoformat(" ", "milliseconds")
        kind = KINDS[found.kind].text(language) if found.kind in KINDS else found.kind
        action = action_name(found.action).text(language)
        return (
            str(found.seq), moment, found.by, kind, action, found.subject, found.detail, found.address, found.hash or "",
        )  # fmt: skip


def _line(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    # A cell that begins like a formula is one to a spreadsheet, and strangers' names stand here.
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells])
    return text.getvalue().encode("utf-8")


# Jumps from one name to the next in the index instead of reading every entry.
_DISTINCT_PEOPLE = """
WITH RECURSIVE found (name) AS (
    SELECT min("by") FROM review.changes
    UNION ALL SELECT (SELECT min("by") FROM review.changes WHERE "by" > found.name) FROM found WHERE found.name IS NOT NULL)
SELECT name FROM found WHERE name IS NOT NULL
"""
