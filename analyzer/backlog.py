"""Which calls still have to be analysed: found by looking, since the recorder tells nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from analyzer.priorities import Priorities
from analyzer.rows import Job
from analyzer.store import AnalysisStore
from recorder.store.calls import Call
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB

RETRY_S = 30.0
"""Seconds before a failed call is tried again; twice as long after every further failure."""

OLDEST_EVERY = 4
"""While calls wait, so many of them are taken for one that is the oldest, whatever else waits."""


class Backlog:
    """Calls to do, in order: those never tried, those whose time to be tried again has come, those put off while the box was too
    busy, those of an older pipeline. In each of these the calls that people wait for (analyzer.priorities) go first. Of those never
    tried the newest goes next, since it is the one somebody asks about; every OLDEST_EVERY-th is the oldest, so that none waits for
    ever. Nothing is left out however many wait: they are done when calls become fewer."""

    def __init__(self, store: Path, results: AnalysisStore, version: str) -> None:
        self._store = store
        self._results = results
        self._version = version
        self._cursor = 0
        self._file = -1
        self._fresh: deque[str] = deque()
        self._length_s: dict[str, float] = {}
        self._taken = 0
        self._priorities = Priorities(store)
        self._first: frozenset[str] = frozenset()
        self._put_off: deque[str] = deque()
        self._stale: deque[str] = deque()
        self._again: dict[str, float] = {}

    def next(self, now: float, *, fresh_only: bool = False) -> Call | None:
        """The next call that is due at `now`, or None. fresh_only: of those never tried. Raises UserError when a database cannot be
        read."""
        if not (self._store / CALLS_DB).is_file():
            return None  # the recorder has not been here yet
        with CallReader(self._store) as calls:
            self._look(calls)
            self._first = self._priorities.calls(now)
            while (call_id := self._pop(now, fresh_only)) is not None:
                call = calls.call(call_id)
                if call is not None:  # it may have been deleted meanwhile
                    return call
        return None

    def look(self) -> None:
        """Take in the calls that were closed since the last look, between two calls of `next`. Raises UserError when a database
        cannot be read."""
        if (self._store / CALLS_DB).is_file():
            with CallReader(self._store) as calls:
                self._look(calls)

    def failed(self, job: Job) -> None:
        """Note a failure, so that the call comes again if it is to be tried again."""
        if job.state == "failed":
            self._again[job.call_id] = job.finished_at + RETRY_S * 2 ** (job.attempts - 1)

    def put_back(self, call_id: str) -> None:
        """Take a call in again: what came of it could not be kept."""
        self._fresh.append(call_id)

    def waiting(self) -> tuple[int, float]:
        """Calls never tried yet, and their seconds of audio."""
        return len(self._fresh), sum(self._length_s.values())

    def put_off(self, call_id: str) -> None:
        """The box is too busy to transcribe a call: take it in again for when there is time."""
        self._put_off.append(call_id)

    def goes_first(self, call_id: str) -> bool:
        """Whether people wait for this call, as of the last look."""
        return call_id in self._first

    def first_waiting(self) -> int:
        """How many of the calls never tried people wait for."""
        return sum(map(self.goes_first, self._fresh)) if self._first else 0

    def is_empty(self) -> bool:
        """Whether nothing is waiting, not even for its next try."""
        return not (self._fresh or self._stale or self._again or self._put_off)

    def _look(self, calls: CallReader) -> None:
        """Take in the calls that were closed since the last look."""
        file = (self._store / CALLS_DB).stat().st_ino
        if file != self._file:
            # A new calls.db (the damaged one was set aside) counts from one again.
            self._file, self._cursor = file, 0
        while found := calls.calls_closed_since(self._cursor):
            self._sort(found)
            self._cursor = found[-1].closed_seq or self._cursor

    def _sort(self, found: Iterable[Call]) -> None:
        lengths = {call.id: call.duration_s or 0.0 for call in found}
        ids = list(lengths)
        jobs = self._results.jobs(ids)
        for call_id in ids:
            job = jobs.get(call_id)
            if job is None:
                self._fresh.append(call_id)
                self._length_s[call_id] = lengths[call_id]
            elif job.state == "put_off":
                self._put_off.append(call_id)
            elif job.pipeline_version != self._version:
                self._stale.append(call_id)
            else:
                self.failed(job)

    def _pop(self, now: float, fresh_only: bool) -> str | None:
        if self._fresh:
            self._taken += 1
            call_id = self._fresh.popleft() if self._taken % OLDEST_EVERY == 0 else self._take(self._fresh)
            self._length_s.pop(call_id, None)
            return call_id
        if fresh_only:
            return None
        due = min(self._again, key=self._again.__getitem__, default=None)
        if due is not None and self._again[due] <= now:
            del self._again[due]
            return due
        for waiting in (self._put_off, self._stale):
            if waiting:
                return self._take(waiting, newest=False)  # their audio is the first to be deleted
        return None

    def _take(self, waiting: deque[str], newest: bool = True) -> str:
        """The newest of those that go first; without one the newest, or the oldest."""
        first = next(filter(self.goes_first, reversed(waiting)), None) if self._first else None
        if first is None:
            return waiting.pop() if newest else waiting.popleft()
        waiting.remove(first)
        return first
