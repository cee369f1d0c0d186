"""Training needs: opened when a problem is common in a group, planned, held, and looked at again afterwards (PDCA)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from quality.access.roles import LEADS, require
from quality.access.users import User
from quality.calls.filter import day_start
from quality.changes import record
from quality.improving.problems import Count, Grade, Limits, Problem, count, find, grades, z_score
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import to_text

CHECK_LEAST = 20  # reviewed calls after a training before it is judged
CURED_Z = 3.0  # standard errors
CHECK_AFTER = timedelta(days=21)  # before that too few calls are reviewed to tell a cure from chance

STATES = {
    "needed": Message("needed", "待培训"), "planned": Message("planned", "已安排"), "held": Message("held", "已实施"),
    "cured": Message("checked: cured", "已复查：已改善"), "not_cured": Message("checked: not cured", "已复查：未改善"),
}  # fmt: skip


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
    """The trainings of one box. timezone: IANA. limits: from when on a problem is common."""

    def __init__(self, store: Path, timezone: str, limits: Limits | None = None) -> None:
        self._store, self._timezone, self._limits = store, timezone, limits or Limits()

    def open_needs(self, since: date, until: date, by: str = "callbox") -> list[Training]:
        """Open a need for every problem that is common in a group on these days and has none open. Calls from before a training
        say nothing of what it was about. The new ones."""
        graded = self._untrained(grades(self._store, since, until, self._timezone))
        common = [p for p in find(graded, self._limits) if p.common]
        return [self.get(key) for key in (self._open(problem, by) for problem in common) if key]

    def recheck(self, day: date, by: str = "callbox") -> list[Training]:
        """Look again at every training that was held three weeks before `day` or earlier and was not looked at yet, as far as
        enough calls since are reviewed. Those that are settled now."""
        due = [t for t in self.list() if t.state == "held" and t.held_on and t.held_on + CHECK_AFTER <= day]
        ready = [(training, after) for training in due if (after := self._after(training, day)).calls >= CHECK_LEAST]
        return [self._settle(training, after, by) for training, after in ready]

    def plan(self, key: str, day: date, trainer: str, plan: str, user: User) -> Training:
        """Set the day and who trains what. Raises UserError when it was held already, or to who neither leads nor trains."""
        require(user, (*LEADS, "trainer"))
        values = {"planned_on": day.isoformat(), "trainer": trainer, "plan": plan.strip()}
        return self._step(key, ("needed", "planned"), "planned", user, **values)

    def held(self, key: str, day: date, user: User) -> Training:
        """It was held. Raises as `plan` does."""
        require(user, (*LEADS, "trainer"))
        return self._step(key, ("needed", "planned"), "held", user, held_on=day.isoformat())

    def check(self, key: str, until: date, by: str = "callbox") -> Training:
        """Look again at the calls after the training, up to `until`: cured when the problem is clearly rarer and below the
        threshold. Raises UserError while too few of them are reviewed."""
        training = self.get(key)
        if training.held_on is None:
            raise UserError("This training was not held yet.", "该培训尚未实施。")
        after = self._after(training, until)
        if after.calls < CHECK_LEAST:
            raise UserError(
                f"Only {after.calls} calls since the training are reviewed; {CHECK_LEAST} are needed.",
                f"培训后仅评审了 {after.calls} 通，至少需要 {CHECK_LEAST} 通。",
            )
        return self._settle(training, after, by)

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

    def _untrained(self, graded: Iterable[Grade]) -> Iterable[Grade]:
        zone = ZoneInfo(self._timezone)
        held: dict[tuple[str, str, str], str] = {}
        for training in reversed(self.list()):  # the latest decides
            if training.held_on:
                held[training.team, training.form_id, training.item] = day_start(training.held_on, zone)
        return [g for g in graded if g.started_at >= held.get((g.team, g.form_id, g.item), "")]

    def _after(self, training: Training, until: date) -> Count:
        graded = grades(self._store, training.held_on or until, until, self._timezone)
        return count(graded, training.team, training.form_id, training.item)

    def _settle(self, training: Training, after: Count, by: str) -> Training:
        cured = after.share < self._limits.common and z_score(training.before, after) >= CURED_Z
        values = {"after_share": after.share, "after_calls": after.calls, "checked_at": to_text(time.time())}
        return self._step(training.id, ("held", "cured", "not_cured"), "cured" if cured else "not_cured", by, **values)

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
        by = user if isinstance(user, str) else user.name
        with writing(self._store) as database:
            row = database.execute("SELECT state FROM trainings WHERE id = ?", (key,)).fetchone()
            if row is None:
                raise UserError("There is no such training.", "没有此培训。")
            if row[0] not in allowed:
                name = STATES[row[0]]
                raise UserError(f"This training is {name.en} already.", f"该培训状态为“{name.zh}”，不能再更改。")
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
