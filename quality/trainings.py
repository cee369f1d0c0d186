"""Training needs: opened when a problem is common in a group, planned, held, and looked at again afterwards (PDCA)."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hw.messages import UserError
from quality.changes import record
from quality.problems import Count, Limits, Problem, count, find, grades, z_score
from quality.store import reading, writing
from quality.users import User
from recorder.ids import new_id
from recorder.times import to_text

CHECK_LEAST = 20  # reviewed calls after a training before it is judged
CURED_Z = 3.0  # standard errors


@dataclass(frozen=True)
class Training:
    """before, after: the group's reviewed calls with the problem. state: "needed", "planned", "held", "cured" or "not_cured"."""

    id: str
    team: str
    form_id: str
    item: str
    state: str
    before: Count
    after: Count | None
    planned_on: date | None
    held_on: date | None
    trainer: str
    plan: str
    opened_by: str


class Trainings:
    """The trainings of one box. timezone: IANA."""

    def __init__(self, store: Path, timezone: str) -> None:
        self._store, self._timezone = store, timezone

    def open_needs(self, since: date, until: date, by: str = "callbox", limits: Limits | None = None) -> list[Training]:
        """Open a need for every problem that is common in a group on these days and has none open. The new ones."""
        common = [p for p in find(grades(self._store, since, until, self._timezone), limits) if p.common]
        return [self.get(key) for key in (self._open(problem, by) for problem in common) if key]

    def plan(self, key: str, day: date, trainer: str, plan: str, user: User) -> Training:
        """Set the day and who trains what. Raises UserError when it was held already."""
        values = {"planned_on": day.isoformat(), "trainer": trainer, "plan": plan.strip()}
        return self._step(key, ("needed", "planned"), "planned", user, **values)

    def held(self, key: str, day: date, user: User) -> Training:
        """It was held."""
        return self._step(key, ("needed", "planned"), "held", user, held_on=day.isoformat())

    def check(self, key: str, until: date, by: str = "callbox") -> Training:
        """Look again at the calls after the training, up to `until`: cured when the problem is clearly rarer and below the
        threshold. Raises UserError while too few of them are reviewed."""
        training = self.get(key)
        if training.held_on is None:
            raise UserError("This training was not held yet.", "该培训尚未实施。")
        graded = grades(self._store, training.held_on, until, self._timezone)
        after = count(graded, training.team, training.form_id, training.item)
        if after.calls < CHECK_LEAST:
            raise UserError(
                f"Only {after.calls} calls since the training are reviewed; {CHECK_LEAST} are needed.",
                f"培训后仅评审了 {after.calls} 通，至少需要 {CHECK_LEAST} 通。",
            )
        cured = after.share < Limits().common and z_score(training.before, after) >= CURED_Z
        values = {"after_share": after.share, "after_calls": after.calls, "checked_at": to_text(time.time())}
        return self._step(key, ("held", "cured", "not_cured"), "cured" if cured else "not_cured", by, **values)

    def get(self, key: str) -> Training:
        """Raises UserError when there is none."""
        found = [training for training in self.list() if training.id == key]
        if not found:
            raise UserError("There is no such training.", "没有此培训。")
        return found[0]

    def list(self) -> list[Training]:
        """All of them, the newest first."""
        with reading(self._store) as connection:
            return [_training(row) for row in connection.execute("SELECT * FROM review.trainings ORDER BY opened_at DESC, id")]

    def _open(self, problem: Problem, by: str) -> str | None:
        with writing(self._store) as database:
            sql = "SELECT 1 FROM trainings WHERE team = ? AND form_id = ? AND item = ? AND state IN ('needed', 'planned', 'held')"
            if database.execute(sql, (problem.team, problem.form_id, problem.item)).fetchone():
                return None
            key = new_id(time.time())
            database.table("trainings").insert({
                "id": key, "team": problem.team, "form_id": problem.form_id, "item": problem.item, "state": "needed",
                "opened_at": to_text(time.time()), "opened_by": by, "before_share": problem.count.share,
                "before_calls": problem.count.calls,
            })  # fmt: skip
            record(database, by, "training.need", key, {"team": problem.team, "item": problem.item})
        return key

    def _step(self, key: str, allowed: tuple[str, ...], state: str, user: User | str, **values: object) -> Training:
        training = self.get(key)
        by = user if isinstance(user, str) else user.name
        if training.state not in allowed:
            raise UserError(f"This training is {training.state} already.", f"该培训状态为 {training.state}，不能再更改。")
        with writing(self._store) as database:
            database.table("trainings").update(key, {"state": state, **values})
            record(database, by, f"training.{state}", key, {name: str(value) for name, value in values.items()})
        return self.get(key)


def _training(row: sqlite3.Row) -> Training:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row[name] else None

    before = Count(row["before_calls"], round(row["before_share"] * row["before_calls"]))
    after = None if row["after_calls"] is None else Count(row["after_calls"], round(row["after_share"] * row["after_calls"]))
    return Training(
        row["id"], row["team"], row["form_id"], row["item"], row["state"], before, after, day("planned_on"), day("held_on"),
        row["trainer"], row["plan"], row["opened_by"],
    )  # fmt: skip
