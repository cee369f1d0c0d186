"""A recording read as a stream at the tap's rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from hw.interfaces import Samples
from hw.messages import UserError

CHUNK_S = 1
"""Seconds of the recording held at a time while it is resampled."""


class CallAudio:
    """A 1 or 2 channel recording of any rate as 16-bit samples of shape (frames, channels) at `rate` frames per second."""

    def __init__(self, path: Path, channels: int, rate: int) -> None:
        self._file = _open(path, channels)
        self._channels = channels
        self._resampler = None
        if self._file.samplerate != rate:
            self._resampler = soxr.ResampleStream(self._file.samplerate, rate, channels, dtype="int16")
        self._left: Samples = np.zeros((0, channels), dtype=np.int16)
        self._ended = False

    @staticmethod
    def length(path: Path, channels: int, rate: int) -> int:
        """Frames the recording takes at `rate`. Raises UserError when it cannot be read or has more channels than it can have."""
        with _open(path, channels) as file:
            return -(-int(file.frames) * rate // int(file.samplerate))

    def read(self, frames: int) -> Samples:
        """The next `frames` frames, padded with silence where the resampler ends a frame or so early."""
        while len(self._left) < frames and not self._ended:
            self._left = np.concatenate([self._left, self._more()])
        out, self._left = self._left[:frames], self._left[frames:]
        return np.pad(out, ((0, frames - len(out)), (0, 0)))

    def _more(self) -> Samples:
        chunk = self._file.read(self._file.samplerate * CHUNK_S, dtype="int16", always_2d=True)
        self._ended = not len(chunk)
        samples = _mix(chunk) if self._channels == 1 else chunk
        if self._resampler is None:
            return samples
        return np.asarray(self._resampler.resample_chunk(samples, last=self._ended), np.int16).reshape(-1, self._channels)

    def close(self) -> None:
        """Let the file go; closing twice does no harm."""
        self._file.close()


def _mix(samples: Samples) -> Samples:
    """Both sides on one wire, limited to 16 bits: shape (frames, 1)."""
    total: NDArray[np.int32] = samples.astype(np.int32).sum(axis=1, keepdims=True)
    return np.clip(total, -32768, 32767).astype(np.int16)


def _open(path: Path, channels: int) -> soundfile.SoundFile:
    try:
        file = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, OSError) as error:
        raise UserError(
            f"{path} cannot be read as audio ({error}). Give a WAV or FLAC recording.",
            f"无法把 {path} 作为音频读取 ({error})。请提供 WAV 或 FLAC 录音。",
        ) from error
    if file.channels != channels and (file.channels, channels) != (2, 1):
        file.close()
        raise UserError(
            f"{path} has {file.channels} channels and cannot be laid on {channels} device channels. Give 1 or 2 matching channels.",
            f"{path} 有 {file.channels} 个通道,无法放到 {channels} 个设备通道上。请使用相符的 1 或 2 通道录音。",
        )
    return file
