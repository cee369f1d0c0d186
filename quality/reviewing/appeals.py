"""After a review: the agent acknowledges it or appeals, in time; a lead decides, once."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.access.users import User
from quality.changes import record
from quality.reviewing.check import Marks
from quality.reviewing.reviews import Review, Reviews, insert
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.settings.sections import QualityRules
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Appeal:
    """state: "open", "upheld" (the agent was right; decided_review is the new version) or "rejected". revision: hand it back with a
    decision, so that of two people only one decides. Instants: UTC epoch seconds; decide_by: a local date."""

    id: str
    review_id: str
    call_id: str
    agent_id: str
    reason: str
    filed_by: str
    filed_at: float
    decide_by: date
    state: str
    revision: int
    decided_by: str | None
    decided_at: float | None
    decision: str
    decided_review: str | None

    def is_late(self, today: date) -> bool:
        """Open after the day it had to be decided by."""
        return self.state == "open" and today > self.decide_by


@dataclass(frozen=True)
class Acknowledgement:
    """at: UTC epoch seconds."""

    by: str
    at: float
    comment: str


class Appeals:
    """Acknowledgements and appeals of one box. timezone: IANA; deadlines (of `rules`, calendar days) end with a local day."""

    def __init__(self, store: Path, timezone: str, rules: QualityRules | None = None) -> None:
        self._store, self._zone, self._rules = store, ZoneInfo(timezone), rules or QualityRules()

    def acknowledge(self, call_id: str, user: User, comment: str = "", now: float | None = None) -> None:
        """The agent has seen the review that holds. Raises UserError when it is not their call, not reviewed, or seen already."""
        review = self._own(call_id, user)
        at = to_text(time.time() if now is None else now)
        with writing(self._store) as database:
            if database.execute("SELECT 1 FROM acknowledgements WHERE review_id = ?", (review.id,)).fetchone():
                raise UserError("This review is acknowledged already.", "该评审已确认。")
            database.execute("INSERT INTO acknowledgements VALUES (?, ?, ?, ?)", (review.id, user.name, at, comment.strip()))
            record(database, user.name, "review.acknowledge", call_id, {"review": review.id})

    def acknowledgement(self, review_id: str) -> Acknowledgement | None:
        """Whether and when the agent has seen it."""
        with reading(self._store) as connection:
            row = connection.execute("SELECT * FROM review.acknowledgements WHERE review_id = ?", (review_id,)).fetchone()
        return Acknowledgement(row["by"], from_text(row["at"]), row["comment"]) if row else None

    def last_day(self, review: Review) -> date:
        """The last local day on which the review may be appealed against."""
        return self._day(review.reviewed_at) + timedelta(days=self._rules.appeal_days)

    def file(self, call_id: str, user: User, reason: str, now: float | None = None) -> Appeal:
        """Appeal against the review that holds. Raises UserError when it is not the user's own call, without a reason, after the
        last day (which it names), or when there was an appeal against this review already."""
        now = time.time() if now is None else now
        review = self._own(call_id, user)
        self._check_appeal(review, reason, now)
        key, decide_by = new_id(now), self._day(now) + timedelta(days=self._rules.decide_days)
        with writing(self._store) as database:
            if database.execute("SELECT 1 FROM appeals WHERE review_id = ?", (review.id,)).fetchone():
                raise UserError("There was an appeal against this review already.", "该评审已申诉过。")
            database.table("appeals").insert({
                "id": key, "review_id": review.id, "call_id": call_id, "agent_id": user.agent_id, "reason": reason.strip(),
                "filed_by": user.name, "filed_at": to_text(now), "decide_by": decide_by.isoformat(), "state": "open",
            })  # fmt: skip
            record(database, user.name, "appeal.file", call_id, {"appeal": key})
        return self.get(key)

    def uphold(self, appeal: Appeal, why: str, user: User, marks: Marks, now: float | None = None) -> Appeal:
        """The agent was right: the call gets a new version of its review with these marks, in the same transaction. Raises
        UserError when somebody else has decided, ReviewErrors when the marks are not whole."""
        old = Reviews(self._store).latest(appeal.call_id)
        if old is None:
            raise UserError("The review is gone.", "评审不存在。")
        draft = Reviews(self._store).prepare(appeal.call_id, old.form_id, old.form_version, marks, user)
        self._check_decision(appeal, why, user)
        with writing(self._store) as database:
            self._claim(database, appeal, "upheld", why, user, now)
            review = insert(database, draft, old.version)
            database.execute("UPDATE appeals SET decided_review = ? WHERE id = ?", (review, appeal.id))
        return self.get(appeal.id)

    def reject(self, appeal: Appeal, why: str, user: User, now: float | None = None) -> Appeal:
        """The review stays. Raises UserError when somebody else has decided."""
        self._check_decision(appeal, why, user)
        with writing(self._store) as database:
            self._claim(database, appeal, "rejected", why, user, now)
        return self.get(appeal.id)

    def get(self, key: str) -> Appeal:
        """Raises UserError when there is none."""
        found = self._select("id = ?", key)
        if not found:
            raise UserError("There is no such appeal.", "没有此申诉。")
        return found[0]

    def of_call(self, call_id: str) -> list[Appeal]:
        """A call's appeals, oldest first."""
        return self._select("call_id = ?", call_id)

    def open(self) -> list[Appeal]:
        """What has to be decided, the most urgent first."""
        return sorted(self._select("state = ?", "open"), key=lambda a: (a.decide_by, a.filed_at))

    def decided(self, limit: int = 50) -> list[Appeal]:
        """The decided ones, the latest decision first."""
        with reading(self._store) as connection:
            sql = "SELECT * FROM review.appeals WHERE state IN ('upheld', 'rejected') ORDER BY decided_at DESC LIMIT ?"
            return [_appeal(row) for row in connection.execute(sql, (limit,))]

    def of_agent(self, agent_id: str, limit: int = 200) -> list[Appeal]:
        """An agent's appeals, newest first."""
        return self._select("agent_id = ?", agent_id)[::-1][:limit]

    def _select(self, where: str, value: str) -> list[Appeal]:
        with reading(self._store) as connection:
            rows = connection.execute(f"SELECT * FROM review.appeals WHERE {where} ORDER BY filed_at", (value,))  # noqa: S608
            return [_appeal(row) for row in rows]

    def _own(self, call_id: str, user: User) -> Review:
        with reading(self._store) as connection:
            row = connection.execute("SELECT agent_id FROM calls.calls WHERE id = ?", (call_id,)).fetchone()
        if row is None or not user.agent_id or row[0] != user.agent_id:
            raise UserError("Only the agent of the call can do this.", "只有该通话的座席可以操作。")
        review = Reviews(self._store).latest(call_id)
        if review is None:
            raise UserError("This call is not reviewed yet.", "该通话尚未评审。")
        return review

    def _check_appeal(self, review: Review, reason: str, now: float) -> None:
        if not reason.strip():
            raise UserError("Say what is wrong with the review.", "请说明申诉理由。")
        last = self.last_day(review)
        if self._day(now) > last:
            raise UserError(f"The last day to appeal was {last}.", f"申诉截止日期为 {last}，已过期。")

    def _check_decision(self, appeal: Appeal, why: str, user: User) -> None:
        if user.role not in LEADS:
            raise UserError("Only a lead decides an appeal.", "只有主管可以裁定申诉。")
        if not why.strip():
            raise UserError("Say why it is decided so.", "请填写裁定理由。")
        with reading(self._store) as connection:
            row = connection.execute("SELECT reviewer_id FROM review.reviews WHERE id = ?", (appeal.review_id,)).fetchone()
        if row and row[0] == user.id:
            raise UserError("Who gave the review does not decide on it.", "评审人不能裁定对自己评审的申诉。")

    def _claim(self, database: Database, appeal: Appeal, state: str, why: str, user: User, now: float | None) -> None:  # noqa: PLR0917
        at = to_text(time.time() if now is None else now)
        done = database.execute(
            """UPDATE appeals SET state = ?, revision = revision + 1, decided_by = ?, decided_at = ?, decision = ?
            WHERE id = ? AND revision = ? AND state = 'open'""",
            (state, user.name, at, why.strip(), appeal.id, appeal.revision),
        )
        if not done.rowcount:
            by, when = database.execute("SELECT decided_by, decided_at FROM appeals WHERE id = ?", (appeal.id,)).fetchone()
            day = f"{datetime.fromtimestamp(from_text(when), self._zone):%Y-%m-%d %H:%M}"
            raise UserError(
                f"{by} has decided this appeal already ({day}). Yours was not kept.",
                f"{by} 已于 {day} 裁定此申诉，您的裁定未保存。",
            )
        record(database, user.name, f"appeal.{state}", appeal.call_id, {"appeal": appeal.id, "why": why.strip()})

    def _day(self, at: float) -> date:
        return datetime.fromtimestamp(at, self._zone).date()


def _appeal(row: sqlite3.Row) -> Appeal:
    return Appeal(
        row["id"], row["review_id"], row["call_id"], row["agent_id"], row["reason"], row["filed_by"], from_text(row["filed_at"]),
        date.fromisoformat(row["decide_by"]), row["state"], row["revision"], row["decided_by"],
        None if row["decided_at"] is None else from_text(row["decided_at"]), row["decision"], row["decided_review"],
    )  # fmt: skip
