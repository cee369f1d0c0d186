"""Call-progress tones by their cadence: what an exchange says with 450 Hz.

Times by GB 3380 and ITU-T E.180 Supplement 2 (China): dial tone continuous; ring-back 1 s on, 4 s off; busy 0.35 s on and off;
congestion 0.7 s on and off; call waiting 0.4 s on, 4 s off. Pieces of 20 ms and old exchanges want room: 0.1 to 0.2 s either way.
Pure: frames of tone in, signs out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PERIODS = {"busy": (0.25, 0.45), "congestion": (0.58, 0.82)}
"""Seconds on, and off, of the tones that say that there is nobody (any more)."""

SECOND_S = 0.1
"""Of the next burst, that must have been heard for the first to count: whoever hangs up does not wait for the end of it."""

RING_BACK_S = (0.8, 1.2)
WAITING_S = (0.28, 0.52)
ALONE_S = 1.5
"""Seconds without tone or key after a burst that rings or says that somebody waits."""

BESIDE_S = 0.1
"""Seconds right before such a burst, and after a waiting tone, that have no other sound in them: a note of music has neighbours."""

DIAL_S = 1.6
"""Seconds of unbroken tone: longer than any burst."""

CUT_DIAL_S = 0.3
"""Seconds of tone that a pressed key breaks off: dial tone that nobody listened to for longer."""

DROPOUT_S = 0.04
"""Shorter breaks are noise."""

LOUD_SHARE = 0.3
"""Of a pause may be other sounds; music with a note of 450 Hz in it has no pauses."""


@dataclass(frozen=True)
class Sign:
    """kind: "dial", "busy", "congestion" (told anew with each burst), "ring_back" (each burst) or "waiting". start, end: frames."""

    kind: str
    start: int
    end: int


class Cadence:
    """One line's. rate: frames per second. piece: frames of a piece."""

    def __init__(self, rate: int, piece: int) -> None:
        self._rate = rate
        self._piece = piece
        self._start = self._last = -1  # of the burst that sounds; start below 0: none does
        self._before: tuple[int, int] | None = None  # the burst before it
        self._alone: Sign | None = None  # a burst that means something if nothing follows
        self._told = False  # what the burst that sounds is has been told
        self._others: list[int] = []  # ends of loud pieces that are no tone, since the last burst

    @property
    def last(self) -> int:
        """The last frame of tone, below 0 when there was none."""
        return self._last

    def feed(self, end: int, tone: Sequence[int], others: Sequence[int], keys: Sequence[int]) -> list[Sign]:
        """The next frames, up to `end`. tone: ends of pieces of tone. others: ends of pieces of other sound. keys: frames at which
        telephone keys were pressed."""
        signs: list[Sign] = []
        self._others += others
        for frame in tone:
            if self._start >= 0 and frame - self._last > self._frames(DROPOUT_S) + self._piece:
                self._stop()
            if self._start < 0:
                self._begin(frame)
            self._last = frame
            self._sounding(signs)
        for frame in keys:
            self._key(frame, signs)
        if self._start >= 0 and end - self._last > self._frames(DROPOUT_S) + self._piece:
            self._stop()
        if self._alone and end - self._alone.end >= self._frames(ALONE_S):
            after = self._alone.end + self._piece
            if self._alone.kind != "waiting" or not self._noisy(after, after + self._frames(BESIDE_S)):
                signs.append(self._alone)
            self._alone = None
        if self._start < 0:
            self._others = [frame for frame in self._others if frame > end - 2 * self._rate]
        return signs

    def _frames(self, seconds: float) -> int:
        return round(seconds * self._rate)

    def _begin(self, frame: int) -> None:
        self._start = frame - 2 * self._piece  # a piece is taken for tone from the second in a row on
        self._told = False

    def _sounding(self, signs: list[Sign]) -> None:
        lasted = self._last - self._start
        if self._before and not self._told and lasted >= self._frames(SECOND_S):
            self._told = True
            kind = self._repeats(self._before)
            if kind:
                self._alone = None
                signs.append(Sign(kind, self._before[0], self._last))
        if lasted >= self._frames(DIAL_S) and lasted - self._piece < self._frames(DIAL_S):
            signs.append(Sign("dial", self._start, self._last))

    def _repeats(self, before: tuple[int, int]) -> str:
        on, off = before[1] - before[0], self._start - before[1]
        loud = sum(before[1] < frame <= self._start for frame in self._others) * self._piece
        if loud > LOUD_SHARE * off:
            return ""
        return next((kind for kind, span in PERIODS.items() if self._within(on, span) and self._within(off, span)), "")

    def _within(self, frames: int, span: tuple[float, float]) -> bool:
        return span[0] <= frames / self._rate <= span[1]

    def _stop(self) -> None:
        burst = (self._start, self._last)
        lonely = self._before is None or burst[0] - self._before[1] >= self._frames(ALONE_S)
        lonely = lonely and not self._noisy(burst[0] - self._frames(BESIDE_S), burst[0])
        if self._alone:  # it was followed by this burst
            self._alone = None
        for kind, span in (("ring_back", RING_BACK_S), ("waiting", WAITING_S)):
            if lonely and self._within(burst[1] - burst[0], span):
                self._alone = Sign(kind, *burst)
        self._before, self._start = burst, -1
        self._others = [frame for frame in self._others if frame > burst[1]]

    def _noisy(self, start: int, end: int) -> bool:
        """Whether other sounds fill at least half of (start, end]."""
        return 2 * self._piece * sum(start < frame <= end for frame in self._others) >= end - start

    def _key(self, frame: int, signs: list[Sign]) -> None:
        """A key breaks dial tone off, however short that was."""
        last = (self._start, self._last) if self._start >= 0 else self._before
        if self._start >= 0 and last:
            self._before, self._start = last, -1
        if last and 0 <= frame - last[1] <= self._frames(ALONE_S) and self._frames(CUT_DIAL_S) <= last[1] - last[0]:
            if last[1] - last[0] < self._frames(DIAL_S):
                signs.append(Sign("dial", *last))
            self._before = None
        self._alone = None
