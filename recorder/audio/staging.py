"""Sound files made ready for the simulated tap: checked to the last sample, at 8 kHz, 16 bit. A bad one is known beforehand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from hw.messages import Message, UserError

RATE = 8000
BLOCK_S = 1
"""Seconds of sound held at a time."""
PIECE = 512
"""Frames read at a time where a file is damaged."""

FASTEST = 768_000
"""Frames per second; beyond it a header is nonsense."""


@dataclass(frozen=True)
class Staged:
    """A file that can be played. path: the copy at 8 kHz. duration_s: what was found in it. warning: what was wrong with it."""

    source: Path
    path: Path
    channels: int
    duration_s: float
    warning: Message | None = None


def stage(source: Path, folder: Path) -> Staged:
    """Copy a sound file for the tap. 16-bit sound at 8 kHz comes through bit for bit; a file that breaks off is used as far as it
    goes. Raises UserError for what is no recording of a call, or when the disk has no room for the copy."""
    try:
        if source.is_dir():
            raise _no(source, "is a folder: name the files in it", "是文件夹：请指定其中的文件")
        if source.stat().st_size == 0:
            raise _no(source, "is empty: there is nothing to replay", "是空文件：没有可回放的内容")
        with soundfile.SoundFile(source) as file:
            _check(source, file)
            copy = folder / f"{len(list(folder.iterdir()))}.w64"
            return _copy(source, file, copy)
    except FileNotFoundError:
        raise _no(source, "does not exist: check the name", "不存在：请检查文件名") from None
    except PermissionError:
        raise _no(source, "may not be read by this user", "当前用户无权读取") from None
    except OSError as error:
        raise _no(source, f"cannot be read or copied ({error})", f"无法读取或复制（{error}）") from error
    except soundfile.LibsndfileError as error:
        reason = error.error_string.strip().rstrip(".")
        raise _no(source, f"is no sound file that can be read ({reason})", f"不是可读取的音频文件（{reason}）") from None


def _check(source: Path, file: soundfile.SoundFile) -> None:
    if file.channels > 2:
        raise _no(
            source,
            f"has {file.channels} channels; a call has one or two (agent left, customer right). Choose two: "
            f"sox {source.name} two.wav remix 1 2",
            f"有 {file.channels} 个声道；通话应为一个或两个声道（左座席、右客户）。请选出两个：sox {source.name} two.wav remix 1 2",
        )
    if not 0 < file.samplerate <= FASTEST:
        raise _no(source, f"says it has {file.samplerate} frames a second: its header is damaged", "文件头已损坏（采样率无效）")


def _copy(source: Path, file: soundfile.SoundFile, copy: Path) -> Staged:
    """W64, since a WAV ends at 4 GiB."""
    frames = 0
    broken: list[bool] = []
    try:
        with soundfile.SoundFile(copy, "w", RATE, file.channels, subtype="PCM_16", format="W64") as out:
            for block in _at_rate(_blocks(source, file, broken), file.samplerate, file.channels):
                out.write(np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16))
                frames += len(block)
    except soundfile.LibsndfileError:
        copy.unlink(missing_ok=True)
        raise _no(
            source, f"could not be copied to {copy.parent}: the disk may be full", f"无法复制到 {copy.parent}：磁盘可能已满"
        ) from None
    if not frames:
        copy.unlink()
        raise _no(source, "holds no sound: there is a header but no samples", "没有声音：只有文件头，没有采样")
    seconds = frames / RATE
    warning = None
    if broken:
        warning = Message(
            f"{source} breaks off: the {seconds:.1f} s found in it were recorded", f"{source} 不完整：已录入其中的 {seconds:.1f} 秒"
        )
    return Staged(source, copy, file.channels, seconds, warning)


def _blocks(source: Path, file: soundfile.SoundFile, broken: list[bool]) -> Iterator[NDArray[np.float32]]:
    """The sound as floats (libsndfile turns a floating-point file into silence when asked for integers); notes a broken end."""
    here = 0
    while True:
        try:
            block: NDArray[np.float32] = file.read(file.samplerate * BLOCK_S, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            broken.append(True)
            yield from _salvaged(source, here)
            return
        if not len(block):
            return
        here += len(block)
        yield np.nan_to_num(block, copy=False)


def _salvaged(source: Path, here: int) -> Iterator[NDArray[np.float32]]:
    """What a damaged file still gives from frame `here` on. Read in small pieces, since of a read that fails nothing is given, and
    from a file opened again, since libsndfile cannot seek in a FLAC file whose decoder has failed twice."""
    with contextlib.suppress(soundfile.LibsndfileError), soundfile.SoundFile(source) as file:
        file.seek(here)
        while len(piece := file.read(PIECE, dtype="float32", always_2d=True)):
            yield np.nan_to_num(piece, copy=False)


def _at_rate(blocks: Iterator[NDArray[np.float32]], rate: int, channels: int) -> Iterator[NDArray[np.float32]]:
    if rate == RATE:
        yield from blocks
        return
    stream = soxr.ResampleStream(rate, RATE, channels, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)


def _no(source: Path, en: str, zh: str) -> UserError:
    return UserError(f"{source} {en}.", f"{source} {zh}。")
