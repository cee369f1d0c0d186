"""Where one line's calls begin and end. Pure: audio facts and line events in, actions out; no device, no clock, no file.

A line with a sense follows its events: ring, off-hook, on-hook. A line without one, or whose sense has said nothing yet or is gone,
follows voice. All positions are frames of the tap, so a late event still cuts at the right place.
"""

from __future__ import annotations

from collections import deque

from recorder.actions import Action, Drop, End, Learned, NextPart, Start, Timing, Unanswered
from recorder.hangup import Signs
from recorder.voice import FRAME_S, Heard

RING_PAUSE_S = 6.0
"""Seconds without a ring after which the caller has given up: the ringing cadence is 1 s on, 4 s off (GB/T 3380)."""

TAIL_S = 1.0
"""Seconds kept after the last sound of a call that voice ended; the rest of the hang-over was nobody speaking."""

TONE_END_S = (1.4, 4.0, 2.0)
"""A call found by voice ends when so many of the last so many seconds were a 450 Hz tone and nobody spoke for the third number:
busy tone has 2 s in 4, ring-back during a transfer at most 1 s."""

LOOK_BACK_S = 2.0
"""Seconds of audio that is kept in case an event comes late."""


class Segmenter:
    """The state of one line. `event` takes line events, in their order; `audio` takes what was heard and gives the actions.

    release: [[line]] release.
    """

    def __init__(self, timing: Timing, release: str) -> None:
        self.timing = timing
        self.state = "idle"  # idle, ringing, talking
        self.since = 0  # frame at which the state began
        # A board that was there first has told what the line is doing to a recorder that is no more: until it tells something new,
        # a call in progress is found by its voices.
        self.by_voice = True
        self._end = 0  # frames heard
        self._boundary = 0  # no boundary may come before this one
        self._part = 0
        self._pending: deque[tuple[str, int]] = deque()
        self._signs = Signs(release, timing.rate)
        self._ring_first = self._ring_last = self._rings = 0
        self._ring_on = False
        self._spoken: deque[int] = deque()  # ends of speech pieces, of late
        self._first_speech = self._last_speech = -1
        self._voiced_call = False  # voice found the open call and voice ends it
        self._actions: list[Action] = []

    def event(self, kind: str, frame: int) -> None:
        """A line event that happened at `frame`, before or after what was heard last."""
        self.by_voice = False
        self._pending.append((kind, frame))

    def sense_lost(self) -> None:
        """The tap board is gone: until it speaks again, voice decides."""
        self.by_voice = True
        if self.state == "talking":
            self._voiced_call = True
            self._last_speech = max(self._last_speech, self._end)
        elif self.state == "ringing":
            self._to("idle", self._end)

    def audio(self, heard: Heard) -> list[Action]:
        """Take the next stretch of audio (or of loss) and say what follows from it and from the events up to its end."""
        self._end = heard.end
        self._signs.heard(heard)
        while self._pending and self._pending[0][1] <= self._end:
            kind, frame = self._pending.popleft()
            self._event(kind, frame)
        if self.state == "ringing":
            self._give_up()
        self._listen(heard)
        while self.state == "talking" and self._end - self._part > self.timing.max_part:
            self._part += self.timing.max_part
            self._boundary = self._part
            self._actions.append(NextPart(self._part))
        return self._taken()

    def finish(self) -> list[Action]:
        """The recorder stops here: end what is open."""
        while self._pending:
            kind, frame = self._pending.popleft()
            self._event(kind, min(frame, self._end))
        if self.state == "talking":
            self._hang_up(self._end, None)
        elif self.state == "ringing":
            self._unanswered()
        return self._taken()

    def _taken(self) -> list[Action]:
        actions, self._actions = self._actions, []
        return actions

    def _to(self, state: str, frame: int) -> None:
        self.state, self.since = state, frame

    def _event(self, kind: str, frame: int) -> None:
        if kind in {"ring_start", "ring_stop"}:
            self._ring(kind, frame)
        elif kind == "off_hook":
            self._off_hook(frame)
        elif kind in {"on_hook", "no_line"}:
            self._on_hook(kind, frame)
        elif kind == "reversed":
            self._signs.reversed()

    def _ring(self, kind: str, frame: int) -> None:
        if kind == "ring_stop":
            if self.state == "ringing":
                self._ring_on, self._ring_last = False, max(frame, self._ring_first)
            return
        if self.state == "talking":  # a line that rings is on-hook: its on-hook was missed
            self._hang_up(frame, None)
        if self.state == "ringing" and not self._ring_on and frame - self._ring_last > self._pause():
            self._unanswered()
        if self.state != "ringing":
            self._to("ringing", max(frame, self._boundary))
            self._ring_first, self._rings = self.since, 0
        self._rings += 1
        self._ring_on, self._ring_last = True, max(frame, self._ring_first)

    def _pause(self) -> int:
        return self.timing.frames(RING_PAUSE_S)

    def _give_up(self) -> None:
        if not self._ring_on and self._end - self._ring_last > self._pause():
            self._unanswered()

    def _unanswered(self) -> None:
        end = max(self._ring_last, self._ring_first)
        rang = self.timing.seconds(end - self._ring_first)
        self._actions.append(Unanswered(self._ring_first, end, rang, self._rings))
        self._boundary = max(self._boundary, end)
        self._to("idle", end)

    def _off_hook(self, frame: int) -> None:
        if self.state == "ringing" and not self._ring_on and frame - self._ring_last > self._pause():
            self._unanswered()
        direction, ring_s, rings = "out", None, None
        if self.state == "ringing":
            direction, ring_s, rings = "in", self.timing.seconds(max(0, frame - self._ring_first)), self._rings
        if self.state == "talking":
            if self._voiced_call:  # voice was quicker, or the board was away: from now on its events decide
                self._voiced_call = False
                self._signs.began(direction)
                self._actions.append(Learned(direction, None, None))
            return
        self._signs.began(direction)
        self._start(frame, direction, ring_s, rings, answered=True)

    def _start(self, frame: int, direction: str, ring_s: float | None, rings: int | None, *, answered: bool) -> None:
        at = min(max(frame, self._boundary, self._end - self.timing.look_back, 0), self._end)
        late = max(0, at - max(frame, self._boundary))
        self._actions.append(Start(at, direction, ring_s, rings, answered, late))
        self._boundary = self._part = at
        self._first_speech = self._last_speech = -1
        self._voiced_call = not answered
        self._to("talking", at)

    def _on_hook(self, kind: str, frame: int) -> None:
        if self.state == "ringing" and kind == "no_line":
            self._unanswered()
        elif self.state == "talking":
            self._hang_up(frame, None if kind == "no_line" else self._signs.hung_up_by(frame))

    def _hang_up(self, frame: int, hung_up_by: str | None) -> None:
        at = min(max(frame, self._part), self._end)
        too_short = at - self.since < self.timing.min_call if not self._voiced_call else self._was_noise()
        self._actions.append(Drop() if at == self.since or too_short else End(at, hung_up_by))
        self._boundary = max(at, self._boundary)
        self._spoken.clear()
        self._to("idle", at)

    def _was_noise(self) -> bool:
        return self._last_speech - self._first_speech < self.timing.min_call

    def _listen(self, heard: Heard) -> None:
        for frame in heard.speech:
            if self.state == "talking":
                self._first_speech = frame if self._first_speech < 0 else self._first_speech
                self._last_speech = max(self._last_speech, frame)
            elif self.by_voice and self.state == "idle" and frame > self._boundary:
                self._heard_speech(frame)
        if self.state == "talking" and self._voiced_call:
            self._listen_for_end()

    def _heard_speech(self, frame: int) -> None:
        """N of M: speech has to fill start_speech within twice that time."""
        piece = self.timing.frames(FRAME_S)
        self._spoken.append(frame)
        while self._spoken[0] <= frame - 2 * self.timing.start_speech - piece:
            self._spoken.popleft()
        if len(self._spoken) * piece >= self.timing.start_speech:
            first = self._spoken[0] - piece
            self._signs.began("unknown")
            self._start(first - self.timing.pre_roll, "unknown", None, None, answered=False)
            self._first_speech, self._last_speech = first, frame

    def _listen_for_end(self) -> None:
        silent = self._end - self._last_speech
        wanted, window, hush = (self.timing.frames(seconds) for seconds in TONE_END_S)
        toned = self._signs.toned(self._end - window, self._end)
        by_tone = silent >= hush and toned >= wanted
        if by_tone or silent >= self.timing.hang_over:
            end = min(self._last_speech + self.timing.frames(TAIL_S), self._end)
            self._hang_up(end, "customer" if self._signs.busy(self._end) else None)
