"""Calls understood while they go on: each step hears what has arrived, and understands at most one speaker's last words.

Of the analyzer's one thread: a step is made between two windows of the call at work, while the service waits for its share of the
CPU, and while nothing is to do. So there is one model in memory, and what is said live waits for one window at most.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from analyzer.asr.interface import Transcript
from analyzer.clips import LiveClips
from analyzer.economy import Economy, Effort, Limits
from analyzer.live.callear import LiveClip
from analyzer.live.conversation import Conversation, as_shown
from analyzer.live.lineear import LineEar
from analyzer.live.listening import Source
from analyzer.live.queue import Queue
from analyzer.live.rules import alerting
from analyzer.live.state import LiveLine, LiveState, Tally, write_live
from analyzer.livestore import LiveHit, LiveSaid
from analyzer.result import Analysis, Hit, Utterance
from analyzer.rules.rulebook import Rulebook
from analyzer.store import AnalysisStore
from recorder.settings.sections import Line

log = logging.getLogger(__name__)

TELL_S = 1.0
"""Seconds between two writings of the state."""

TIDY_S = 3600.0
KEPT_S = 3 * 86_400.0
"""What was said live in a call that was given up is kept so long; what was said in one that is understood goes with that."""

SENSE_S = 10.0


class Ears(Protocol):
    """What is asked of the pipeline."""

    @property
    def rulebook(self) -> Rulebook:
        """The one in use."""

    def follow(self, clips: LiveClips, language: str) -> list[tuple[Transcript, dict[str, float]]]:
        """Words and mood of what one speaker has just said."""

    def as_shown(self, analysis: Analysis) -> Analysis:
        """As people may read it."""


@dataclass(frozen=True)
class LiveLines:
    """lines: those set live; sources: by line name; vad: the detector's name; company: names of the company."""

    lines: Sequence[Line]
    sources: Mapping[str, Source]
    vad: str
    company: Sequence[str] = ()


class Understanding:
    """debt_s: CPU seconds used beyond the share now. economy: says when the box is too hot. folder: where running services leave
    what they tell. now: UTC epoch seconds."""

    def __init__(
        self,
        lines: LiveLines,
        ears: Ears,
        results: AnalysisStore,
        folder: Path,
        *,
        now: Callable[[], float],
        debt_s: Callable[[], float] = lambda: 0.0,
        economy: Economy | None = None,
    ) -> None:
        self._lines = lines
        self._line_ears = {line.name: LineEar(line.name, len(line.channels), lines.vad) for line in lines.lines}
        self._languages = {line.name: line.language for line in lines.lines}
        self._ears = ears
        self._results = results
        self._folder = folder
        self._now = now
        self._debt_s = debt_s
        self._economy = economy or Economy(Limits(0, 0, 0))
        self._hot = False
        self._queue = Queue()
        self._calls: dict[str, Conversation] = {}
        self._over: set[str] = set()
        self._tally = Tally()
        self._tell_at = self._tidy_at = self._sense_at = float("-inf")

    def step(self) -> bool:
        """Hear what has come; understand something if its time is there. Whether it did. Raises UserError when the database cannot
        be written; what was to be written is lost then, the call's full analysis is not."""
        self._hear()
        now = self._now()
        self._leave_out(now)
        clips = [] if self._hot else self._queue.next(now, self._debt_s())
        try:
            if clips:
                self._understand(clips)
        finally:
            self._finish()
            self._tell(self._now())
        return bool(clips)

    def close(self) -> None:
        """Stop listening."""
        for source in self._lines.sources.values():
            source.close()
        self._tell(self._now(), last=True)

    def _hear(self) -> None:
        for name, ear in self._line_ears.items():
            heard = ear.take(self._lines.sources[name].take())
            self._queue.add(heard.clips)
            self._over.update(heard.ended)
            for call_id in heard.dropped:
                self._queue.forget(call_id)
                if self._calls.pop(call_id, None) is not None:
                    self._results.unsay(call_id)

    def _leave_out(self, now: float) -> None:
        if now - self._sense_at >= SENSE_S:
            self._sense_at = now
            self._hot = self._economy.choose(0.0).effort is Effort.SPEECH_ONLY
        late = self._queue.too_late(now)
        if self._tally.left_out(len(late), now):
            log.warning("no time to understand all that is said live: %d utterances left to the calls' full analysis", len(late))

    def _understand(self, clips: Sequence[LiveClip]) -> None:
        first = clips[0]
        call = self._calls.get(first.call_id) or Conversation(first.call_id, self._languages[first.line])
        book = self._ears.rulebook
        heard = self._ears.follow(call.clips([clip.samples for clip in clips], first.side), call.language)
        if first.call_id in self._over and self._is_done(first.call_id):
            return  # its full analysis came first
        self._calls[first.call_id] = call
        said, hits = as_shown(*call.add(clips, heard, book, self._lines.company), self._ears.as_shown)
        at = self._now()
        self._results.say(rows_of(clips, said, hits, alerting(book), at))
        for clip in clips:
            self._tally.understood(at - clip.said_at)

    def _is_done(self, call_id: str) -> bool:
        job = self._results.jobs([call_id]).get(call_id)
        return job is not None and job.state == "done"

    def _finish(self) -> None:
        """Forget the calls that are over, once all that was said in them is understood."""
        for call_id in [call_id for call_id in self._over if not self._queue.holds(call_id)]:
            self._over.remove(call_id)
            self._calls.pop(call_id, None)

    def _tell(self, now: float, *, last: bool = False) -> None:
        if now - self._tidy_at >= TIDY_S:
            self._tidy_at = now
            self._results.tidy_said(now - KEPT_S)
        if not last and now - self._tell_at < TELL_S:
            return
        self._tell_at = now
        with contextlib.suppress(OSError):  # a full disk keeps nobody from working
            write_live(self._folder, self.state(now))

    def state(self, now: float) -> LiveState:
        """What is going on."""
        lines = []
        for name, ear in self._line_ears.items():
            why = self._lines.sources[name].why
            lines.append(LiveLine(name, ear.call_id, why.en if why else "", why.zh if why else ""))
        return self._tally.state(now, tuple(lines), len(self._queue), hot=self._hot)


def rows_of(
    clips: Sequence[LiveClip], said: Sequence[Utterance], hits: Sequence[Hit], alerting: frozenset[str], at: float
) -> list[LiveSaid]:
    """A row an utterance; each hit is with the last utterance that it reaches, or the last of all."""
    of: list[list[LiveHit]] = [[] for _ in clips]
    for hit in hits:
        reached = [n for n, u in enumerate(said) if u.start < hit.end and u.end > hit.start]
        of[reached[-1] if reached else -1].append(LiveHit.of(hit, hit.rule in alerting))
    return [
        LiveSaid(
            clip.call_id, clip.line, clip.side, u.start, u.end, u.text, u.confidence, u.emotion, tuple(found),
            any(hit.alert for hit in found), clip.said_at, at,
        )
        for clip, u, found in zip(clips, said, of, strict=True)
    ]  # fmt: skip
