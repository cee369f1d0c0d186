"""Which part of a call this is: talk, held, resumed, with a second caller. From flashes and tones, pure.

On a PBX's analogue extension a flash (拍叉) puts the other party on hold and gives dial tone; another takes them back; dialling and
putting the handset down hands them on. With call waiting a flash goes to the second caller. Which of two people a further flash
goes to cannot be seen on the wire, so everything from off-hook to on-hook stays one call, and its parts say what is known.
"""

from __future__ import annotations

from recorder.line.actions import Timing

BOUNCE_S = 0.5
"""Seconds within which a second flash, or one after off-hook, is the hook bouncing."""

WAITING_S = 20.0
"""Seconds after a call-waiting tone within which a flash goes to the second caller: the tone comes every 4 s (GB 3380)."""

FLASHED_S = 4.0
"""Seconds after a flash within which dial tone is its answer."""


class PartKind:
    """Of the open call. Methods give the kind of the part that begins, or None when none does."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self.kind = "talk"
        self._began = self._flashed = self._waiting = -(1 << 60)
        self._keys = False

    def began(self, frame: int) -> None:
        """A call began."""
        self.kind, self._began, self._keys = "talk", frame, False
        self._flashed = self._waiting = -(1 << 60)

    def waiting(self, frame: int) -> None:
        """A call-waiting tone was heard, before or after the last flash."""
        if frame > self._flashed:
            self._waiting = frame

    def keys(self) -> None:
        """Telephone keys were pressed."""
        self._keys = True

    def flash(self, frame: int) -> str | None:
        """The agent flashed."""
        if self._within(frame, self._flashed, BOUNCE_S) or self._within(frame, self._began, BOUNCE_S):
            return None
        self._flashed = frame
        if self.kind == "held":
            return self._turn("resumed")
        if self._within(frame, self._waiting, WAITING_S):
            self._waiting = -(1 << 60)
            return self._turn("second_caller")
        return self._turn("resumed" if self.kind == "second_caller" else "held")

    def dial_tone(self, frame: int) -> str | None:
        """Dial tone began in mid-call: the answer to a flash, also to one that nobody told of."""
        if self.kind == "held" or self._within(frame, self._flashed, FLASHED_S) or self._within(frame, self._began, FLASHED_S):
            return None
        return self._turn("held")

    def transferred(self) -> bool:
        """Whether a hang-up now hands the customer on."""
        return self.kind == "held" and self._keys

    def _turn(self, kind: str) -> str:
        self.kind, self._keys = kind, False
        return kind

    def _within(self, frame: int, mark: int, seconds: float) -> bool:
        return abs(frame - mark) < self._timing.frames(seconds)
