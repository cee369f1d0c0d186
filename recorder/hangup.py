"""Who hung up first, from what the line shows. Honest: None where nothing tells.

When the far end hangs up first, a PBX shows it on the extension before the agent puts the phone down: busy tone, on some also a
reversal of polarity. Where the settings say that this line shows such a sign ([[line]] release), its absence before on-hook means
that the agent hung up. Where they do not, a busy tone still tells that the customer did, and its absence tells nothing.
"""

from __future__ import annotations

from collections import deque

from recorder.voice import FRAME_S, Heard

KEPT_S = 12.0
"""Seconds of tone and speech remembered, more than the lateness of an event and the window together."""

WINDOW_S = 3.0
"""The busy tone must lie in the last seconds before the hang-up."""

BUSY_S = 0.6
"""Seconds of 450 Hz in the window: two bursts of busy tone (0.35 s on, 0.35 s off); a shorter beep may be anything."""


class Signs:
    """What one line has shown of late. release: "tone", "reversed" or "none"; rate: frames per second."""

    def __init__(self, release: str, rate: int) -> None:
        self._release = release
        self._rate = rate
        self._piece = round(FRAME_S * rate)
        self._tones: deque[int] = deque()
        self._direction = "unknown"
        self._reversals = 0
        self._spoke = False

    def began(self, direction: str) -> None:
        """A call began."""
        self._direction, self._reversals, self._spoke = direction, 0, False

    def heard(self, heard: Heard) -> None:
        """Remember the tones of a block."""
        self._spoke = self._spoke or bool(heard.speech)
        self._tones.extend(heard.tone)
        while self._tones and self._tones[0] < heard.end - KEPT_S * self._rate:
            self._tones.popleft()

    def reversed(self) -> None:
        """The polarity turned."""
        self._reversals += 1

    def toned(self, start: int, end: int) -> int:
        """Frames of tone in (start, end]."""
        return self._piece * sum(start < frame <= end for frame in self._tones)

    def busy(self, frame: int) -> bool:
        """Whether a call in which somebody spoke ended in busy tone before `frame`."""
        return self._spoke and self.toned(frame - round(WINDOW_S * self._rate), frame) >= BUSY_S * self._rate

    def hung_up_by(self, frame: int) -> str | None:
        """Who ended the call whose on-hook is at `frame`: "agent", "customer" or None."""
        if self.busy(frame):
            return "customer"
        # On a call out, the first reversal is the far end's answer.
        released = self._reversals >= (2 if self._direction == "out" else 1)
        if self._release == "reversed" and released:
            return "customer"
        # A call out that nobody took was given up, not hung up on.
        return "agent" if self._release != "none" and self._spoke else None
