"""A call's audio as the analyzer reads it: 8 kHz, 16 bit, one or two channels, block by block so that hours cost no memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from analyzer.audiofaults import mended, recognise
from hw.interfaces import Samples
from hw.messages import Message, UserError

RATE = 8000  # frames per second: what a telephone line carries
BLOCK_S = 10.0  # seconds of audio in a block
PIECE = 512  # frames read at a time where a file is damaged: of a read that fails nothing is given
TOO_FAST = 768_000  # frames per second; beyond it the header is nonsense

CUT_OFF = Message(
    "the file was cut off (power loss?): all the audio that was found in it is used", "文件被截断(断电?):其中能找到的音频已全部使用"
)


class AudioInput(Protocol):
    """A call's audio. `blocks` may be asked for again and starts at the first frame each time."""

    @property
    def duration_s(self) -> float:
        """Seconds; exact once the blocks have been read, before that what the file says of itself."""

    @property
    def channels(self) -> int:
        """1 (side "mixed") or 2 (agent, customer)."""

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What was wrong with the audio but could be mended."""

    def blocks(self) -> Iterator[Samples]:
        """All frames in order, shape (frames, channels), 8 kHz."""


def open_audio(path: Path) -> FileAudio:
    """Open a sound file of any format and rate soundfile reads. Raises UserError for what is no usable call: missing, a folder,
    unreadable, empty, no audio, three channels or more."""
    recognise(path)
    whole = mended(path)
    try:
        return FileAudio(path, soundfile.SoundFile(whole or str(path)), () if whole is None else (CUT_OFF,))
    except soundfile.LibsndfileError as error:
        raise UserError(
            f"{path} is not an audio file that can be read ({error.error_string.strip()}): give a WAV, FLAC, OGG or MP3 file",
            f"{path} 不是可读取的音频文件({error.error_string.strip()}):请提供 WAV、FLAC、OGG 或 MP3 文件",
        ) from None


class FileAudio:
    """An opened sound file; use it in a `with`."""

    def __init__(self, path: Path, file: soundfile.SoundFile, warnings: tuple[Message, ...] = ()) -> None:
        self._path = path
        self._file = file
        self._warnings = dict.fromkeys(warnings)
        try:
            self._check()
        except UserError:
            file.close()
            raise
        self._duration_s: float = max(0, file.frames) / file.samplerate

    def _check(self) -> None:
        count = self._file.channels
        if count > 2:
            raise UserError(
                f"{self._path} has {count} channels; a call has one (both sides mixed) or two (agent left, customer right). "
                f"Choose two, for example: sox {self._path.name} two.wav remix 1 2",
                f"{self._path} 有 {count} 个声道;通话录音应为单声道(双方混合)或双声道(左座席、右客户)。"
                f"请选出两个声道,例如:sox {self._path.name} two.wav remix 1 2",
            )
        if not 0 < self._file.samplerate <= TOO_FAST:
            raise UserError(
                f"{self._path} says it has {self._file.samplerate} samples a second: its header is damaged",
                f"{self._path} 的采样率为 {self._file.samplerate}:文件头已损坏",
            )
        if len(self._read_native(1, 0)) == 0:
            raise UserError(
                f"{self._path} holds no sound: its header is there but no samples",
                f"{self._path} 没有声音:只有文件头,没有采样",
            )

    @property
    def duration_s(self) -> float:
        """Seconds; exact once the blocks have been read."""
        return self._duration_s

    @property
    def channels(self) -> int:
        """1 or 2."""
        return int(self._file.channels)

    @property
    def warnings(self) -> tuple[Message, ...]:
        """Grows when reading meets damage."""
        return tuple(self._warnings)

    def blocks(self) -> Iterator[Samples]:
        """All frames from the first, shape (frames, channels), 8 kHz."""
        self._file.seek(0)
        frames = 0
        for block in at_line_rate(self._native(), self._file.samplerate, self.channels):
            if len(block):
                frames += len(block)
                yield block
        self._duration_s = frames / RATE

    def _native(self) -> Iterator[NDArray[np.float32]]:
        frames, here = int(self._file.samplerate * BLOCK_S) or 1, 0
        while len(block := self._read_native(frames, here)):
            yield block
            if len(block) < frames:
                return
            here += frames

    def _read_native(self, frames: int, here: int) -> NDArray[np.float32]:
        """The next frames, from `here` on, as the file has them, in −1…1; fewer at the end, or where the file is damaged."""
        try:
            # Read as float: libsndfile turns a floating-point file into silence when asked for integers.
            block: NDArray[np.float32] = self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            self._warnings[CUT_OFF] = None
            block = self._salvage(here, frames)
        return np.nan_to_num(block, copy=False)

    def _salvage(self, here: int, frames: int) -> NDArray[np.float32]:
        """What can still be read of the `frames` from `here` on, the last of a damaged file."""
        pieces = [np.zeros((0, self._file.channels), np.float32)]
        # Opened again: libsndfile cannot seek in a FLAC file whose decoder has failed twice.
        with contextlib.suppress(soundfile.LibsndfileError), soundfile.SoundFile(str(self._path)) as file:
            file.seek(here)
            for _ in range(-(-frames // PIECE)):
                pieces.append(file.read(PIECE, dtype="float32", always_2d=True))
        return np.concatenate(pieces)[:frames]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


def at_line_rate(blocks: Iterable[NDArray[np.float32]], rate: int, channels: int) -> Iterator[Samples]:
    """Blocks in −1…1 at `rate` as 16 bit at 8 kHz, resampled as one stream, so that no block has an edge."""
    if rate == RATE:
        yield from (_to_int16(block) for block in blocks)
        return
    stream = soxr.ResampleStream(rate, RATE, channels, dtype="float32")
    for block in blocks:
        yield _to_int16(stream.resample_chunk(block))
    yield _to_int16(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True))


def _to_int16(block: NDArray[np.float32]) -> Samples:
    # 32768 is libsndfile's scale, so 16-bit audio comes through bit for bit.
    samples: Samples = np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16)
    return samples
