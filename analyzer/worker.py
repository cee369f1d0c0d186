"""The analyzer at work: call by call, never touching audio, never losing a call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from analyzer.backlog import Backlog
from analyzer.behind import Meter
from analyzer.progress import Progress, nobody
from analyzer.recorded import RecordedCall
from analyzer.result import Analysis, CallFacts
from analyzer.store import AnalysisStore
from hw.messages import UserError
from recorder.audiofiles import AudioDeletedError, open_call
from recorder.calls import Call

log = logging.getLogger(__name__)

DIED = "the analyzer died over this call"


class Analyst(Protocol):
    """What the worker asks of a pipeline."""

    def analyze(self, audio: RecordedCall, facts: CallFacts, progress: Progress | None = None) -> Analysis:
        """Understand one call."""

    def is_high_priority(self, analysis: Analysis) -> bool:
        """Whether it belongs on top of the list."""


class Stopped(Exception):  # noqa: N818  not an error
    """Raised by the caller's progress function to stop in the middle of a call; the call stays as it was."""


class Worker:
    """Does one call a step. version: of the pipeline; calls analysed by another one are done again. attempts: tries before a call
    is parked. progress: told of the call at work; may raise Stopped. idle: what to do while no call waits; says whether it did
    something. meter: told how far behind the work is."""

    def __init__(
        self,
        store: Path,
        results: AnalysisStore,
        analyst: Analyst,
        *,
        version: str,
        attempts: int,
        progress: Progress = nobody,
        idle: Callable[[float], bool] = lambda _now: False,
        meter: Meter | None = None,
    ) -> None:
        self._store = store
        self._results = results
        self._analyst = analyst
        self._version = version
        self._attempts = attempts
        self._progress = progress
        self._idle = idle
        self._meter = meter
        self._backlog = Backlog(store, results, version)
        self._is_first = True

    def step(self, now: float) -> bool:
        """Analyse the next call there is; False when there is none to do now. Raises UserError only when a database cannot be used:
        nothing is lost then, and the next step tries again."""
        if self._is_first:
            self._count_the_dead(now)
            self._is_first = False
        call = self._backlog.next(now)
        self._tell(now)
        if call is None:
            return self._idle(now)
        try:
            self._do(call, now)
        except UserError:
            self._backlog.put_back(call.id)
            raise
        return True

    def _do(self, call: Call, now: float) -> None:
        """Analyse a call and keep what came of it. Raises UserError when that cannot be kept."""
        self._results.begin(call.id, now)
        try:
            analysis = self._understand(call)
        except Stopped:
            self._results.leave(call.id)
            raise
        except AudioDeletedError as error:
            self._give_up(call.id, error, now)
        except UserError as error:
            self._fail(call.id, f"{error.message.en} / {error.message.zh}", now)  # the page shows it in either language
        except Exception as error:
            # One call that breaks the pipeline must not keep the others waiting.
            log.exception("call %s: analysis broke", call.id)
            self._fail(call.id, f"{type(error).__name__}: {error}", now)
        else:
            self._results.save(call.id, analysis, self._analyst.is_high_priority(analysis), now)
            log.info("call %s: %.0f s analysed in %.1f s", call.id, analysis.duration_s, analysis.wall_s)
            if self._meter is not None:
                self._meter.worked(analysis.duration_s, analysis.wall_s)

    def _tell(self, now: float) -> None:
        if self._meter is not None:
            self._meter.tell(*self._backlog.waiting(), now, self._backlog.first_waiting())

    def is_idle(self) -> bool:
        """Whether nothing is left to do, not even to try again."""
        return self._backlog.is_empty()

    def _understand(self, call: Call) -> Analysis:
        with open_call(self._store, call.id) as audio:
            unheard = tuple((loss.start / audio.rate, loss.end / audio.rate) for loss in audio.losses)
            facts = CallFacts(call.language, call.ring_s, call.hung_up_by, call.direction, unheard)
            return self._analyst.analyze(RecordedCall(audio), facts, self._progress)

    def _fail(self, call_id: str, reason: str, now: float) -> None:
        job = self._results.fail(call_id, self._version, reason, self._attempts, now)
        self._backlog.failed(job)
        what = "given up" if job.state == "parked" else "will be tried again"
        log.warning("call %s: try %d failed, %s: %s", call_id, job.attempts, what, reason)

    def _give_up(self, call_id: str, error: AudioDeletedError, now: float) -> None:
        """The audio was deleted: there is nothing to try again. What an older pipeline made of it stays."""
        job = self._results.jobs([call_id]).get(call_id)
        if job is not None and job.state == "done":
            self._results.leave(call_id)
        else:
            self._results.fail(call_id, self._version, f"{error.message.en} / {error.message.zh}", 1, now)
        log.info("call %s: its audio was deleted before it could be analysed (again)", call_id)

    def _count_the_dead(self, now: float) -> None:
        """A call the analyzer died over counts as tried: one that kills it every time must not be tried for ever."""
        for call_id in self._results.left_underway():
            self._results.fail(call_id, self._version, DIED, self._attempts, now)
