"""Notes at a moment of a call."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

MAX_NOTE = 2000  # characters


@dataclass(frozen=True)
class Note:
    """at_s: seconds into the call. at: when it was written, UTC epoch seconds."""

    id: str
    at_s: float
    text: str
    by: str
    at: float


class Notes:
    """The notes of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(self, call_id: str, at_s: float, text: str, user: User) -> Note:
        """Raises UserError on an empty or too long note, or a moment that is not in the call."""
        text = text.strip()
        with reading(self._store) as connection:
            row = connection.execute("SELECT duration_s FROM calls.calls WHERE id = ?", (call_id,)).fetchone()
        if row is None or not 0 <= at_s <= (row[0] or 0.0):
            raise UserError("There is no such moment in the call.", "通话中没有这一时刻。")
        if not text or len(text) > MAX_NOTE:
            raise UserError(f"A note has 1 to {MAX_NOTE} characters.", f"批注须为 1 至 {MAX_NOTE} 个字符。")
        note = Note(new_id(time.time()), round(at_s, 2), text, user.name, round(time.time(), 3))
        with writing(self._store) as database:
            database.execute(
                "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, NULL)", (note.id, call_id, note.at_s, text, note.by, to_text(note.at))
            )
            record(database, user.name, "note.add", call_id, {"note": note.id, "at_s": note.at_s})
        return note

    def of_call(self, call_id: str) -> list[Note]:
        """In the order of the call."""
        sql = "SELECT * FROM review.notes WHERE call_id = ? AND removed_at IS NULL ORDER BY at_s, at"
        with reading(self._store) as connection:
            return [Note(r["id"], r["at_s"], r["text"], r["by"], from_text(r["at"])) for r in connection.execute(sql, (call_id,))]

    def remove(self, key: str, user: User) -> None:
        """Take a note back; its writer or a lead. It stays in the log of changes."""
        with writing(self._store) as database:
            row = database.execute("SELECT call_id, by, text FROM notes WHERE id = ? AND removed_at IS NULL", (key,)).fetchone()
            if row is None or (row[1] != user.name and user.role not in LEADS):
                raise UserError("This note is not yours to remove.", "无权删除该批注。")
            database.execute("UPDATE notes SET removed_at = ? WHERE id = ?", (to_text(time.time()), key))
            record(database, user.name, "note.remove", row[0], {"note": key, "text": row[2]})
