"""Calls given to people to review: sampled or by hand, from being given to being submitted or handed back."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hw.messages import Message, UserError
from quality.access.roles import REVIEWERS, STAFF, require
from quality.access.users import User
from quality.changes import record
from quality.forms.store import Forms, keep
from quality.sampling.rules import NAMES
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Assignment:
    """reason: why this call, e.g. "flagged", "duration.s50_80", "hand", "recheck"; detail: the rest of it. form: (id, version) it
    was begun on. Times: UTC epoch seconds, None while it has not happened."""

    id: str
    call_id: str
    inspector_id: str
    inspector: str
    agent_id: str
    reason: str
    detail: dict[str, Any]
    assigned_at: float
    started_at: float | None
    submitted_at: float | None
    returned_at: float | None
    form: tuple[str, str] | None
    review_id: str | None
    plan_id: str | None

    @property
    def state(self) -> str:
        """ "assigned", "started", "submitted" or "returned"."""
        if self.returned_at is not None:
            return "returned"
        return "submitted" if self.submitted_at is not None else "started" if self.started_at is not None else "assigned"

    @property
    def why(self) -> Message:
        """The reason as people read it."""
        return reason_name(self.reason)


def reason_name(reason: str) -> Message:
    """The name of a reason: a kind, or a dimension with its stratum."""
    dimension, _, stratum = reason.partition(".")
    if stratum:
        first, second = NAMES.get(dimension, Message(dimension, dimension)), NAMES.get(stratum, Message(stratum, stratum))
        return Message(f"{first.en}: {second.en}", f"{first.zh}：{second.zh}")
    return _OTHERS.get(reason) or NAMES.get(reason) or Message(reason, reason)


_OTHERS = {
    "hand": Message("by hand", "人工指定"), "recheck": Message("looked at again", "复查"),
    "report": Message("from a report", "报表回溯"),
}  # fmt: skip


class Assignments:
    """The calls given out in one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def give(self, call_id: str, inspector: User, by: User, reason: str = "hand", note: str = "") -> Assignment:
        """Give a call by hand, or from a report (back-tracing). Raises UserError when somebody has it already, nobody picked it up,
        or the one does not give and the other does not review calls."""
        require(by, STAFF)
        if inspector.role not in REVIEWERS:
            raise UserError(f"{inspector.name} does not review calls.", f"{inspector.name} 不是评审人员。")
        with writing(self._store) as database:
            given = Given(call_id, inspector.id, self._agent_of(call_id), reason, {"note": note})
            key = insert(database, given, by.name)
            record(database, by.name, "assignment.give", call_id, {"to": inspector.name, "reason": reason})
        return self.get(key)

    def get(self, key: str) -> Assignment:
        """Raises UserError when there is none."""
        found = self._select("a.id = ?", key)
        if not found:
            raise UserError("This assignment does not exist.", "没有此评审任务。")
        return found[0]

    def of_call(self, call_id: str) -> Assignment | None:
        """Who has the call, if anybody."""
        found = self._select("a.call_id = ? AND a.returned_at IS NULL", call_id)
        return found[0] if found else None

    def of_inspector(self, inspector_id: str, open_only: bool = True) -> list[Assignment]:
        """What an inspector was given, oldest first."""
        more = " AND a.submitted_at IS NULL AND a.returned_at IS NULL" if open_only else ""
        return self._select(f"a.inspector_id = ?{more}", inspector_id)

    def submitted_since(self, inspector_id: str, instant: float) -> list[Assignment]:
        """What an inspector was given and has reviewed since (UTC epoch seconds), oldest first."""
        return self._select("a.inspector_id = ? AND a.submitted_at >= ? AND a.returned_at IS NULL", inspector_id, to_text(instant))

    def start(self, key: str, user: User, form_id: str = "A") -> Assignment:
        """Begin: from now on the form version of this moment is the one to grade on, even when it is edited meanwhile. Beginning
        again changes nothing. Raises UserError when it is somebody else's or over."""
        held = self._own(key, user)
        if held.state == "started":
            return held
        form = Forms(self._store).current(form_id)
        with writing(self._store) as database:
            keep(database, form, user.name)
            values = (to_text(time.time()), form.id, form.version, key)
            database.execute("UPDATE assignments SET started_at = ?, form_id = ?, form_version = ? WHERE id = ?", values)
            record(database, user.name, "assignment.start", held.call_id, {"form": form.version})
        return self.get(key)

    def hand_back(self, key: str, user: User, why: str) -> None:
        """Give it back (ill, biased, cannot be heard); the call may be given to somebody else. Raises UserError."""
        held = self._own(key, user)
        if not why.strip():
            raise UserError("Say why the call is handed back.", "请填写退回原因。")
        with writing(self._store) as database:
            sql = "UPDATE assignments SET returned_at = ? WHERE id = ? AND submitted_at IS NULL AND returned_at IS NULL"
            if not database.execute(sql, (to_text(time.time()), key)).rowcount:
                raise _over()
            record(database, user.name, "assignment.return", held.call_id, {"why": why.strip()})

    def _own(self, key: str, user: User) -> Assignment:
        held = self.get(key)
        if held.inspector_id != user.id:
            raise UserError(f"This call was given to {held.inspector}.", f"此通话已分配给 {held.inspector}。")
        if held.state in ("submitted", "returned"):
            raise _over()
        return held

    def _agent_of(self, call_id: str) -> str:
        with reading(self._store) as connection:
            row = connection.execute("SELECT agent_id, duration_s FROM calls.calls WHERE id = ?", (call_id,)).fetchone()
        if row is None:
            raise UserError(f"There is no call {call_id}.", f"没有通话 {call_id}。")
        if row[1] is None:
            raise UserError("There is nothing to review in this call.", "此通话没有可评审的内容。")
        return row[0] or ""

    def _select(self, where: str, *values: str) -> list[Assignment]:
        sql = f"""SELECT a.*, coalesce(u.name, '') AS inspector FROM review.assignments a
            LEFT JOIN review.users u ON u.id = a.inspector_id WHERE {where} ORDER BY a.assigned_at, a.rowid"""  # noqa: S608
        with reading(self._store) as connection:
            return [_assignment(row) for row in connection.execute(sql, values)]


