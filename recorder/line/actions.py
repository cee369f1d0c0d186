"""What the segmenter says shall be done with a line's audio, and the times it goes by. Positions are frames of the device."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Start:
    """A call begins at `frame`. late_frames: audio that should be in it but was no longer at hand. answered: a line event says so.

    direction: "in", "out" or "unknown". ring_s: first ring to answer; ring_count: rings; None when nothing told.
    """

    frame: int
    direction: str = "unknown"
    ring_s: float | None = None
    ring_count: int | None = None
    answered: bool = False
    late_frames: int = 0


@dataclass(frozen=True)
class Learned:
    """A line event told, after the start, what the open call is. Fields as in Start."""

    direction: str
    ring_s: float | None
    ring_count: int | None


KINDS = ("talk", "held", "resumed", "second_caller", "transferred")
"""What a part of a call is. talk: as the call began. held: the customer waits, since the agent flashed; there may be another
conversation in it. resumed: the agent is back. second_caller: somebody called while the line was talking and the agent went to
them. transferred: a held part at whose end the agent handed the customer on."""


@dataclass(frozen=True)
class NextPart:
    """The open call goes on in a new part from `frame`. kind: one of KINDS; None: as before, the part was only too long. seam: this
    may turn out to be the next call; where the one before ended, End will say."""

    frame: int
    kind: str | None = None
    seam: bool = False


@dataclass(frozen=True)
class Cut:
    """What was taken for one call is two: one ends before frame `end`, the next begins at `next_start`, where a part does."""

    end: int
    next_start: int


@dataclass(frozen=True)
class End:
    """The open call ends before `frame`. hung_up_by: "agent", "customer" or None when nothing told. transferred: its last part, a
    held one, ended with the customer handed on. cuts: where it was more than one call, at seams; in order."""

    frame: int
    hung_up_by: str | None = None
    transferred: bool = False
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True)
class Drop:
    """What was taken for a call was a noise: forget it."""


@dataclass(frozen=True)
class Unanswered:
    """The line rang from `frame` to `end` and nobody answered. direction: "out" or "unknown" when it rang at the far end."""

    frame: int
    end: int
    ring_s: float
    ring_count: int
    direction: str = "in"


Action = Start | Learned | NextPart | End | Drop | Unanswered


@dataclass(frozen=True)
class Timing:
    """[segmentation] in frames of the line. look_back: frames kept for late events. record_wait: how long a call's record may be
    waited for while nobody speaks; 0: never."""

    rate: int
    pre_roll: int
    start_speech: int
    hang_over: int
    min_call: int
    max_part: int
    look_back: int
    record_wait: int = 0

    def seconds(self, frames: int) -> float:
        """Frames → seconds, exact to the millisecond."""
        return round(frames / self.rate, 3)

    def frames(self, seconds: float) -> int:
        """Seconds → frames."""
        return round(seconds * self.rate)
