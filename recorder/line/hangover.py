"""When a call is over on a line without a sense, where nobody saw anybody hang up. Pure; positions are frames of the device.

Silence says it: the hang-over. But somebody may look something up for longer, or hold the customer without music. A PBX prints its
call record once a call is over; so on a line whose records come, and come soon, "none yet" says that the call may go on, and it
stays open for a while. Whether what is said next is the same call or the line's next one, its record tells when it comes, by its
length. Without a record that says that they are one, pieces are calls of their own: a wrong guess would put one customer's words
into another's call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise

from recorder.line.actions import Cut, Timing
from recorder.pbx.matching import tolerated
from recorder.signals.speech import Speech

LAST, FEWEST, SHARE = 10, 2, 0.5
"""Of the last so many calls of the line, and of so many at least, this share had their record in time: then the next one's is worth
waiting for. Not all of them: a record is lost now and then, and of internal calls many a PBX prints none."""

EARLY_S = 1.0
"""Seconds by which a record may come before the last word: an agent who says something to himself while the PBX prints."""

MOST_SEAMS = 3
"""Silences waited through in one call; the records are missing rather."""

TAIL_S = 1.0
"""Seconds kept after the last sound of a call that voice ended; the rest of the hang-over was nobody speaking."""


class HangOver:
    """Of one line. prompt: of its last calls, oldest first, whether each had its record before it would have been waited for in
    vain."""

    def __init__(self, timing: Timing, prompt: Iterable[bool] = ()) -> None:
        self._timing = timing
        self._prompt = deque(prompt, maxlen=LAST)
        self._speech = Speech(timing)
        self._coming: deque[tuple[int, float | None]] = deque()  # records the audio has not come up to: when, and their lengths
        self._records: deque[tuple[int, float | None]] = deque(maxlen=LAST)
        self._first = self._spoken = -1
        self._words_end: int | None = None  # the last sound before a silence that is waited through
        self._ended = 0  # the last sound of the last call
        self._seams: list[Cut] = []

    def began(self, frame: int) -> None:
        """A call began."""
        self._first = self._spoken = frame
        self._speech.began()
        self._words_end, self._seams = None, []

    def spoke(self, frame: int) -> int | None:
        """A piece of speech in the call. A click is none: only as much as would begin a call is somebody speaking. Gives where that
        began, when it ends a silence that was waited through: seam() is due there."""
        first = self._speech.idle(frame)
        if first is None:
            return None
        self._spoken = frame
        return first if self._words_end is not None else None

    def seam(self, frame: int) -> None:
        """What is said after a silence that was waited through begins at `frame`, in a part of its own."""
        if self._words_end is not None:
            self._seams.append(Cut(min(self._words_end + self._timing.frames(TAIL_S), frame), frame))
        self._words_end = None

    def record(self, frame: int, talked_s: float | None) -> None:
        """A record of this line came. talked_s: how long it says the call was."""
        self._coming.append((frame, talked_s))

    def heard(self, end: int) -> None:
        """The line was heard up to there."""
        while self._coming and self._coming[0][0] <= end:
            self._records.append(self._coming.popleft())
            if self._prompt and not self._prompt[-1] and self._records[-1][0] - self._ended < self._timing.record_wait:
                self._prompt[-1] = True

    @property
    def waits(self) -> bool:
        """Whether a record is worth waiting for."""
        return len(self._prompt) >= FEWEST and sum(self._prompt) >= SHARE * len(self._prompt)

    def over(self, end: int, heard: int) -> bool:
        """Whether the call is over at `end`, in which nothing was heard since frame `heard`. Asked until it says so."""
        if end - heard < self._timing.hang_over:
            return False
        told = bool(list(self._told()))
        waited = end - self._spoken >= self._timing.record_wait or len(self._seams) >= MOST_SEAMS
        if not told and self.waits and not waited:
            self._words_end = heard if self._words_end is None else self._words_end
            return False
        self._prompt.append(told)
        self._ended = heard
        return True

    def cuts(self, last: int) -> tuple[Cut, ...]:
        """Where the call, whose last word ended at frame `last`, is to be cut into calls: at every seam before the one, or the
        start, from which on it is as long as its record says; at all of them when no record came that fits."""
        starts = [self._first, *(cut.next_start for cut in self._seams)]
        misfits = [min(self._misfits(last - start), default=None) for start in starts]
        fitting = [(misfit, place) for place, misfit in enumerate(misfits) if misfit is not None]
        from_place = min(fitting)[1] if fitting else len(self._seams)
        ends = [*(cut.end for cut in self._seams), last]
        words = [end - start >= self._timing.min_call for start, end in zip(starts, ends, strict=True)]
        # A noise is no call: it stays with its neighbour.
        around = pairwise(words)
        return tuple(cut for cut, both in zip(self._seams[:from_place], around, strict=False) if all(both))

    def _told(self) -> Iterator[float | None]:
        """What records have come since somebody spoke last."""
        since = self._spoken - self._timing.frames(EARLY_S)
        return (talked for frame, talked in self._records if frame > since)

    def _misfits(self, frames: int) -> Iterator[float]:
        """Seconds by which the records that have come differ from a call of so many frames, where they may be of it."""
        seconds = self._timing.seconds(frames)
        for talked in self._told():
            differs = abs((talked or 0.0) - seconds)
            if talked is not None and differs <= tolerated(talked):
                yield differs