def _over() -> UserError:
    return UserError("This assignment is over already.", "此评审任务已结束。")


@dataclass(frozen=True)
class Given:
    """A call about to be given out; see Assignment."""

    call_id: str
    inspector_id: str
    agent_id: str
    reason: str
    detail: dict[str, Any]
    plan_id: str | None = None


def insert(database: Database, given: Given, by: str) -> str:
    """A new assignment inside the caller's transaction; its id. Raises UserError when the call is given out already."""
    row = database.execute(
        """SELECT u.name FROM assignments a LEFT JOIN users u ON u.id = a.inspector_id
        WHERE a.call_id = ? AND a.returned_at IS NULL""", (given.call_id,)
    ).fetchone()  # fmt: skip
    if row:
        raise UserError(f"{row[0]} has this call already.", f"此通话已分配给 {row[0]}。")
    key = new_id(time.time())
    database.table("assignments").insert({
        **asdict(given), "id": key, "detail": json.dumps(given.detail, ensure_ascii=False), "assigned_at": to_text(time.time()),
        "assigned_by": by,
    })  # fmt: skip
    return key


def submitted(database: Database, call_id: str, review_id: str, reviewer_id: str, at: str) -> None:
    """A review of the call was saved: whoever had it is done, inside the caller's transaction."""
    database.execute(
        """UPDATE assignments SET submitted_at = ?, review_id = ?, started_at = coalesce(started_at, ?)
        WHERE call_id = ? AND inspector_id = ? AND submitted_at IS NULL AND returned_at IS NULL""",
        (at, review_id, at, call_id, reviewer_id),
    )


def _assignment(row: sqlite3.Row) -> Assignment:
    def at(name: str) -> float | None:
        return None if row[name] is None else from_text(row[name])

    return Assignment(
        row["id"], row["call_id"], row["inspector_id"], row["inspector"], row["agent_id"], row["reason"], json.loads(row["detail"]),
        from_text(row["assigned_at"]), at("started_at"), at("submitted_at"), at("returned_at"),
        (row["form_id"], row["form_version"]) if row["form_id"] else None, row["review_id"], row["plan_id"],
    )  # fmt: skip
