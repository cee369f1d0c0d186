"""The few shapes every device has, real or simulated. An adapter only opens, moves bytes and closes; meaning lives upstairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True)
class CallRecord:
    """One call as the PBX counted it (SMDR).

    started_at: UTC epoch seconds, exact only to the layout's resolution. duration_s, ring_s: seconds or None when the layout does
    not say. direction: "in", "out" or "unknown". number: the other party's. raw: the line as it came.
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


class CallRecordFeed(Protocol):
    """The PBX's printer port, read record by record."""

    def open(self) -> None:
        """Claim the port. Raises DeviceError."""

    def poll(self) -> list[CallRecord]:
        """The whole records since the last call; never waits. Raises DeviceError when the port is gone."""

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""


class Clock(Protocol):
    """Time, so that tests and fast replays can own it."""

    def now(self) -> float:
        """UTC epoch seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait that long on this clock."""
