"""Who hung up first, from what the line shows. Honest: None where nothing tells.

When the far end hangs up first, a PBX shows it on the extension before the agent puts the phone down: busy tone, on some also a
reversal of polarity. Where the settings say that this line shows such a sign ([[line]] release), its absence before on-hook means
that the agent hung up. Where they do not, a busy tone still tells that the customer did, and its absence tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from recorder.signals.cadence import Sign
from recorder.signals.voice import Heard

WINDOW_S = 3.0
"""The busy tone must have been heard in the last seconds before the hang-up."""


class Signs:
    """What one line has shown of late. release: "tone", "reversed" or "none"; rate: frames per second."""

    def __init__(self, release: str, rate: int) -> None:
        self._release = release
        self._rate = rate
        self._busy: list[Sign] = []  # since somebody spoke last
        self._direction = "unknown"
        self._reversals = 0
        self.spoke = False

    def began(self, direction: str) -> None:
        """A call began."""
        self._direction, self._reversals, self.spoke = direction, 0, False
        self._busy.clear()

    def heard(self, heard: Heard, signs: Sequence[Sign]) -> None:
        """Remember what a block told."""
        for frame in heard.speech:
            self.spoke = True
            self._busy = [sign for sign in self._busy if sign.end > frame]
        self._busy += [sign for sign in signs if sign.kind in {"busy", "congestion"}]

    def reversed(self) -> None:
        """The polarity turned."""
        self._reversals += 1

    def busy_bursts(self) -> int:
        """Bursts of busy or congestion tone since somebody spoke last, the first not counted."""
        return len(self._busy)

    def busy(self, frame: int) -> bool:
        """Whether a call in which somebody spoke ended in busy tone before `frame`."""
        return self.spoke and any(frame - WINDOW_S * self._rate < sign.end <= frame for sign in self._busy)

    def hung_up_by(self, frame: int) -> str | None:
        """Who ended the call whose on-hook is at `frame`: "agent", "customer" or None."""
        if self.busy(frame):
            return "customer"
        # On a call out, the first reversal is the far end's answer.
        released = self._reversals >= (2 if self._direction == "out" else 1)
        if self._release == "reversed" and released:
            return "customer"
        # A call out that nobody took was given up, not hung up on.
        return "agent" if self._release != "none" and self.spoke else None
