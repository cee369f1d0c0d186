"""The few shapes every device has, real or simulated. An adapter only opens, moves bytes and closes; meaning lives upstairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from hw.messages import Message

Samples = NDArray[np.int16]
"""Interleaved PCM, shape (frames, channels), 16 bit."""


@dataclass(frozen=True)
class AudioBlock:
    """A read from an audio device.

    samples: shape (frames, channels). lost_frames: frames the device says it dropped just before this block (an overrun).
    """

    samples: Samples
    lost_frames: int = 0


class AudioSource(Protocol):
    """A multi-channel capture device. Strict: reading before opening is an error."""

    @property
    def rate(self) -> int:
        """Frames per second."""

    @property
    def channels(self) -> int:
        """Channels per frame."""

    def open(self) -> None:
        """Claim the device. Raises DeviceError, naming the device and what to do, when that fails."""

    def read(self) -> AudioBlock:
        """Wait for the next period and return it. Raises DeviceError when the device is gone or stuck, EndOfAudio when a
        simulated device has played all it had."""

    def close(self) -> None:
        """Let the device go; closing twice does no harm."""


@dataclass(frozen=True)
class LineEvent:
    """One change of one tapped line, as the tap board saw it.

    sense: the board's input, from 0. kind: one of LINE_EVENT_KINDS. at: UTC epoch seconds. counter: the board's event number.
    """

    sense: int
    kind: str
    at: float
    counter: int


LINE_EVENT_KINDS = ("ring_start", "ring_stop", "off_hook", "on_hook", "flash", "reversed", "no_line")


class LineSense(Protocol):
    """The tap board's line-state feed. Events arrive once each, in order."""

    def open(self) -> None:
        """Claim the port and check the board's protocol version. Raises DeviceError."""

    def poll(self) -> list[LineEvent]:
        """The events since the last call; never waits. Raises DeviceError when the board is gone."""

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""


@runtime_checkable
class SelfTesting(Protocol):
    """A LineSense that knows whether it is well. One that cannot tell has no such part."""

    @property
    def trouble(self) -> Message | None:
        """What is wrong with it now, for the alarm; None when nothing is."""


@dataclass(frozen=True)
class CallRecord:
    """One call as the PBX counted it (SMDR).

    started_at: UTC epoch seconds, exact only to resolution_s. duration_s, ring_s, queue_s (waiting before anybody rang): seconds or
    None when the layout does not say. direction: "in", "out", "internal" (between two extensions: no trunk) or "unknown". number:
    the other party's. raw: the line as it came. account: what the agent keyed in for it. condition: one of CONDITIONS, "" for an
    ordinary call. resolution_s, duration_resolution_s: seconds to which time and duration are printed.
    """

    layout: str
    started_at: float
    duration_s: float | None
    extension: str
    trunk: str
    direction: str
    number: str
    ring_s: float | None
    raw: str
    account: str = ""
    condition: str = ""
    queue_s: float | None = None
    resolution_s: float = 60.0
    duration_resolution_s: float = 1.0


CONDITIONS = ("", "unanswered", "busy", "transfer", "conference", "forward", "continued")
"""What a PBX says of a call besides its figures. continued: so long a call that the PBX prints it in pieces."""


@dataclass(frozen=True)
class PortLine:
    """A line of the printer port that is no call record.

    kind: "refused" (not to be read by the layout), "buffer_full" (the PBX has thrown records away), "name" (of the caller before),
    "trunks_busy" or "blocked" (a call that was not made). reason: why it was refused, None for the others.
    """

    kind: str
    raw: str
    reason: Message | None = None


class CallRecordFeed(Protocol):
    """The PBX's printer port, read line by line. Page headers are passed over; everything else comes out, in order."""

    def open(self) -> None:
        """Claim the port. Raises DeviceError."""

    def poll(self) -> Sequence[CallRecord | PortLine]:
        """The whole lines since the last call; never waits. Raises DeviceError when the port is gone."""

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""


class Clock(Protocol):
    """Time, so that tests and fast replays can own it."""

    def now(self) -> float:
        """UTC epoch seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait that long on this clock."""
