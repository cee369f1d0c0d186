"""Which calls still have to be analysed: found by looking, since the recorder tells nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from analyzer.rows import Job
from analyzer.store import AnalysisStore
from recorder.callreader import CallReader
from recorder.calls import Call
from recorder.schema import CALLS_DB

RETRY_S = 30.0
"""Seconds before a failed call is tried again; twice as long after every further failure."""


class Backlog:
    """Calls to do, in order: those never tried, those whose time to be tried again has come, those of an older pipeline."""

    def __init__(self, store: Path, results: AnalysisStore, version: str) -> None:
        self._store = store
        self._results = results
        self._version = version
        self._cursor = 0
        self._file = -1
        self._fresh: deque[str] = deque()
        self._stale: deque[str] = deque()
        self._again: dict[str, float] = {}

    def next(self, now: float) -> Call | None:
        """The next call that is due at `now`, or None. Raises UserError when a database cannot be read."""
        if not (self._store / CALLS_DB).is_file():
            return None  # the recorder has not been here yet
        with CallReader(self._store) as calls:
            self._look(calls)
            while (call_id := self._pop(now)) is not None:
                call = calls.call(call_id)
                if call is not None:  # it may have been deleted meanwhile
                    return call
        return None

    def failed(self, job: Job) -> None:
        """Note a failure, so that the call comes again if it is to be tried again."""
        if job.state == "failed":
            self._again[job.call_id] = job.finished_at + RETRY_S * 2 ** (job.attempts - 1)

    def put_back(self, call_id: str) -> None:
        """Take a call in again: what came of it could not be kept."""
        self._fresh.appendleft(call_id)

    def is_empty(self) -> bool:
        """Whether nothing is waiting, not even for its next try."""
        return not (self._fresh or self._stale or self._again)

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
        ids = [call.id for call in found]
        jobs = self._results.jobs(ids)
        for call_id in ids:
            job = jobs.get(call_id)
            if job is None:
                self._fresh.append(call_id)
            elif job.pipeline_version != self._version:
                self._stale.append(call_id)
            else:
                self.failed(job)

    def _pop(self, now: float) -> str | None:
        if self._fresh:
            return self._fresh.popleft()
        due = min(self._again, key=self._again.__getitem__, default=None)
        if due is not None and self._again[due] <= now:
            del self._again[due]
            return due
        return self._stale.popleft() if self._stale else None
