"""Where in a call something was found: the place a page plays from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quality.store import reading
from recorder.times import from_text

LEAD_S = 2.0
"""Seconds heard before the place, so that one hears how it came to it."""


@dataclass(frozen=True)
class Place:
    """A call and where to listen. at_s: seconds into the call, 0 when nobody knows the place. total: the review's, None without
    one. comment: what the reviewer wrote of the item. started_at: UTC epoch seconds."""

    call_id: str
    started_at: float
    agent_id: str
    agent: str
    team: str
    at_s: float
    total: float | None
    comment: str


def places(store: Path, found: Sequence[tuple[str, str]]) -> tuple[Place, ...]:
    """Of (call, item of the form): where the machine heard what speaks for the item, else the first note made in the call."""
    with reading(store) as connection:
        return tuple(place for call_id, item in found if (place := _place(connection, call_id, item)) is not None)


_CALL = """
SELECT c.id, c.started_at, coalesce(c.agent_id, '') AS agent_id, coalesce(a.name, '') AS agent, c.team, r.id AS review, r.total
FROM calls.calls c LEFT JOIN calls.agents a ON a.id = c.agent_id
LEFT JOIN review.reviews r ON r.call_id = c.id AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)
WHERE c.id = ?
"""


def _place(connection: sqlite3.Connection, call_id: str, item: str) -> Place | None:
    row = connection.execute(_CALL, (call_id,)).fetchone()
    if row is None:
        return None
    sql = "SELECT comment, suggestion FROM review.review_items WHERE review_id = ? AND item = ?"
    graded = connection.execute(sql, (row["review"], item)).fetchone()
    at = _machine(graded["suggestion"]) if graded else None
    if at is None:
        note = connection.execute(_NOTE, (call_id,)).fetchone()
        at = note[0] if note else 0.0
    comment = graded["comment"] if graded else ""
    return Place(
        row["id"], from_text(row["started_at"]), row["agent_id"], row["agent"], row["team"], max(0.0, at - LEAD_S), row["total"],
        comment,
    )  # fmt: skip


_NOTE = "SELECT at_s FROM review.notes WHERE call_id = ? AND removed_at IS NULL ORDER BY at_s LIMIT 1"


def _machine(suggestion: str | None) -> float | None:
    moments = json.loads(suggestion)["moments"] if suggestion else []
    return min((float(moment["start"]) for moment in moments), default=None)
