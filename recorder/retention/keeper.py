"""Retention beside the recording: plans are made in a thread, deletions done one at a time between two deliveries of audio."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hw.messages import UserError
from recorder.audio.converter import NICENESS
from recorder.keeper import Keeper
from recorder.retention import clock, holds
from recorder.retention.deleting import bury, finish
from recorder.retention.plan import Circumstances, Deletion, Plan, make_plan
from recorder.retention.policy import GIB
from recorder.retention.words import not_freed, room
from recorder.settings.sections import Settings
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.watch.alarms import NOTHING, Alarms

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""Real seconds between two looks."""

STUCK_S = 600.0
"""The same, while there is nothing that may be deleted: a look at all of it takes a while."""

PACE_S = 0.05
"""Real seconds between two deletions: taking a large file away can keep a disk busy."""

GRACE_S = 600.0
"""Real seconds after the rules were changed in which nothing is deleted: a slip of the hand can be taken back, deleted audio not.
The disk's own reserve ([retention] free_gib above [store] min_free_mb) lasts for longer."""

MOST = 200
"""Deletions planned at a time."""


@dataclass
class Tools:
    """What retention works with. now: UTC epoch seconds. alone: plan in this very thread, for tests."""

    now: Callable[[], float]
    monotonic: Callable[[], float] = time.monotonic
    free_bytes: Callable[[], int] | None = None
    synchronised: Callable[[], bool] = clock.SYNCHRONISED.exists
    alone: bool = False


class RetentionKeeper(Keeper):
    """Of the recorder that owns the store. Raises nothing: retention must never stop a recording."""

    def __init__(self, settings: Settings, journal: Journal, alarms: Alarms, tools: Tools) -> None:
        self._settings = settings
        self._journal = journal
        self._store: Path = journal.store.store
        self._alarms = alarms
        self._tools = tools
        self._due = tools.monotonic() + LOOK_S  # first the recording, then the tidying
        self._next_deletion = float("-inf")
        self._going: deque[Deletion] = deque()
        self._plans: queue.SimpleQueue[tuple[Settings, Plan | None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._unfinished = True  # a stop may have come between a tombstone and its files

    def step(self) -> None:
        """A little of what there is to do."""
        try:
            self._take_plan()
            self._delete_one()
            self._look_if_due()
        except (OSError, UserError, ValueError) as error:
            # A locked database, a disk that went read only, no key to sign with: the next look tries again.
            self._going.clear()
            log.warning("retention: %s", error)

    def take_up(self, settings: Settings) -> None:
        """Keep audio by these settings from now on. What was planned by others is dropped: nothing goes by a rule that holds no
        more, and nothing goes by the new one for GRACE_S."""
        now = self._tools.monotonic()
        self._settings = settings
        self._going.clear()
        self._due, self._next_deletion = min(self._due, now), now + GRACE_S

    def close(self) -> None:
        """Wait for the thread, if it is planning."""
        if self._thread is not None:
            self._thread.join()

    def _look_if_due(self) -> None:
        now = self._tools.monotonic()
        if self._thread is not None or self._going or now < self._due or len(self._journal):
            return
        self._due = now + LOOK_S
        doubt = clock.doubt(self._journal.store, self._tools.now(), self._tools.synchronised)
        self._alarms.set("clock_doubtful", str(self._store), doubt is not None, doubt or NOTHING)
        if not doubt:
            clock.note(self._journal.store, self._tools.now())
        around = Circumstances(self._tools.now(), not doubt, MOST, self._tools.free_bytes)
        if self._tools.alone:
            self._plan(around)
            self._take_plan()
        else:
            self._thread = threading.Thread(target=self._plan, args=(around,), name="retention", daemon=True)
            self._thread.start()

    def _plan(self, around: Circumstances) -> None:
        if not self._tools.alone:
            _step_back()
        settings = self._settings
        try:
            self._plans.put((settings, make_plan(self._store, settings, around)))
        except (OSError, UserError, ValueError) as error:
            log.warning("retention: no plan could be made: %s", error)
            self._plans.put((settings, None))

    def _take_plan(self) -> None:
        try:
            settings, plan = self._plans.get_nowait()
        except queue.Empty:
            return
        self._thread = None
        if plan is None or settings is not self._settings:
            return
        self._tell(plan)
        self._going.extend(plan.deletions)
        if not plan.complete:
            self._due = self._tools.monotonic()
        elif plan.short and not plan.deletions:
            self._due = self._tools.monotonic() + STUCK_S

    def _tell(self, plan: Plan) -> None:
        retention, disk = self._settings.retention, str(self._store)
        self._alarms.set("disk_filling", disk, plan.free < retention.warn_gib * GIB, room(plan))
        self._alarms.set("retention_blind", disk, plan.blind is not None, plan.blind or NOTHING)
        stuck = plan.short > 0 and not plan.deletions and plan.blind is None
        self._alarms.set("retention_stuck", disk, stuck, not_freed(plan))

    def _delete_one(self) -> None:
        now = self._tools.monotonic()
        if len(self._journal) or now < self._next_deletion:
            return
        if self._unfinished:
            finish(self._journal.store)
            self._unfinished = False
        if self._going:
            self._next_deletion = now + PACE_S
            delete(self._journal.store, self._going.popleft(), self._tools.now(), self._begin)

    def _begin(self) -> None:
        self._unfinished = True


def delete(store: CallStore, deletion: Deletion, now: float, begun: Callable[[], None] = lambda: None) -> bool:
    """Delete the audio of one call, if nobody has put it on hold since the plan was made. begun: told when there is no way back.
    Raises as `bury` and `finish` do, and UserError when the holds cannot be read."""
    if holds.held(store.store, deletion.call.id):
        return False
    if bury(store, deletion.call.id, deletion.rule, deletion.reason, "retention", now):
        begun()
        finish(store)
    return True


def _step_back() -> None:
    """Below the recorder's own threads, above nobody's leavings: a thread that never runs may hold Python's lock."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
