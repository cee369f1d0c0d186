"""Calls that people have kept: no retention rule deletes their audio until somebody releases them (证据保留)."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from hw.messages import UserError
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.store.reader import CallReader
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Hold:
    """Why a call is kept. kind: "evidence" (placed here), "case", "appeal", "review", "calibration" or "coaching" (as long as those
    are open)."""

    call_id: str
    kind: str
    reason: str


@dataclass(frozen=True)
class PlacedHold:
    """A hold placed by a person, standing or released. Instants are UTC epoch seconds."""

    id: str
    call_id: str
    reason: str
    placed_by: str
    placed_at: float
    released_by: str | None
    released_at: float | None
    release_reason: str


class Holds:
    """The holds of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def place(self, call_id: str, reason: str, by: str) -> None:
        """Keep a call's audio until it is released. Raises UserError without a reason, for a call that is not there or whose audio
        is deleted already, and for one on hold already."""
        reason = _said(reason)
        self._check_call(call_id)
        row = {"id": new_id(time.time()), "call_id": call_id, "reason": reason, "placed_by": by, "placed_at": to_text(time.time())}
        try:
            with writing(self._store) as database:
                database.table("holds").insert(row)
                record(database, by, "hold.place", call_id, {"reason": reason})
        except sqlite3.IntegrityError:
            raise UserError(f"Call {call_id} is on hold already.", f"通话 {call_id} 已被保留。") from None
        self._check_call(call_id)  # it may have been deleted while we wrote

    def release(self, call_id: str, reason: str, by: str) -> None:
        """Let retention have the call again. Raises UserError when it is not on hold (by a person)."""
        reason, now = _said(reason), to_text(time.time())
        with writing(self._store) as database:
            done = database.execute(
                "UPDATE holds SET released_by = ?, released_at = ?, release_reason = ? WHERE call_id = ? AND released_at IS NULL",
                (by, now, reason, call_id),
            )
            if not done.rowcount:
                raise UserError(f"Call {call_id} is not on hold.", f"通话 {call_id} 没有被保留。")
            record(database, by, "hold.release", call_id, {"reason": reason})

    def of_call(self, call_id: str) -> list[Hold]:
        """Everything that keeps a call now."""
        with reading(self._store) as connection:
            rows = connection.execute("SELECT * FROM review.retention_holds WHERE call_id = ? ORDER BY kind", (call_id,))
            return [Hold(*row) for row in rows]

    def placed(self, *, standing: bool = True) -> list[PlacedHold]:
        """Holds placed by people, newest first; standing: only those not released."""
        where = "WHERE released_at IS NULL" if standing else ""
        with reading(self._store) as connection:
            rows = connection.execute(f"SELECT * FROM review.holds {where} ORDER BY placed_at DESC, id DESC")  # noqa: S608
            return [_placed(row) for row in rows]

    def _check_call(self, call_id: str) -> None:
        with CallReader(self._store) as reader:
            if reader.call(call_id) is None:
                raise UserError(f"There is no call {call_id}.", f"没有通话 {call_id}。")
            if reader.tombstone(call_id) is not None:
                raise UserError(f"The audio of call {call_id} is deleted already.", f"通话 {call_id} 的录音已被删除。")


def _said(reason: str) -> str:
    if not reason.strip():
        raise UserError("Say why: a reason is kept with it.", "请说明原因：原因会一并保存。")
    return reason.strip()


def _placed(row: sqlite3.Row) -> PlacedHold:
    released = None if row["released_at"] is None else from_text(row["released_at"])
    return PlacedHold(
        row["id"], row["call_id"], row["reason"], row["placed_by"], from_text(row["placed_at"]), row["released_by"], released,
        row["release_reason"],
    )  # fmt: skip
