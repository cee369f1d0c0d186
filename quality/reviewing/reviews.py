"""Reviews: what a person grades a call on a form. Each save is a version of its own; nothing is overwritten.

The score: every item weighs its share of its section (`Form.weights`); earned = 100 × Σ weight·share ÷ Σ weight over the items that
are not n/a. A taboo (服务禁忌) makes the total 0; earned keeps what it would have been. A call passes when its total, as shown with
one decimal, reaches the form's pass line.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlite_utils import Database

from hw.messages import Message, UserError
from quality.access.users import User
from quality.calls.rows import CallView
from quality.calls.views import Views
from quality.changes import record
from quality.forms.assess import assess
from quality.forms.form import Form, score
from quality.forms.heard import Moment
from quality.forms.store import Forms, keep
from quality.forms.suggest import Suggestion
from quality.reviewing.assignments import submitted
from quality.reviewing.check import Marks, ReviewErrors, problems
from quality.reviewing.drafts import forget
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class ReviewItem:
    """grade: id of a grade or "na". suggestion: the machine's at the time, whatever the person made of it."""

    grade: str
    comment: str
    suggestion: Suggestion | None


@dataclass(frozen=True)
class Review:
    """One version of a call's review. earned, total, machine_score: 0–100. reviewed_at: UTC epoch seconds."""

    id: str
    call_id: str
    version: int
    form_id: str
    form_version: str
    items: dict[str, ReviewItem]
    taboos: tuple[str, ...]
    comment: str
    earned: float
    total: float
    passed: bool
    machine_score: float | None
    reviewer_id: str
    reviewer: str
    reviewed_at: float


@dataclass(frozen=True)
class Draft:
    """A review that may be kept."""

    form: Form
    call: CallView
    marks: Marks
    user: User


class Reviews:
    """The reviews of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def save(
        self, call_id: str, form_id: str, form_version: str, grades: Mapping[str, str], *, user: User,
        comments: Mapping[str, str] | None = None, taboos: Sequence[str] = (), comment: str = "", based_on: int | None = None,
    ) -> Review:  # fmt: skip
        """Keep a review as the call's newest version. grades: by item, a grade's id or "na". comments: by item; needed where the
        grade is the worst, and `comment` where there is a taboo. based_on: the version the person had before them (0: none); if
        another has appeared meanwhile it is refused. Raises ReviewErrors naming everything that is wrong, UserError when the call
        or the form does not exist."""
        said = {item: text.strip() for item, text in (comments or {}).items() if text.strip()}
        marks = Marks(grades, said, tuple(dict.fromkeys(taboos)), comment.strip())
        draft = self.prepare(call_id, form_id, form_version, marks, user)
        with writing(self._store) as database:
            insert(database, draft, based_on)
        return self.history(call_id)[0]

    def prepare(self, call_id: str, form_id: str, form_version: str, marks: Marks, user: User) -> Draft:
        """A review checked and ready for `insert`. Raises as `save` does."""
        form = Forms(self._store).get(form_id, form_version)
        call = Views(self._store).call(call_id)
        if form is None or call is None:
            raise _unknown(call_id, form_id, form_version, call is None)
        found = list(problems(form, call.row, user, marks))
        if found:
            raise ReviewErrors(found)
        return Draft(form, call, marks, user)

    def latest(self, call_id: str) -> Review | None:
        """The review that holds, or None."""
        found = self.history(call_id, limit=1)
        return found[0] if found else None

    def history(self, call_id: str, limit: int = 1000) -> list[Review]:
        """Every version of a call's review, newest first."""
        sql = """SELECT r.*, u.name AS reviewer FROM review.reviews r LEFT JOIN review.users u ON u.id = r.reviewer_id
            WHERE call_id = ? ORDER BY version DESC LIMIT ?"""
        with reading(self._store) as connection:
            return [_review(connection, row) for row in connection.execute(sql, (call_id, limit)).fetchall()]


