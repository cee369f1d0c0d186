"""The nightly comparison of the PBX's books with the box's, as calls.db keeps it for reports and pages."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from recorder.times import from_text


@dataclass(frozen=True)
class ReconciledDay:
    """One day. day: local date. records: calls the PBX counted. calls: recorded, or rang. matched: records that belong to calls.
    missed, unlisted: faults; expected: what stands in one book only and should (nobody answered, internal, not tapped). made_at:
    UTC epoch seconds."""

    day: str
    records: int
    calls: int
    matched: int
    missed: int
    unlisted: int
    expected: int
    made_at: float

    @property
    def recorded_share(self) -> float | None:
        """Share of the calls the PBX counted on tapped lines that were recorded; None without any."""
        counted = self.matched + self.missed
        return self.matched / counted if counted else None


@dataclass(frozen=True)
class ReconciledItem:
    """A call that stands in one of the books only. kind: "missed" (the PBX's) or "unlisted" (the box's). reason: of
    recorder.pbx.reconcile.REASONS. at: UTC epoch seconds, of the PBX's own clock where it is the PBX's. call_id, line: of the
    box's. The rest is the record's, empty where it is the box's."""

    kind: str
    reason: str
    at: float
    duration_s: float | None
    line: str
    call_id: str | None
    extension: str
    trunk: str
    direction: str
    number: str
    raw: str


DAYS_SQL = "SELECT * FROM reconciliations WHERE records + calls > 0 ORDER BY day DESC LIMIT ?"

ITEMS_SQL = """SELECT i.kind, i.reason, coalesce(r.started_at, c.started_at) AS at,
    coalesce(r.duration_s, c.duration_s) AS duration_s,
    coalesce(c.line, '') AS line, c.id AS call_id, coalesce(r.extension, c.extension, '') AS extension,
    coalesce(r.trunk, '') AS trunk, coalesce(r.direction, c.direction) AS direction, coalesce(r.number, '') AS number,
    coalesce(r.raw, '') AS raw
    FROM reconciliation_items i LEFT JOIN call_records r ON r.id = i.record_id LEFT JOIN calls c ON c.id = i.call_id
    WHERE i.day = ? AND coalesce(r.started_at, c.started_at) IS NOT NULL ORDER BY at"""


def day_of(row: sqlite3.Row) -> ReconciledDay:
    """A row of DAYS_SQL."""
    counts = {name: row[name] for name in ("day", "records", "calls", "matched", "missed", "unlisted", "expected")}
    return ReconciledDay(**counts, made_at=from_text(row["made_at"]))


def item_of(row: sqlite3.Row) -> ReconciledItem:
    """A row of ITEMS_SQL."""
    return ReconciledItem(**{name: row[name] for name in row.keys()} | {"at": from_text(row["at"])})  # noqa: SIM118
