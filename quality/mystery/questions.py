"""The question bank of mystery calls (内部拨测): somebody proposes a question with its answer, somebody else approves it."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from hw.messages import UserError
from quality.access.roles import STAFF, require
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import to_text


@dataclass(frozen=True)
class Question:
    """state: "proposed", "approved", "refused" or "retired"."""

    id: str
    topic: str
    question: str
    answer: str
    state: str
    proposed_by: str
    reviewed_by: str | None


class Questions:
    """The bank of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def propose(self, topic: str, question: str, answer: str, user: User) -> Question:
        """Raises UserError when one of them is empty or the question is in the bank already; and to agents."""
        require(user, STAFF)
        if not (topic.strip() and question.strip() and answer.strip()):
            raise UserError("A question needs a topic, its words and the answer.", "请填写主题、问题和标准答案。")
        if any(q.question == question.strip() and q.state in ("proposed", "approved") for q in self.list()):
            raise UserError("This question is in the bank already.", "题库中已有此题。")
        key = new_id(time.time())
        with writing(self._store) as database:
            database.table("questions").insert({
                "id": key, "topic": topic.strip(), "question": question.strip(), "answer": answer.strip(), "state": "proposed",
                "proposed_by": user.name, "proposed_at": to_text(time.time()),
            })  # fmt: skip
            record(database, user.name, "question.propose", key, {"topic": topic.strip()})
        return self._get(key)

    def review(self, key: str, approve: bool, user: User) -> Question:
        """Approve or refuse. Raises UserError for its own proposer, who cannot, and when somebody has reviewed it already."""
        require(user, STAFF)
        if self._get(key).proposed_by == user.name:
            raise UserError("Somebody else has to review your question.", "题目须由他人审核。")
        return self._move(key, "proposed", "approved" if approve else "refused", user)

    def retire(self, key: str, user: User) -> Question:
        """It is asked no more; what was asked stays."""
        require(user, STAFF)
        return self._move(key, "approved", "retired", user)

    def list(self, state: str | None = None) -> list[Question]:
        """The oldest first; of one state if given."""
        with reading(self._store) as connection:
            rows = connection.execute("SELECT * FROM review.questions ORDER BY proposed_at, id").fetchall()
        return [_question(row) for row in rows if state in (None, row["state"])]

    def _get(self, key: str) -> Question:
        found = [question for question in self.list() if question.id == key]
        if not found:
            raise UserError("There is no such question.", "没有此题目。")
        return found[0]

    def _move(self, key: str, before: str, after: str, user: User) -> Question:
        with writing(self._store) as database:
            sql = "UPDATE questions SET state = ?, reviewed_by = ?, reviewed_at = ? WHERE id = ? AND state = ?"
            if not database.execute(sql, (after, user.name, to_text(time.time()), key, before)).rowcount:
                raise UserError(f"This question is not {before} any more.", "该题目的状态已改变。")
            record(database, user.name, f"question.{after}", key, {})
        return self._get(key)


def _question(row: sqlite3.Row) -> Question:
    return Question(
        row["id"], row["topic"], row["question"], row["answer"], row["state"], row["proposed_by"], row["reviewed_by"]
    )  # fmt: skip