def insert(database: Database, draft: Draft, based_on: int | None = None) -> str:
    """Keep a draft as the call's newest version, inside the caller's transaction; its id. Whoever the call was given to is done,
    and the draft it came of is gone. Raises UserError when another version has appeared since `based_on`."""
    form, call, marks, user = draft.form, draft.call, draft.marks, draft.user
    call_id, review_id = call.row.id, new_id(time.time())
    version = _next_version(database, call_id, based_on)
    keep(database, form, user.name)
    database.table("reviews").insert({"id": review_id, "version": version, "reviewer_id": user.id, **_totals(form, call, marks)})
    _write_marks(database, review_id, form, call, marks)
    submitted(database, call_id, review_id, user.id, to_text(time.time()))
    forget(database, call_id, user.id)
    record(database, user.name, "review.save", call_id, {"review": review_id, "version": version})
    return review_id


def _next_version(database: Database, call_id: str, based_on: int | None) -> int:
    held: int = database.execute("SELECT coalesce(max(version), 0) FROM reviews WHERE call_id = ?", (call_id,)).fetchone()[0]
    if based_on is not None and based_on != held:
        raise UserError(
            "Somebody else has reviewed this call meanwhile. Open it again, look at their review, and save yours if it still "
            "differs.",
            "其间已有他人评审了此通话。请重新打开查看其评分，如仍有不同意见再保存。",
        )
    return held + 1


def _totals(form: Form, call: CallView, marks: Marks) -> dict[str, object]:
    earned = score(form, dict(marks.grades)) or 0.0
    total = 0.0 if marks.taboos else earned
    return {
        "call_id": call.row.id, "form_id": form.id, "form_version": form.version, "earned": earned, "total": total,
        "passed": int(total >= form.pass_line and not marks.taboos), "machine_score": assess(form, call).score,
        "comment": marks.comment, "reviewed_at": to_text(time.time()),
    }  # fmt: skip


def _write_marks(database: Database, review_id: str, form: Form, call: CallView, marks: Marks) -> None:
    suggestions = assess(form, call).suggestions
    for item in form.items:  # in the form's order, whatever order the grades came in
        suggestion = json.dumps(asdict(suggestions[item]), ensure_ascii=False)
        row = (review_id, item, marks.grades[item], marks.comments.get(item, ""), suggestion)
        database.execute("INSERT INTO review_items VALUES (?, ?, ?, ?, ?)", row)
    for taboo in marks.taboos:
        database.execute("INSERT INTO review_taboos VALUES (?, ?)", (review_id, taboo))


def _review(connection: sqlite3.Connection, row: sqlite3.Row) -> Review:
    items = connection.execute("SELECT * FROM review.review_items WHERE review_id = ? ORDER BY rowid", (row["id"],))
    taboos = connection.execute("SELECT taboo FROM review.review_taboos WHERE review_id = ? ORDER BY rowid", (row["id"],))
    return Review(
        row["id"], row["call_id"], row["version"], row["form_id"], row["form_version"],
        {i["item"]: ReviewItem(i["grade"], i["comment"], _suggestion(i["suggestion"])) for i in items},
        tuple(t["taboo"] for t in taboos), row["comment"], row["earned"], row["total"], bool(row["passed"]), row["machine_score"],
        row["reviewer_id"], row["reviewer"] or "", from_text(row["reviewed_at"]),
    )  # fmt: skip


def _suggestion(text: str | None) -> Suggestion | None:
    if text is None:
        return None
    kept = json.loads(text)
    return Suggestion(kept["grade"], Message(**kept["reason"]), tuple(Moment(**moment) for moment in kept["moments"]))


def _unknown(call_id: str, form_id: str, form_version: str, no_call: bool) -> UserError:
    if no_call:
        return UserError(f"There is no call {call_id}.", f"没有通话 {call_id}。")
    return UserError(
        f"There is no version {form_version} of form {form_id}. Open the call again.",
        f"没有评分表 {form_id} 的版本 {form_version}，请重新打开此通话。",
    )
