"""Coaching tasks: what an agent is to do about a problem of their own, by when, and whether a later call shows it (改进后跟进)."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hw.messages import UserError
from quality.access.roles import STAFF, require, require_agent
from quality.access.users import User
from quality.changes import record
from quality.forms.form import POOR_SHARE
from quality.forms.store import Forms
from quality.reviewing.assignments import Assignment, Assignments, Given, insert
from quality.reviewing.reviews import Reviews
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

SHORTEST_S = 15.0  # seconds; shorter calls show nothing


@dataclass(frozen=True)
class Coaching:
    """item: of the form, "" for calls on the whole. state: "open", "done" (the agent has done the task), "improved" or
    "not_improved" (a later call was looked at). Instants: UTC epoch seconds."""

    id: str
    agent_id: str
    call_id: str | None
    form_id: str
    item: str
    task: str
    set_by: str
    set_at: float
    due_on: date
    state: str
    done_at: float | None
    followup_call: str | None
    outcome: str

    def is_late(self, today: date) -> bool:
        """Not done by its day."""
        return self.state == "open" and today > self.due_on


class CoachingTasks:
    """The coaching of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def set(
        self, agent_id: str, task: str, due_on: date, user: User, *, item: str = "", call_id: str | None = None, form_id: str = "A"
    ) -> Coaching:
        """A new task. Raises UserError without a task, for an item the form does not have, a day that is over, an agent there is
        not, a call that is not the agent's, and when an agent sets it."""
        require(user, STAFF)
        require_agent(self._store, agent_id)
        if call_id is not None:
            self._check_call(call_id, agent_id)
        if not task.strip():
            raise UserError("Say what is to be done.", "请填写辅导任务。")
        if due_on < date.today():
            raise UserError(f"{due_on} is over already.", f"{due_on} 已过。")
        if item and item not in Forms(self._store).current(form_id).items:
            raise UserError(f"The form has no item “{item}”.", f"评分表中没有“{item}”这一项。")
        key = new_id(time.time())
        with writing(self._store) as database:
            database.table("coaching").insert({
                "id": key, "agent_id": agent_id, "call_id": call_id, "form_id": form_id, "item": item, "task": task.strip(),
                "set_by": user.name, "set_at": to_text(time.time()), "due_on": due_on.isoformat(), "state": "open",
            })  # fmt: skip
            record(database, user.name, "coaching.set", key, {"agent": agent_id, "item": item})
        return self.get(key)

    def done(self, key: str, user: User) -> Coaching:
        """The agent has done it. Raises UserError when it is not open any more, or another agent's."""
        if user.role == "agent" and user.agent_id != self.get(key).agent_id:
            raise UserError("This task is another agent's.", "这是其他座席的任务。")
        self._step(key, "open", user, {"state": "done", "done_at": to_text(time.time())})
        return self.get(key)

    def follow_up(self, key: str, inspector: User, user: User, seed: int) -> Assignment:
        """Give the inspector one of the agent's calls since the task was done, by lot, to look at again. Raises UserError when
        there is none yet."""
        task = self.get(key)
        if task.state != "done" or task.done_at is None:
            raise UserError("Only a task that is done is followed up.", "只能跟进已完成的辅导任务。")
        call_id = self._later_call(task, seed)
        with writing(self._store) as database:
            insert(database, Given(call_id, inspector.id, task.agent_id, "recheck", {"coaching": key}), user.name)
            database.execute("UPDATE coaching SET followup_call = ? WHERE id = ?", (call_id, key))
            record(database, user.name, "coaching.follow_up", key, {"call": call_id, "to": inspector.name})
        found = Assignments(self._store).of_call(call_id)
        assert found is not None
        return found

    def settle(self, key: str, user: User) -> Coaching:
        """Improved or not, by the review of the later call: its item is at least 合格, or the whole call passed. Raises UserError
        while that call is not reviewed."""
        task = self.get(key)
        review = Reviews(self._store).latest(task.followup_call) if task.followup_call else None
        if review is None:
            raise UserError("The follow-up call is not reviewed yet.", "跟进通话尚未评审。")
        form = Forms(self._store).get(review.form_id, review.form_version)
        grade = review.items[task.item].grade if task.item in review.items else ""
        share = form.share(task.item, grade) if form and grade else None
        better = review.passed if share is None else share >= POOR_SHARE
        values = {"state": "improved" if better else "not_improved", "outcome": grade or f"{review.total:g}"}
        self._step(key, "done", user, values)
        return self.get(key)

    def get(self, key: str) -> Coaching:
        """Raises UserError when there is none."""
        found = self._select("WHERE id = ?", key)
        if not found:
            raise UserError("There is no such coaching task.", "没有此辅导任务。")
        return found[0]

    def of_agent(self, agent_id: str) -> list[Coaching]:
        """An agent's tasks, the next due first."""
        return self._select("WHERE agent_id = ?", agent_id)

    def every(self) -> list[Coaching]:
        """All of them, the next due first."""
        return self._select("")

    def _select(self, where: str, *values: str) -> list[Coaching]:
        with reading(self._store) as connection:
            rows = connection.execute(f"SELECT * FROM review.coaching {where} ORDER BY due_on, set_at", values)  # noqa: S608
            return [_coaching(row) for row in rows]

    def _step(self, key: str, state: str, user: User, values: Mapping[str, object]) -> None:
        with writing(self._store) as database:
            names = ", ".join(f"{name} = ?" for name in values)
            sql = f"UPDATE coaching SET {names} WHERE id = ? AND state = ?"  # noqa: S608
            if not database.execute(sql, (*values.values(), key, state)).rowcount:
                raise UserError("Somebody else has dealt with this task meanwhile.", "其间已有他人处理此任务。")
            record(database, user.name, f"coaching.{values['state']}", key, {name: str(value) for name, value in values.items()})

    def _check_call(self, call_id: str, agent_id: str) -> None:
        with reading(self._store) as connection:
            sql = "SELECT 1 FROM calls.calls WHERE id = ? AND agent_id = ?"
            if connection.execute(sql, (call_id, agent_id)).fetchone() is None:
                raise UserError(f"Agent {agent_id} has no such call.", f"座席 {agent_id} 没有此通话。")

    def _later_call(self, task: Coaching, seed: int) -> str:
        sql = """SELECT id FROM calls.calls c WHERE agent_id = ? AND started_at > ? AND duration_s >= ?
            AND NOT EXISTS (SELECT 1 FROM review.reviews WHERE call_id = c.id)
            AND NOT EXISTS (SELECT 1 FROM review.assignments WHERE call_id = c.id AND returned_at IS NULL) ORDER BY id"""
        values = (task.agent_id, to_text(task.done_at or 0.0), SHORTEST_S)
        with reading(self._store) as connection:
            calls: Sequence[str] = [row[0] for row in connection.execute(sql, values)]
        if not calls:
            raise UserError("There is no call of this agent since then.", "此后该座席尚无可评通话。")
        return random.Random(f"{seed} {task.id}").choice(calls)


def _coaching(row: sqlite3.Row) -> Coaching:
    done = None if row["done_at"] is None else from_text(row["done_at"])
    return Coaching(
        row["id"], row["agent_id"], row["call_id"], row["form_id"], row["item"], row["task"], row["set_by"],
        from_text(row["set_at"]), date.fromisoformat(row["due_on"]), row["state"], done, row["followup_call"], row["outcome"],
    )  # fmt: skip
