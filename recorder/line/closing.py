"""From the end of a call to a closed one: its parts become FLAC, their rows are closed, then the call is."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path

from recorder.audio.converter import Converter, Job, Outcome
from recorder.audio.files import following_gap
from recorder.audio.partfile import PartWriter
from recorder.keeper import Keeper
from recorder.store.calls import Part
from recorder.store.journal import Journal
from recorder.store.writer import CallStore

log = logging.getLogger(__name__)

RETRY_S = 20.0
"""Real seconds until a part that could not be converted (a full disk) is tried again."""


class Closer(Keeper):
    """Follows every part from its last sample to its row, and every call from its end to "closed"."""

    def __init__(self, store: Path, journal: Journal, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.store = store
        self.journal = journal
        self.failing = False  # the last conversion could not be done
        self._monotonic = monotonic
        self._converter = Converter()
        self._waiting: deque[Job] = deque()
        self._later: list[tuple[float, Job]] = []
        self._writers: dict[str, PartWriter] = {}
        self._open: Counter[str] = Counter()
        self._ended: dict[str, str] = {}

    def part_written(self, part: Part, file: Path, writer: PartWriter | None = None) -> None:
        """The part is complete on the disk. Its writer is kept for its lock until the FLAC is there."""
        if writer is not None:
            self._writers[part.id] = writer
        self._open[part.call_id] += 1
        self._waiting.append(Job(part, file))
        self._offer()

    def call_ended(self, call_id: str, state: str) -> None:
        """No more parts will come. state: what the call will be once all of them are closed."""
        self._ended[call_id] = state
        self._close_if_done(call_id)

    def pending(self) -> int:
        """Parts that are not closed yet."""
        return self._open.total()

    def step(self, wait_s: float = 0.0) -> None:
        """Take what has been converted, waiting so long for the first, and hand over what waits."""
        for outcome in self._converter.outcomes(wait_s):
            self._take(outcome)
        now = self._monotonic()
        self._waiting.extend(job for due, job in self._later if due <= now)
        self._later = [(due, job) for due, job in self._later if due > now]
        self._offer()

    def close(self) -> None:
        """Finish everything that can be finished now; what cannot stays as `.part` for the next start."""
        self._waiting.extend(job for _, job in self._later)
        self._later = []
        self._offer()
        while self.pending() > len(self._later):
            self.step(0.2)
        self._converter.stop()
        for writer in self._writers.values():
            writer.close()

    def _offer(self) -> None:
        while self._waiting and self._converter.offer(self._waiting[0]):
            self._waiting.popleft()

    def _take(self, outcome: Outcome) -> None:
        part, file = outcome.job.part, outcome.job.file
        self.failing = bool(outcome.error)
        if outcome.error:
            self._later.append((self._monotonic() + RETRY_S, outcome.job))
            return
        if outcome.broken:
            aside = file.with_suffix(".part.damaged")
            file.rename(aside)
            log.error("%s has no readable start; kept as %s", file, aside)
        if outcome.converted is None:
            self.journal.do(lambda store: self._forget(store, part, file))
        else:
            done = outcome.converted
            closed = dataclasses.replace(
                part,
                path=str(done.path.relative_to(self.store)),
                frames=done.frames,
                bytes=done.bytes,
                sha256=done.sha256,
                state="closed" if outcome.complete else "recovered",
            )
            self.journal.do(lambda store: self._keep(store, closed, file))
        self._open[part.call_id] -= 1
        self._close_if_done(part.call_id)

    def _keep(self, store: CallStore, part: Part, file: Path) -> None:
        store.close_part(part)
        # Only now: until the row is committed, the part is what a restart would start from.
        self._let_go(part, file)

    def _forget(self, store: CallStore, part: Part, file: Path) -> None:
        store.drop_part(part.id)
        self._let_go(part, file)

    def _let_go(self, part: Part, file: Path) -> None:
        file.unlink(missing_ok=True)
        if (writer := self._writers.pop(part.id, None)) is not None:
            writer.close()

    def _close_if_done(self, call_id: str) -> None:
        if call_id in self._ended and not self._open[call_id]:
            del self._open[call_id]
            state = self._ended.pop(call_id)
            self.journal.do(lambda store: close(store, call_id, state))


def close(store: CallStore, call_id: str, state: str) -> None:
    """Close a call whose parts are closed; its end and duration come from their frames when nobody saw it end."""
    call = store.call(call_id)
    if call is None:
        return
    parts, gaps = store.parts(call_id), store.gaps(call_id)
    if call.ended_at is None:
        seconds = sum(((part.frames or 0) + following_gap(part, gaps)) / part.rate for part in parts)
        store.end_call(call_id, call.started_at + seconds, round(seconds, 6), None)
    store.close_call(call_id, state)
