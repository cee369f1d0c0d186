"""The analyzer at work: call by call, never touching audio, never losing a call."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from analyzer.backlog import Backlog
from analyzer.behind import Meter
from analyzer.economy import Choice, Economy, Effort
from analyzer.progress import Progress, nobody
from analyzer.recorded import RecordedCall
from analyzer.result import Analysis, CallFacts, Survey
from analyzer.store import AnalysisStore
from hw.messages import UserError
from recorder.audio.files import AudioDeletedError, open_call
from recorder.store.calls import Call

log = logging.getLogger(__name__)

DIED = "the analyzer died over this call"


class Analyst(Protocol):
    """What the worker asks of a pipeline."""

    def analyze(
        self, audio: RecordedCall, facts: CallFacts, progress: Progress | None = None, *, narrow: bool = False
    ) -> Analysis:
        """Understand one call. narrow: with a smaller search, if that is faster."""

    def survey(self, audio: RecordedCall, facts: CallFacts, progress: Progress | None = None) -> Survey:
        """Who speaks when, without words."""

    def is_high_priority(self, analysis: Analysis) -> bool:
        """Whether it belongs on top of the list."""


class Stopped(Exception):  # noqa: N818  not an error
    """Raised by the caller's progress function to stop in the middle of a call; the call stays as it was."""


class Worker:
    """Does one call a step. version: of the pipeline; calls analysed by another one are done again. attempts: tries before a call
    is parked. progress: told of the call at work; may raise Stopped. idle: what to do while no call waits; says whether it did
    something. meter: told how far behind the work is. economy: says how much to put into a call; without it, always everything."""

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
        economy: Economy | None = None,
    ) -> None:
        self._store = store
        self._results = results
        self._analyst = analyst
        self._version = version
        self._attempts = attempts
        self._progress = progress
        self._idle = idle
        self._meter = meter
        self._economy = economy
        self._backlog = Backlog(store, results, version)
        self._is_first = True

    def step(self, now: float) -> bool:
        """Analyse the next call there is; False when there is none to do now. Raises UserError only when a database cannot be used:
        nothing is lost then, and the next step tries again."""
        if self._is_first:
            self._count_the_dead(now)
            self._is_first = False
        choice = self._choose()
        call = self._backlog.next(now, fresh_only=choice.effort is Effort.SPEECH_ONLY)
        self._tell(now)
        if call is None:
            return self._idle(now)
        try:
            self._do(call, choice.for_call(self._backlog.goes_first(call.id)), now)
        except UserError:
            self._backlog.put_back(call.id)
            raise
        return True

    def _choose(self) -> Choice:
        choice = self._economy.choose(self._backlog.waiting()[1]) if self._economy else Choice()
        if self._meter is not None:
            self._meter.sparing(choice.effort.name.lower(), ",".join(choice.causes))
        return choice

    def _do(self, call: Call, effort: Effort, now: float) -> None:
        """Analyse a call and keep what came of it. Raises UserError when that cannot be kept."""
        self._results.begin(call.id, now)
        try:
            found = self._understand(call, effort)
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
            self._keep(call.id, found, now)

    def _keep(self, call_id: str, found: Analysis | Survey, now: float) -> None:
        if isinstance(found, Survey):
            self._results.put_off(call_id, self._version, found, now)
            self._backlog.put_off(call_id)
            log.info("call %s: %.0f s not transcribed yet, the box is too busy", call_id, found.duration_s)
            return
        self._results.save(call_id, found, self._analyst.is_high_priority(found), now)
        log.info("call %s: %.0f s analysed in %.1f s", call_id, found.duration_s, found.wall_s)
        if self._meter is not None:
            self._meter.worked(found.duration_s, found.wall_s)

    def tell(self, now: float) -> None:
        """To be called every second or so while a call is at work: how far behind the work is, calls that have come meanwhile
        included. A database that cannot be read now is not told of."""
        if self._meter is None or not self._meter.is_due(now):
            return
        with contextlib.suppress(UserError):
            self._backlog.look()
        self._tell(now)

    def _tell(self, now: float) -> None:
        if self._meter is not None:
            self._meter.tell(*self._backlog.waiting(), now, self._backlog.first_waiting())

    def is_idle(self) -> bool:
        """Whether nothing is left to do, not even to try again."""
        return self._backlog.is_empty()

    def _understand(self, call: Call, effort: Effort) -> Analysis | Survey:
        with open_call(self._store, call.id) as audio:
            unheard = tuple((loss.start / audio.rate, loss.end / audio.rate) for loss in audio.losses)
            facts = CallFacts(call.language, call.ring_s, call.hung_up_by, call.direction, unheard)
            heard = RecordedCall(audio)
            if effort is Effort.SPEECH_ONLY:
                return self._analyst.survey(heard, facts, self._progress)
            return self._analyst.analyze(heard, facts, self._progress, narrow=effort is Effort.NARROW_BEAM)

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
