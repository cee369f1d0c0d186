"""One line: what is heard goes to the look-back, the voice detector, the segmenter, and into the open call."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from hw.interfaces import Samples
from recorder.capture.timeline import Timeline
from recorder.line.actions import Action, Drop, End, Learned, NextPart, Start, Timing, Unanswered
from recorder.line.keylog import KeyLog
from recorder.line.lookback import LookBack
from recorder.line.opencall import OpenCall
from recorder.line.pauses import REASON
from recorder.line.segmenter import Segmenter
from recorder.line.shop import Shop
from recorder.line.unanswered import unanswered_call
from recorder.listen.protocol import LOST, PAUSED
from recorder.live import LineStatus
from recorder.settings.sections import Line
from recorder.signals.keypad import Keypad, Played
from recorder.signals.voice import VoiceDetector
from recorder.store.calls import Gap
from recorder.times import to_text

log = logging.getLogger(__name__)

FILL_S = 10.0
"""A loss up to this many seconds is silence in the part; a longer one ends the part, and the next begins after it."""


class LineRecorder:
    """Records one line. Of the device, it is given everything; it takes its own channels. prompt: of the line's last calls,
    whether their records came in time (recorder.line.hangover)."""

    def __init__(self, shop: Shop, line: Line, timeline: Timeline, timing: Timing, prompt: Iterable[bool] = ()) -> None:
        self.line = line
        self._shop = shop
        self._timeline = timeline
        self._channels = list(line.channels)
        self._look_back = LookBack(timing.look_back, len(line.channels))
        self._watch = shop.watch.line(line, timeline.rate)
        self._keypad = Keypad(line, timeline.rate)
        self._keys = KeyLog(line, timeline)
        self._voice = VoiceDetector(timeline.rate, len(line.channels))
        self._segmenter = Segmenter(timing, line.release, whole=bool(line.source), prompt=prompt)
        self._call: OpenCall | None = None
        self._refused: Start | None = None  # a call that there was no room to record
        self._level_db: float | None = None
        self._idle_lost: Gap | None = None  # while the device is away
        self._losses: deque[tuple[int, Gap]] = deque(maxlen=32)  # of the idle line, of late, with their first frames
        self._free_from = 0  # frame at which the last call ended

    @property
    def call_id(self) -> str | None:
        """The id of the open call."""
        return self._call.id if self._call else None

    def event(self, kind: str, at: float) -> None:
        """A line event at the instant `at`."""
        self._segmenter.event(kind, self._timeline.frame(at))
        self._watch.event()

    def record(self, at: float, talked_s: float | None) -> None:
        """The PBX's record of a call of this line, of so many seconds, came at the instant `at`."""
        self._segmenter.record(self._timeline.frame(at), talked_s)

    def sense_lost(self) -> None:
        """The tap board is gone."""
        self._segmenter.sense_lost()

    def audio(self, device_samples: Samples) -> None:
        """The device's next samples, all its channels."""
        self._play(self._keypad.feed(device_samples[:, self._channels]))

    def _play(self, played: Played) -> None:
        """What the line's keypad lets through: the same frames, a little later where keys are masked."""
        samples, start = played.samples, self._look_back.end
        heard = self._voice.feed(samples, played.spans)
        self._watch.audio(samples, heard)
        self._level_db = round(heard.level_dbfs, 1) if heard.power else self._level_db
        if self._shop.pauses.covers(self.line.name, len(samples)):
            self._hush(len(samples), PAUSED)
            if self._call is not None:
                self._call.lose(start, REASON)
        else:
            self._look_back.push(samples)
            self._shop.live.audio(self.line.name, samples)
            self._try_to_keep(samples, start)
            self._keys.pressed(played.digits, self._call.kind if self._call else "talk")
        self._act(self._segmenter.audio(replace(heard, keys=tuple(digit.start for digit in played.digits))))
        self._write_keys()

    def lost(self, frames: int, reason: str) -> None:
        """The device lost frames."""
        self._let_out()
        self._keypad.skip(frames)
        start = self._look_back.end
        self._watch.lost()
        self._skip(frames)
        call = self._call
        if call is None:
            gap = Gap(self.line.name, self._timeline.instant(start), frames, reason)
            self._losses.append((start, gap))
            self._shop.journal.do(lambda store: store.add_gap(gap))
        elif frames <= FILL_S * self._timeline.rate and not call.losing:
            try:
                call.fill(frames, start, reason)
            except OSError as error:
                self._no_room(error, start)
        else:
            call.lose(start, reason)
        self._act(self._segmenter.audio(self._voice.skip(frames)))

    def away(self, frames: int, reason: str) -> None:
        """The device is away, or was before it began; the line's time goes on without audio."""
        self._let_out()
        self._keypad.skip(frames)
        start = self._look_back.end
        if self._call is not None:
            self._call.lose(start, reason)
        elif not self._idle_lost:
            self._idle_lost = Gap(self.line.name, self._timeline.instant(start), frames, reason)
        else:
            self._idle_lost = replace(self._idle_lost, frames=self._idle_lost.frames + frames)
        self._skip(frames)
        self._watch.lost()
        self._act(self._segmenter.audio(self._voice.skip(frames)))

    def back(self, *, kept: bool) -> None:
        """The device is back. kept: what was lost meanwhile on the idle line counts as lost."""
        gap, self._idle_lost = self._idle_lost, None
        if gap is not None and kept:
            # A call found a moment later may begin, by its pre-roll, while the device was still away.
            self._losses.append((self._look_back.end - gap.frames, gap))
            self._shop.journal.do(lambda store: store.add_gap(gap))

    def finish(self) -> None:
        """The recorder stops: end what is open."""
        self._let_out()
        self._act(self._segmenter.finish())

    def status(self) -> LineStatus:
        """The line now."""
        since = to_text(self._timeline.instant(self._segmenter.since))
        call_id, sides = self._call.id if self._call else None, self._watch.levels()
        at, by = self._shop.pauses.since(self.line.name) or (None, "")
        paused_since = None if at is None else to_text(at)
        return LineStatus(self.line.name, self._segmenter.state, since, call_id, self._level_db, sides, paused_since, by)

    def _let_out(self) -> None:
        """What the keypad still holds back."""
        for played in self._keypad.flush():
            self._play(played)

    def _write_keys(self, *, now: bool = False) -> None:
        if self._call is None:
            self._keys.forget(self._look_back.end)
        elif now or self._keys.due(self._look_back.end):
            presses, number = self._keys.take(self._call.id)
            if presses:
                self._shop.journal.do(lambda store: store.add_key_presses(presses, number))

    def _skip(self, frames: int) -> None:
        """Nothing was heard for so many frames."""
        paused = self._shop.pauses.covers(self.line.name, frames)
        self._hush(frames, PAUSED if paused else LOST)
        self._level_db = None

    def _hush(self, frames: int, tag: bytes) -> None:
        self._look_back.skip(frames)
        self._shop.live.silence(self.line.name, tag, frames)

    def _try_to_keep(self, samples: Samples, start: int) -> None:
        try:
            self._keep(samples, start)
        except OSError as error:
            self._no_room(error, start)

    def _keep(self, samples: Samples, start: int) -> None:
        if self._refused is not None and not self._shop.disk.low:
            refused, self._refused = self._refused, None
            self._lost_call(refused, start)
            self._begin(Start(start, refused.direction, refused.ring_s, refused.ring_count, refused.answered))
        elif self._call is not None:
            if self._call.losing:
                if self._shop.disk.low:
                    return
                self._call.resume(start)
            self._call.write(samples, self._shop.waited_s + len(samples) / self._timeline.rate)

    def _no_room(self, error: OSError, frame: int) -> None:
        self._shop.disk.refused(error)
        if self._call is not None:
            self._call.lose(frame, "disk_full")

    def _act(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Start():
                    self._begin(action)
                case Learned() if self._call is not None:
                    self._call.learned(action)
                case NextPart():
                    self._next_part(action)
                case End():
                    self._end(action)
                case Drop():
                    self._drop()
                case Unanswered():
                    self._unanswered(action)

    def _begin(self, start: Start) -> None:
        start = replace(start, frame=max(start.frame, self._free_from))
        if self._shop.disk.low:
            self._refused = start
            log.error("line %s: a call is not recorded, there is no room", self.line.name)
            return
        if self.line.source:  # a replay's off-hook only marks the file's start: who called whom is not known
            start = replace(start, direction="unknown")
        try:
            self._call = OpenCall(self._shop, self.line, self._timeline, start)
        except OSError as error:
            self._refused = start
            self._no_room(error, start.frame)
            return
        self._watch.began()
        self._shop.live.call_began(self.line.name, self._call.id, self._look_back.end - start.frame)
        self._keys.began(start.frame, start.direction)
        try:
            if not self._begun_away(start.frame):
                self._call.write(self._look_back.since(start.frame))
        except OSError as error:
            self._no_room(error, start.frame)
        while self._losses:
            at, gap = self._losses.popleft()
            self._call.claim(gap, at)

    def _begun_away(self, frame: int) -> bool:
        """A call that begins while the device is away loses what the line has lost since then."""
        gap = self._idle_lost
        if gap is None or self._call is None:
            return False
        self._idle_lost = None
        lost = self._look_back.end - frame
        if gap.frames > lost:
            idle = replace(gap, frames=gap.frames - lost)
            self._shop.journal.do(lambda store: store.add_gap(idle))
        heard = max(0, lost - gap.frames)
        if heard:
            self._call.write(self._look_back.since(frame)[:heard])
        self._call.fill(lost - heard, frame + heard, gap.reason)
        return True

    def _next_part(self, cut: NextPart) -> None:
        if self._call is not None:
            try:
                self._call.next_part(cut, self._look_back.since(cut.frame))
            except OSError as error:
                self._no_room(error, self._look_back.end)

    def _end(self, end: End) -> None:
        levels = self._watch.ended()
        self._shop.pauses.call_ended(self.line.name)
        if self._call is not None:
            call_id = self._call.id
            self._write_keys(now=True)
            lost = self._call.losing_since
            self._free_from = self._call.end(end)
            self._shop.live.call_ended(self.line.name, self._look_back.end - self._free_from)
            self._lose_idle(lost)
            if self._call.id == call_id:  # of more than one call they are nobody's
                self._shop.journal.do(lambda store: store.add_levels(call_id, levels))
            self._call = None
        elif self._refused is not None:
            self._lost_call(self._refused, end.frame)
            self._refused = None

    def _lose_idle(self, lost: tuple[int, str] | None) -> None:
        """The line is idle again, and what it has lost since the call's end is no longer the call's. lost: since when, and why."""
        if lost is None or lost[1] not in {"device_lost", "overrun"}:
            return
        frame = max(lost[0], self._free_from)
        if self._look_back.end > frame:
            gap = Gap(self.line.name, self._timeline.instant(frame), self._look_back.end - frame, lost[1])
            if lost[1] == "device_lost":
                self._idle_lost = gap
            else:
                self._shop.journal.do(lambda store: store.add_gap(gap))

    def _drop(self) -> None:
        self._watch.ended()
        self._shop.pauses.call_ended(self.line.name)
        if self._call is not None:
            self._call.drop()
            self._shop.live.call_ended(self.line.name, 0, dropped=True)
        self._call = self._refused = None

    def _lost_call(self, start: Start, end: int) -> None:
        """What a call lost because there was no room for it."""
        if end > start.frame:
            gap = Gap(self.line.name, self._timeline.instant(start.frame), end - start.frame, "disk_full")
            self._shop.journal.do(lambda store: store.add_gap(gap))

    def _unanswered(self, rang: Unanswered) -> None:
        call = unanswered_call(self.line, self._shop.seats, self._timeline, rang)
        self._shop.journal.do(lambda store: store.start_call(call, None))
        self._keys.began(rang.frame, rang.direction)
        presses, number = self._keys.take(call.id)
        if presses:
            self._shop.journal.do(lambda store: store.add_key_presses(presses, number))
        self._shop.call_ended(call.id)
        log.info("line %s: rang for %.1f s, nobody answered", self.line.name, rang.ring_s)
