"""What retention would delete now, and why not more. Reads only; the recorder carries it out, `--dry-run` prints it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hw.messages import Message, UserError
from recorder.retention import holds
from recorder.retention.policy import DAY_S, GIB, Policy, fits
from recorder.settings.sections import RetentionRule, Settings
from recorder.store.reader import CallReader
from recorder.times import from_text, to_text

AGE, SIZE, SPACE, EMERGENCY = "age", "size", "space", "emergency"
"""The rules: too old; too much altogether; too little room on the disk; so little that recording would stop."""

HELD, FLOOR, UNANALYSED = "held", "floor", "unanalysed"
"""Why a call that would have to go stays."""

EARLIEST = from_text("2025-01-01T00:00:00Z")
"""Older than the program: a box whose clock was not set. Such a call has no age."""

USE_DAYS = 7
PAGE = 500


@dataclass(frozen=True)
class Kept:
    """A call whose audio is there. started_at: UTC epoch seconds. age_days: 0 when its date cannot be believed. size: bytes."""

    id: str
    line: str
    direction: str
    started_at: float
    age_days: float
    size: int


@dataclass(frozen=True)
class Deletion:
    """A call whose audio goes. rule: "age", "size", "space", "emergency"; reason: English, for the tombstone."""

    call: Kept
    rule: str
    reason: str


@dataclass
class Plan:
    """deletions: oldest first within each rule. kept: how many calls stay although a rule wanted them, by why. short: bytes that
    cannot be freed though they should be. days_left: until the disk is down to the freeing level, at the use of the last week; None
    when nothing was recorded. blind: why holds cannot be read. complete: False when there is more to delete than asked for."""

    free: int = 0
    size: int = 0
    days_left: float | None = None
    deletions: list[Deletion] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    short: int = 0
    blind: Message | None = None
    complete: bool = True


@dataclass(frozen=True)
class Circumstances:
    """now: UTC epoch seconds. dated: whether the clock can be believed; if not, nothing goes by age and every call that may be an
    outbound one stays. most: deletions to plan at most. free_bytes: for tests."""

    now: float
    dated: bool = True
    most: int = 1_000_000
    free_bytes: Callable[[], int] | None = None


def make_plan(store: Path, settings: Settings, around: Circumstances) -> Plan:
    """The plan of now. Raises UserError when calls.db cannot be read, OSError when the disk cannot be asked."""
    plan = Plan(free=around.free_bytes() if around.free_bytes else shutil.disk_usage(store).free)
    with CallReader(store) as reader:
        planner = _Planner(store, reader, Policy(settings), around, plan)
        plan.size = planner.total()
        plan.days_left = planner.days_left()
        try:
            planner.held = holds.held(store)
        except UserError as error:
            plan.blind = error.message
            plan.short = planner.wanted_bytes()
            return plan
        planner.by_age()
        planner.by_size()
        planner.by_space()
    plan.complete = len(plan.deletions) < around.most
    return plan


class _Planner:
    def __init__(self, store: Path, reader: CallReader, policy: Policy, around: Circumstances, plan: Plan) -> None:
        self._store, self._reader, self._policy, self._around, self._plan = store, reader, policy, around, plan
        self.held: dict[str, str] = {}
        self._going: set[str] = set()
        self._freed = 0

    def by_age(self) -> None:
        """Calls older than their rule says. One that is not analysed yet waits some days longer, not for ever: the age is a promise
        to the people in it."""
        shortest = self._policy.shortest_days()
        if not shortest or not self._around.dated:
            return
        for call, is_settled in self._calls(self._around.now - shortest * DAY_S):
            days = self._policy.days(call.line, call.direction)
            if not days or call.age_days <= max(days, self._policy.floor_days(call.direction)):
                continue
            waits = not is_settled and call.age_days <= days + self._policy.general.analysis_wait_days
            self._decide(call, AGE, f"older than {days} days", may=not waits)

    def by_size(self) -> None:
        """The oldest calls of what is more than it may be: of each rule, then altogether."""
        for rule in self._policy.rules:
            if rule.max_gib:
                self._shrink(rule.max_gib, rule)
        if self._policy.general.max_gib:
            self._shrink(self._policy.general.max_gib, None)

    def by_space(self) -> None:
        """The oldest calls, until there is room on the disk again."""
        if not self._policy.general.free_gib:
            return
        wanted = self.wanted_bytes() - self._freed
        if wanted > 0:
            self._free(wanted, SPACE, f"less than {self._policy.general.free_gib:g} GiB free", None, rush=False)
        need = self._policy.min_free - self._plan.free - self._freed
        if need > 0:
            self._free(need, EMERGENCY, "recording would have stopped for want of room", None, rush=True)
        self._plan.short = max(0, self.wanted_bytes() - self._freed)

    def wanted_bytes(self) -> int:
        """What has to be freed for the freeing level."""
        level = max(self._policy.general.free_gib * GIB, self._policy.min_free) if self._policy.general.free_gib else 0
        return max(0, int(level) - self._plan.free)

    def total(self, rule: RetentionRule | None = None) -> int:
        """Bytes of audio there are, of the calls of a rule if given."""
        sql = "SELECT coalesce(sum(p.bytes), 0) AS size FROM parts p {} WHERE p.deleted_at IS NULL AND p.state <> 'writing'"
        if rule is None:
            return int(self._reader.rows(sql.format(""))[0]["size"])
        sql = sql.format("JOIN calls c ON c.id = p.call_id") + " AND (? = '' OR c.line = ?) AND (? = '' OR c.direction = ?)"
        return int(self._reader.rows(sql, rule.line, rule.line, rule.direction, rule.direction)[0]["size"])

    def days_left(self) -> float | None:
        """Days until the freeing level is reached, by the use of the last USE_DAYS."""
        now = self._around.now
        sql = """SELECT coalesce(sum(bytes), 0) AS size, min(started_at) AS since FROM parts
            WHERE deleted_at IS NULL AND state <> 'writing' AND started_at > ? AND started_at <= ?"""
        row = self._reader.rows(sql, to_text(max(0.0, now - USE_DAYS * DAY_S)), to_text(now))[0]
        if not row["size"]:
            return None
        days = max(1.0, (now - from_text(row["since"])) / DAY_S)
        room = self._plan.free - self._policy.general.free_gib * GIB
        return float(round(max(0.0, room) / (row["size"] / days), 1))

    def _shrink(self, max_gib: float, rule: RetentionRule | None) -> None:
        going = [one.call for one in self._plan.deletions]
        gone = sum(call.size for call in going if rule is None or fits(rule, call.line, call.direction))
        excess = self.total(rule) - gone - int(max_gib * GIB)
        if excess > 0:
            self._free(excess, SIZE, f"more than {max_gib:g} GiB of audio", rule, rush=False)

    def _free(self, wanted: int, rule: str, reason: str, only: RetentionRule | None, *, rush: bool) -> None:
        self._plan.kept.clear()  # this pass goes over all of them
        for call, is_settled in self._calls(float("inf")):
            if wanted <= 0:
                return
            if only is None or fits(only, call.line, call.direction):
                wanted -= call.size if self._decide(call, rule, reason, may=is_settled or rush) else 0

    def _decide(self, call: Kept, rule: str, reason: str, *, may: bool) -> bool:
        if call.id in self._going:
            return False
        if call.id in self.held:
            self._plan.kept[HELD] += 1
        elif call.age_days <= self._policy.floor_days(call.direction) and call.direction != "in":
            self._plan.kept[FLOOR] += 1
        elif not may:
            self._plan.kept[UNANALYSED] += 1
        elif len(self._plan.deletions) < self._around.most:
            self._plan.deletions.append(Deletion(call, rule, reason))
            self._going.add(call.id)
            self._freed += call.size
            return True
        return False

    def _calls(self, until: float) -> Iterator[tuple[Kept, bool]]:
        """Calls that ended and have audio, oldest first, started before `until`; and whether analysis needs them no more."""
        first = self._reader.rows("SELECT min(started_at) AS at FROM parts WHERE deleted_at IS NULL AND state <> 'writing'")[0][
            "at"
        ]
        if first is None:
            return
        place = (to_text(max(0.0, from_text(first) - 3 * DAY_S)), "")  # a part may begin days after its call
        end = "9999" if until == float("inf") else to_text(max(0.0, until))
        while len(self._plan.deletions) < self._around.most and (rows := self._reader.rows(_CALLS, *place, end, PAGE)):
            known = holds.settled(self._store, (row["id"] for row in rows))
            for row in rows:
                if row["size"] is not None:
                    yield self._kept(row["id"], row["line"], row["direction"], row["started_at"], row["size"]), row["id"] in known
            place = (rows[-1]["started_at"], rows[-1]["id"])

    def _kept(self, call_id: str, line: str, direction: str, started: str, size: int) -> Kept:
        at, now = from_text(started), self._around.now
        believable = self._around.dated and EARLIEST <= at <= now
        return Kept(call_id, line, direction, at, (now - at) / DAY_S if believable else 0.0, size)


_KEPT = "deleted_at IS NULL AND state <> 'writing'"
_CALLS = f"""SELECT c.id, c.line, c.direction, c.started_at,
    (SELECT sum(coalesce(bytes, 0)) FROM parts WHERE call_id = c.id AND {_KEPT}) AS size
    FROM calls c WHERE (c.started_at, c.id) > (?, ?) AND c.started_at < ? AND c.closed_seq IS NOT NULL AND c.state <> 'recording'
    ORDER BY c.started_at, c.id LIMIT ?"""  # noqa: S608
