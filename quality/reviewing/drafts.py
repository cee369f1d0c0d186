"""Marks on a form that are not a review yet. They are kept on the box with every change and flushed to the disk before they count
as kept (review.db, synchronous = FULL), so that a power cut, a crash or a closed window costs none.

A draft belongs to a person and a call; it is gone with the review that comes of it. It is not in the log of changes: it is work on
the way, and the review that ends it is.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from hw.messages import UserError
from quality.access.roles import REVIEWERS, require
from quality.access.users import User
from quality.forms.form import NOT_APPLICABLE
from quality.reviewing.check import MAX_COMMENT, Marks
from quality.store import reading, writing
from recorder.times import from_text, to_text

MAX_WINDOW = 64  # characters of a window's name
MAX_ENTRIES = 500  # items of a form at most
LASTS_S = 12 * 3600.0  # a draft untouched for longer says nothing of who is at work now


@dataclass(frozen=True)
class FormDraft:
    """form: (id, version). based_on: the review's version the person had before them. window: a name of the browser window that
    wrote it, number: its how manieth change; revision counts every write. saved_at: UTC epoch seconds."""

    call_id: str
    form: tuple[str, str]
    based_on: int
    marks: Marks
    window: str
    number: int
    revision: int = 0
    saved_at: float = 0.0

    @property
    def graded(self) -> int:
        """Items that have a grade."""
        return sum(bool(grade) for grade in self.marks.grades.values())


@dataclass(frozen=True)
class AtWork:
    """Somebody else who is scoring the call. at: their last change, UTC epoch seconds."""

    name: str
    at: float


class ElsewhereError(UserError):
    """The same person has marked the call in another window since."""

    def __init__(self, saved_at: float) -> None:
        self.saved_at = saved_at
        super().__init__(
            "You have marked this call in another window meanwhile. Decide which of the two counts.",
            "您已在另一个窗口为此通话评分，请选择以哪个窗口为准。",
        )


class Drafts:
    """The drafts of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def keep(self, draft: FormDraft, user: User, *, seen: int, instead: bool = False, now: float | None = None) -> FormDraft:
        """Keep marks; what is returned is on the disk. seen: the revision the window knows of. A write of the same window that
        comes late, after a newer one, changes nothing. Raises ElsewhereError when another window has written since `seen`, unless
        `instead` of it is asked for; UserError for who does not review, has saved a review since, or sends too much for a form."""
        require(user, REVIEWERS)
        _check(draft)
        saved_at = time.time() if now is None else now
        with writing(self._store) as database:
            _check_open(database, draft, user.id)
            held = _held(database, draft.call_id, user.id)
            if held and held.window == draft.window and held.number >= draft.number:
                return held
            if held and held.window != draft.window and held.revision != seen and not instead:
                raise ElsewhereError(held.saved_at)
            _write(database, draft, user.id, (held.revision if held else 0) + 1, to_text(saved_at))
            kept = _held(database, draft.call_id, user.id)
        assert kept is not None
        return kept

    def of(self, call_id: str, user: User) -> FormDraft | None:
        """A person's draft of a call."""
        with reading(self._store) as connection:
            row = connection.execute(_OWN, (call_id, user.id)).fetchone()
        return _draft(row) if row else None

    def of_person(self, user_id: str, call_ids: Sequence[str]) -> dict[str, FormDraft]:
        """A person's drafts of these calls, by call."""
        sql = "SELECT * FROM review_drafts WHERE user_id = ? AND call_id IN (SELECT value FROM json_each(?))"
        with reading(self._store) as connection:
            return {row["call_id"]: _draft(row) for row in connection.execute(sql, (user_id, json.dumps(list(call_ids))))}

    def others(self, call_id: str, user: User, now: float | None = None) -> list[AtWork]:
        """Who else has marked the call lately and not saved yet, the latest first."""
        since = to_text((time.time() if now is None else now) - LASTS_S)
        sql = """SELECT u.name, d.saved_at FROM review.review_drafts d JOIN review.users u ON u.id = d.user_id
            WHERE d.call_id = ? AND d.user_id <> ? AND d.saved_at >= ? ORDER BY d.saved_at DESC"""
        with reading(self._store) as connection:
            return [AtWork(row[0], from_text(row[1])) for row in connection.execute(sql, (call_id, user.id, since))]

    def forget(self, call_id: str, user: User) -> None:
        """Throw a draft away."""
        with writing(self._store) as database:
            forget(database, call_id, user.id)


def forget(database: Database, call_id: str, user_id: str) -> None:
    """The draft has become a review, or nothing; inside the caller's transaction."""
    database.execute("DELETE FROM review_drafts WHERE call_id = ? AND user_id = ?", (call_id, user_id))


_OWN = "SELECT * FROM review_drafts WHERE call_id = ? AND user_id = ?"


def _held(database: Database, call_id: str, user_id: str) -> FormDraft | None:
    cursor = database.conn.cursor()
    cursor.row_factory = sqlite3.Row
    row = cursor.execute(_OWN, (call_id, user_id)).fetchone()
    return _draft(row) if row else None


def _check_open(database: Database, draft: FormDraft, user_id: str) -> None:
    """A write on its way while its review was saved, or of a window left open, must not make a draft of a review again."""
    sql = "SELECT 1 FROM reviews WHERE call_id = ? AND version > ? AND reviewer_id = ?"
    if database.execute(sql, (draft.call_id, draft.based_on, user_id)).fetchone():
        raise UserError("You have saved a review of this call meanwhile. Open it again.", "您已保存此通话的评审，请重新打开。")


def _write(database: Database, draft: FormDraft, user_id: str, revision: int, at: str) -> None:
    values = (
        draft.call_id, user_id, *draft.form, draft.based_on, _as_json(draft.marks), draft.window, draft.number, revision, at,
    )  # fmt: skip
    database.execute("INSERT OR REPLACE INTO review_drafts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _as_json(marks: Marks) -> str:
    kept = {
        "grades": {item: grade for item, grade in marks.grades.items() if grade},
        "comments": {item: text for item, text in marks.comments.items() if text},
        "taboos": list(marks.taboos), "comment": marks.comment,
    }  # fmt: skip
    return json.dumps(kept, ensure_ascii=False)


def _draft(row: sqlite3.Row) -> FormDraft:
    kept = json.loads(row["marks"])
    return FormDraft(
        row["call_id"], (row["form_id"], row["form_version"]), row["based_on"],
        Marks(kept["grades"], kept["comments"], tuple(kept["taboos"]), kept["comment"]), row["window"], row["number"],
        row["revision"], from_text(row["saved_at"]),
    )  # fmt: skip


def _check(draft: FormDraft) -> None:
    marks = draft.marks
    texts: Mapping[str, str] = {**marks.comments, "": marks.comment}
    entries = len(marks.grades) + len(marks.comments) + len(marks.taboos)
    grades = (*marks.grades.values(), *marks.grades, *marks.comments, *marks.taboos, *draft.form)
    if entries > MAX_ENTRIES or any(len(text) > len(NOT_APPLICABLE) + 100 for text in grades) or len(draft.window) > MAX_WINDOW:
        raise UserError("This is more than a form can hold.", "内容超出评分表的容量。")
    if any(len(text) > MAX_COMMENT for text in texts.values()):
        raise UserError(f"A comment is longer than {MAX_COMMENT} characters.", f"评语超过 {MAX_COMMENT} 个字符。")
