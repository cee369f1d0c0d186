"""Where one line's calls and their parts begin and end. Pure: audio facts and line events in, actions out; no device or file.

A line with a sense follows its events: ring, off-hook, flash, on-hook. A line without one, or whose sense has said nothing yet or
is gone, follows voice, call-progress tones and the coming of call records. All positions are frames of the tap, so a late event
still cuts at the right place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from recorder.line.actions import Action, Drop, End, Learned, NextPart, Start, Timing, Unanswered
from recorder.line.attempt import Attempt
from recorder.line.hangover import TAIL_S, HangOver
from recorder.line.hangup import Signs
from recorder.line.partkind import PartKind
from recorder.signals.cadence import Cadence, Sign
from recorder.signals.speech import Speech
from recorder.signals.voice import FRAME_S, Heard

RING_PAUSE_S = 6.0
"""Seconds without a ring after which the caller has given up: the ringing cadence is 1 s on, 4 s off (GB 3380)."""

HOOK_S = 0.3
"""An on-hook shorter than this is a flash, whatever the board called it: no exchange releases a call for less."""

BUSY_END = (2, 2.0)
"""A call found by voice ends with so many bursts of busy or congestion tone after the first, and so many seconds without a word."""

LOOK_BACK_S = 2.0
"""Seconds of audio that is kept in case an event comes late."""


class Segmenter:
    """The state of one line. `event` takes line events, in their order; `audio` takes what was heard and gives the actions.

    release: [[line]] release. whole: all from off-hook to on-hook is one call in one part, whatever its tones say (a replay).
    prompt: of the line's last calls, whether their records came in time (recorder.line.hangover).
    """

    def __init__(self, timing: Timing, release: str, *, whole: bool = False, prompt: Iterable[bool] = ()) -> None:
        self.timing = timing
        self._whole = whole
        self.state = "idle"  # idle, ringing, talking
        self.since = 0  # frame at which the state began
        # A board that was there first has told what the line is doing to a recorder that is no more: until it tells something new,
        # a call in progress is found by its voices.
        self.by_voice = True
        self._end = 0  # frames heard
        self._boundary = 0  # no boundary may come before this one
        self._part = 0
        self._pending: deque[tuple[str, int]] = deque()
        self._cadence = Cadence(timing.rate, timing.frames(FRAME_S))
        self._signs = Signs(release, timing.rate)
        self._kind = PartKind(timing)
        self._speech = Speech(timing)
        self._attempt = Attempt(timing)
        self._ring_first = self._ring_last = self._rings = 0
        self._ring_on = False
        self._direction = "unknown"
        self._alive = 0  # the last frame at which a voiced call was certainly still one
        self._voiced_call = False  # voice found the open call and voice ends it
        self._hang_over = HangOver(timing, prompt)
        self._waiting = False  # nobody speaks for so long that only the call's record is waited for
        self._actions: list[Action] = []

    def event(self, kind: str, frame: int) -> None:
        """A line event that happened at `frame`, before or after what was heard last."""
        self.by_voice = False
        self._attempt = Attempt(self.timing)
        self._pending.append((kind, frame))

    def record(self, frame: int, talked_s: float | None) -> None:
        """The PBX's record of a call of this line, of so many seconds, came at `frame`."""
        self._hang_over.record(frame, talked_s)

    def sense_lost(self) -> None:
        """The tap board is gone: until it speaks again, voice decides."""
        self.by_voice = True
        if self.state == "talking":
            self._voiced_call = True
            self._alive = self._end
            self._speech.last = max(self._speech.last, self._end)
        elif self.state == "ringing":
            self._to("idle", self._end)

    def audio(self, heard: Heard) -> list[Action]:
        """Take the next stretch of audio (or of loss) and say what follows from it and from the events up to its end."""
        self._end = heard.end
        signs = self._cadence.feed(heard.end, heard.tone, heard.other, heard.keys)
        self._signs.heard(heard, signs)
        self._hang_over.heard(heard.end)
        while self._pending and self._ripe():
            self._event(*self._pending.popleft())
        if self.state == "ringing":
            self._give_up()
        if not self._whole:
            self._tones(signs, heard)
        self._listen(heard)
        while self.state == "talking" and self._end - self._part > self.timing.max_part:
            self._next_part(self._part + self.timing.max_part, None)
        return self._taken()

    def finish(self) -> list[Action]:
        """The recorder stops here: end what is open."""
        while self._pending:
            kind, frame = self._pending.popleft()
            self._event(kind, min(frame, self._end))
        if self.state == "talking" and self._waiting:
            self._end_by_voice()
        elif self.state == "talking":
            self._hang_up(self._end, None)
        elif self.state == "ringing":
            self._unanswered()
        else:
            self._abandon()
        return self._taken()

    def _taken(self) -> list[Action]:
        actions, self._actions = self._actions, []
        return actions

    def _to(self, state: str, frame: int) -> None:
        self.state, self.since = state, frame

    def _ripe(self) -> bool:
        """Whether the next event's time has come; an on-hook waits for what might make it a flash."""
        kind, frame = self._pending[0]
        if kind != "on_hook" or self.state != "talking":
            return frame <= self._end
        if len(self._pending) > 1 and self._pending[1][0] == "off_hook" and 0 <= self._pending[1][1] - frame < self._hook():
            self._pending.popleft()
            self._pending[0] = ("flash", frame)
        return frame + self._hook() <= self._end

    def _hook(self) -> int:
        return self.timing.frames(HOOK_S)

    def _event(self, kind: str, frame: int) -> None:
        if kind in {"ring_start", "ring_stop"}:
            self._ring(kind, frame)
        elif kind == "off_hook":
            self._off_hook(frame)
        elif kind in {"on_hook", "no_line"}:
            self._on_hook(kind, frame)
        elif kind == "flash":
            self._flash(frame)
        elif kind == "reversed":
            self._signs.reversed()

    def _ring(self, kind: str, frame: int) -> None:
        if kind == "ring_stop":
            if self.state == "ringing":
                self._ring_on, self._ring_last = False, max(frame, self._ring_first)
            return
        if self.state == "talking":  # a line that rings is on-hook: its on-hook was missed
            self._hang_up(frame, None)
        if self.state == "ringing" and self._silent_since(frame):
            self._unanswered()
        if self.state != "ringing":
            self._to("ringing", max(frame, self._boundary))
            self._ring_first, self._rings = self.since, 0
        elif self._ring_on:  # told twice, or its end was lost: a burst of 1 s cannot begin in one
            self._rings -= frame - self._ring_last < self.timing.frames(1.0)
        self._rings += 1
        self._ring_on, self._ring_last = True, max(frame, self._ring_first)

    def _silent_since(self, frame: int) -> bool:
        """Whether so long no ring has come before `frame` that the caller has given up."""
        return not self._ring_on and frame - self._ring_last > self.timing.frames(RING_PAUSE_S)

    def _give_up(self) -> None:
        if self._silent_since(self._end):
            self._unanswered()

    def _unanswered(self) -> None:
        end = min(max(self._ring_last, self._ring_first), max(self._end, self._ring_first))
        rang = self.timing.seconds(end - self._ring_first)
        self._actions.append(Unanswered(self._ring_first, end, rang, self._rings))
        self._boundary = max(self._boundary, end)
        self._to("idle", end)

    def _off_hook(self, frame: int) -> None:
        if self.state == "ringing" and self._silent_since(frame):
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
        self._start(frame, direction, ring_s, rings, answered=True)

    def _start(self, frame: int, direction: str, ring_s: float | None, rings: int | None, *, answered: bool) -> None:
        at = min(max(frame, self._boundary, self._end - self.timing.look_back, 0), self._end)
        late = max(0, at - max(frame, self._boundary))
        self._actions.append(Start(at, direction, ring_s, rings, answered, late))
        self._boundary = self._part = at
        self._direction = direction
        self._speech.began()
        self._signs.began(direction)
        self._kind.began(at)
        self._attempt = Attempt(self.timing)
        self._hang_over.began(at)
        self._voiced_call = not answered
        self._alive = self._end
        self._to("talking", at)

    def _on_hook(self, kind: str, frame: int) -> None:
        if self.state == "ringing" and kind == "no_line":
            self._unanswered()
        elif self.state == "talking":
            known = kind == "on_hook" and self._kind.kind != "held"
            self._hang_up(frame, self._signs.hung_up_by(frame) if known else None, transferred=self._kind.transferred())

    def _hang_up(self, frame: int, hung_up_by: str | None, *, transferred: bool = False) -> None:
        at = min(max(frame, self._part), self._end)
        too_short = self._speech.was_noise() if self._voiced_call else at - self.since < self.timing.min_call
        whole = self._part == self.since  # a part that is closed cannot be forgotten any more
        cuts = self._hang_over.cuts(self._speech.last) if self._voiced_call else ()
        self._actions.append(Drop() if whole and (at == self.since or too_short) else End(at, hung_up_by, transferred, cuts))
        self._boundary = max(at, self._boundary)
        self._speech.began()
        self._waiting = False
        self._to("idle", at)

    def _flash(self, frame: int) -> None:
        if self.state == "talking" and self._with_somebody():
            kind = self._kind.flash(frame)
            if kind:
                self._next_part(frame, kind)

    def _with_somebody(self) -> bool:
        """Whether there is anybody at the other end: a call in was answered, in a call out somebody has spoken."""
        return self._direction == "in" or self._signs.spoke or self._speech.last >= 0

    def _next_part(self, frame: int, kind: str | None, *, seam: bool = False) -> None:
        at = min(max(frame, self._part + 1, self._end - self.timing.look_back), self._end)
        if at > self._part:
            self._part = self._boundary = at
            self._actions.append(NextPart(at, kind, seam))
            if seam:
                self._hang_over.seam(at)

    def _tones(self, signs: list[Sign], heard: Heard) -> None:
        if self._waiting and (heard.keys or any(sign.kind in {"dial", "ring_back"} for sign in signs)):
            self._end_by_voice()  # after so long a silence somebody dials: the next call
        if self.state == "talking":
            if heard.keys:
                self._kind.keys()
            for sign in signs:
                self._tone(sign)
        elif self.by_voice and self.state == "idle":
            self._attempt.heard(signs, heard.keys, self._cadence.last)
            if self._attempt.over(self._end):
                self._abandon()

    def _tone(self, sign: Sign) -> None:
        if sign.kind == "waiting":
            self._kind.waiting(sign.end)
        elif sign.kind == "ring_back":
            self._alive = max(self._alive, sign.end)
        elif sign.kind == "dial" and self.state == "talking" and self._with_somebody():
            if self._signs.busy_bursts() and self._kind.kind != "held":
                self._call_anew(sign.start)
            elif kind := self._kind.dial_tone(sign.start):
                self._next_part(sign.start, kind)

    def _call_anew(self, frame: int) -> None:
        """Dial tone after busy tone: the exchange has let the call go, the handset is still in the agent's hand."""
        voiced = self._voiced_call
        self._hang_up(max(frame, self._end - self.timing.look_back), "customer")
        if voiced:
            self._attempt.heard([Sign("dial", frame, self._end)], (), self._end)
        else:
            self._start(self._boundary, "out", None, None, answered=True)

    def _abandon(self) -> None:
        outcome, self._attempt = self._attempt.outcome(), Attempt(self.timing)
        if outcome is not None and outcome.frame >= self._boundary:
            self._actions.append(outcome)
            self._boundary = max(self._boundary, outcome.end)

    def _listen(self, heard: Heard) -> None:
        for frame in heard.speech:
            if self.state == "talking":
                self._speech.in_call(frame)
                again = self._hang_over.spoke(frame)
                if again is not None:
                    self._next_part(again - self.timing.pre_roll, None, seam=True)
                self._alive = max(self._alive, frame)
            elif self.by_voice and self.state == "idle" and frame > self._boundary:
                self._heard_speech(frame)
        if self.state == "talking" and self._voiced_call:
            self._listen_for_end()

    def _heard_speech(self, frame: int) -> None:
        first = self._speech.idle(frame)
        if first is not None:
            self._start(first - self.timing.pre_roll, self._attempt.direction, None, None, answered=False)
            self._speech.began(first, frame)
            self._signs.spoke = True

    def _listen_for_end(self) -> None:
        bursts, hush = BUSY_END
        silent = self._end - self._speech.last
        by_tone = self._kind.kind != "held" and silent >= self.timing.frames(hush) and self._signs.busy_bursts() >= bursts
        heard = max(self._alive, self._speech.last)
        overdue = self._end - heard >= self.timing.hang_over
        # Of a noise no record comes, and of a call on hold by flash one that tells of its first piece.
        silence_alone = self._speech.was_noise() or self._kind.kind == "held"
        if by_tone or (overdue and silence_alone) or self._hang_over.over(self._end, heard):
            self._end_by_voice()
        else:
            self._waiting = overdue

    def _end_by_voice(self) -> None:
        end = min(max(self._speech.last, self._part) + self.timing.frames(TAIL_S), self._end)
        held = self._kind.kind == "held"
        by = "customer" if not held and self._signs.busy(self._end) else None
        self._hang_up(end, by, transferred=self._kind.transferred())
