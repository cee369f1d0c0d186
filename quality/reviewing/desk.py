"""An inspector's day: the calls given to them, how far each is, how fast they go, and which call is next."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.access.scope import scope_of
from quality.access.users import User
from quality.calls.filter import day_start
from quality.calls.rows import CallRow
from quality.calls.views import Views
from quality.reviewing.assignments import Assignment, Assignments
from quality.reviewing.drafts import Drafts
from quality.reviewing.listens import HEARD, Listens
from quality.sampling.rules import NAMES
from quality.sampling.rulestore import RuleStore
from quality.store import reading
from recorder.times import from_text, to_text

SHOWN = 200  # calls of a desk at most; whoever has more is told how many
PACE_S = 3600.0  # the pace is that of the last hour


@dataclass(frozen=True)
class Task:
    """A call given to somebody. heard: share of its speech they heard, 0–1. graded: items of a review begun and not saved."""

    given: Assignment
    row: CallRow
    heard: float = 0.0
    graded: int = 0

    @property
    def done(self) -> bool:
        """Whether it is reviewed."""
        return self.given.state == "submitted"

    @property
    def unheard(self) -> bool:
        """Whether it still has to be heard."""
        return not self.done and self.heard < HEARD

    @property
    def strata(self) -> list[Message]:
        """What else the plan knew of the call: "duration: 50–80 s"."""
        given = self.given.detail.get("strata", {})
        return [_stratum(dimension, stratum) for dimension, stratum in given.items()]


@dataclass(frozen=True)
class Day:
    """open: calls still to review, in the plan's order; more: how many others are not shown. done: reviewed today, the latest
    first. reviewed_today: reviews saved today, of calls given and of others; last_hour: of them in the last hour. goal: calls an
    hour (质检员每小时约 12 通)."""

    open: tuple[Task, ...]
    more: int
    done: tuple[Task, ...]
    reviewed_today: int
    last_hour: int
    goal: float

    @property
    def given(self) -> int:
        """Calls of today: done and to do."""
        return len(self.open) + self.more + len(self.done)

    @property
    def unheard(self) -> int:
        """Open calls that still have to be heard."""
        return sum(task.unheard for task in self.open)

    @property
    def hours_left(self) -> float:
        """Hours of work at the goal's pace."""
        return (len(self.open) + self.more) / self.goal


class Desk:
    """The desk of one person. timezone: IANA; a day is local."""

    def __init__(self, store: Path, timezone: str, user: User) -> None:
        self._store, self._zone, self._user = store, ZoneInfo(timezone), user

    def day(self, now: float | None = None) -> Day:
        """Everything the page shows."""
        now = time.time() if now is None else now
        midnight = day_start(datetime.fromtimestamp(now, self._zone).date(), self._zone)
        waiting = self._open()
        done = self._visible(Assignments(self._store).submitted_since(self._user.id, from_text(midnight)))
        return Day(
            self._tasks(waiting[:SHOWN]), max(0, len(waiting) - SHOWN),
            self._tasks(sorted(done, key=lambda x: -(x.submitted_at or 0.0))[:SHOWN]),
            self._reviews_since(midnight), self._reviews_since(to_text(now - PACE_S)), RuleStore(self._store).current()[1].per_hour,
        )  # fmt: skip

    def next_call(self, after: str = "", unheard: bool = False) -> str | None:
        """The open call that follows `after` in the plan, from the top again after the last; None when there is no other. unheard:
        only one that still has to be heard."""
        waiting = [x.call_id for x in self._open()]
        if unheard:
            shares = Listens(self._store).shares(self._user.id, waiting)
            waiting = [key for key in waiting if shares.get(key, 0.0) < HEARD or key == after]
        at = waiting.index(after) + 1 if after in waiting else 0
        return next((key for key in [*waiting[at:], *waiting[:at]] if key != after), None)

    def task_of(self, call_id: str) -> Assignment | None:
        """This person's open assignment of a call."""
        given = Assignments(self._store).of_call(call_id)
        mine = given is not None and given.inspector_id == self._user.id and given.state in ("assigned", "started")
        return given if mine else None

    def place_of(self, call_id: str) -> tuple[int, int]:
        """The how manieth of how many open calls it is; (0, n) when it is none of them."""
        waiting = [x.call_id for x in self._open()]
        return (waiting.index(call_id) + 1 if call_id in waiting else 0), len(waiting)

    def _open(self) -> list[Assignment]:
        return self._visible(Assignments(self._store).of_inspector(self._user.id))

    def _visible(self, given: Sequence[Assignment]) -> list[Assignment]:
        """Without calls of groups this person was taken off meanwhile: they could not open them."""
        scope = scope_of(self._user)
        if scope.everything:
            return list(given)
        where, values = scope.where("c")
        sql = f"SELECT c.id FROM calls.calls c WHERE c.id IN (SELECT value FROM json_each(?)) AND {where}"  # noqa: S608
        with reading(self._store) as connection:
            seen = {row[0] for row in connection.execute(sql, (json.dumps([x.call_id for x in given]), *values))}
        return [x for x in given if x.call_id in seen]

    def _tasks(self, given: Sequence[Assignment]) -> tuple[Task, ...]:
        ids = [x.call_id for x in given]
        rows = {row.id: row for row in Views(self._store).rows(ids)}
        heard = Listens(self._store).shares(self._user.id, ids)
        drafts = Drafts(self._store).of_person(self._user.id, ids)
        return tuple(
            Task(x, rows[x.call_id], heard.get(x.call_id, 0.0), drafts[x.call_id].graded if x.call_id in drafts else 0)
            for x in given if x.call_id in rows
        )  # fmt: skip

    def _reviews_since(self, instant: str) -> int:
        sql = "SELECT count(DISTINCT call_id) FROM review.reviews WHERE reviewer_id = ? AND reviewed_at >= ?"
        with reading(self._store) as connection:
            return int(connection.execute(sql, (self._user.id, instant)).fetchone()[0])


def _stratum(dimension: str, stratum: str) -> Message:
    first, second = NAMES.get(dimension, Message(dimension, dimension)), NAMES.get(stratum, Message(stratum, stratum))
    return Message(f"{first.en}: {second.en}", f"{first.zh}：{second.zh}")
