"""A call's audio as one run of frames, whatever parts and gaps it has. Where it lies, and how it is read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soundfile

from hw.interfaces import Samples
from hw.messages import UserError
from recorder.store.calls import Call, Gap, Part, Tombstone
from recorder.store.reader import CallReader
from recorder.times import to_text

AUDIO = "audio"


def part_path(store: Path, part_id: str, started_at: float) -> Path:
    """Where a part is written: <store>/audio/YYYY/MM/DD/<part id>.part, by its UTC day; its FLAC lies beside it."""
    day = datetime.fromtimestamp(started_at, tz=UTC)
    return store / AUDIO / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}" / f"{part_id}.part"


class AudioDeletedError(UserError):
    """The call's audio was deleted on purpose: `tombstone` says when and why."""

    def __init__(self, tombstone: Tombstone) -> None:
        self.tombstone = tombstone
        day, rule = to_text(tombstone.at)[:10], tombstone.rule
        super().__init__(
            f"The audio of call {tombstone.call_id} was deleted on {day} (rule {rule}: {tombstone.reason}).",
            f"通话 {tombstone.call_id} 的录音已于 {day} 删除（规则 {rule}：{tombstone.reason}）。",
        )


@dataclass(frozen=True)
class _Stretch:
    """Frames `start` to `end` of the call: those of a file, or silence where path is None."""

    start: int
    end: int
    path: Path | None


@dataclass(frozen=True)
class Loss:
    """Frames `start` to `end` of the call that were not kept. reason: of recorder.store.calls.Gap."""

    start: int
    end: int
    reason: str


class CallAudio:
    """The audio of one call, parts in order and losses as silence. Of one thread; close it, or use it in a `with`.

    rate: frames per second. channels: 1 (both sides mixed) or 2 (agent left, customer right). frames: all of them, silence
    included. losses: what of them was lost, or not recorded on purpose. Raises UserError when a file has gone or cannot be read.
    """

    def __init__(self, store: Path, call: Call, parts: list[Part], gaps: list[Gap]) -> None:
        self.rate = parts[0].rate
        self.channels = parts[0].channels
        self._stretches = list(_stretches(store, call, parts, gaps))
        self.frames = self._stretches[-1].end
        self.losses = tuple(_losses(parts, gaps))
        self._open: tuple[Path, soundfile.SoundFile] | None = None

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return float(self.frames / self.rate)

    def blocks(self, start: int = 0, size: int | None = None) -> Iterator[Samples]:
        """The frames from `start` on, `size` at a time (default: a second), shape (frames, channels), 16 bit."""
        size = size or self.rate
        while start < self.frames:
            block = self.read(start, size)
            yield block
            start += len(block)

    def read(self, start: int, count: int) -> Samples:
        """`count` frames from `start`, fewer at the call's end, shape (frames, channels)."""
        end = min(start + count, self.frames)
        pieces = [
            self._piece(stretch, max(start, stretch.start), min(end, stretch.end))
            for stretch in self._stretches
            if stretch.start < end and start < stretch.end
        ]
        return np.concatenate(pieces) if pieces else self._silence(0)

    def files(self, start: int, end: int) -> list[Path]:
        """The files that hold the frames from `start` up to `end`; a part's file bears the part's id."""
        return [one.path for one in self._stretches if one.path is not None and one.start < end and start < one.end]

    def close(self) -> None:
        """Let the open file go; closing twice does no harm."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _silence(self, frames: int) -> Samples:
        return np.zeros((frames, self.channels), np.int16)

    def _piece(self, stretch: _Stretch, start: int, end: int) -> Samples:
        if stretch.path is None:
            return self._silence(end - start)
        file = self._file(stretch.path)
        try:
            file.seek(start - stretch.start)
            samples: Samples = file.read(end - start, dtype="int16", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise _unreadable(stretch.path, error.error_string) from error
        if len(samples) < end - start:
            raise _unreadable(stretch.path, "it is shorter than it was recorded")
        return samples

    def _file(self, path: Path) -> soundfile.SoundFile:
        if self._open is None or self._open[0] != path:
            self.close()
            self._open = (path, _open_flac(path, self.channels))
        return self._open[1]


def open_call(store: Path, call_id: str) -> CallAudio:
    """The audio of a call that has ended. Raises UserError when there is no such call, it has no audio (yet), or a file is missing,
    damaged, or said to lie outside the store; AudioDeletedError when retention deleted it."""
    with CallReader(store) as reader:
        call = reader.call(call_id)
        if call is None:
            raise UserError(f"There is no call {call_id}.", f"没有通话 {call_id}。")
        parts = reader.parts(call_id)
        if call.state == "recording" or any(part.state == "writing" for part in parts):
            raise UserError(
                f"Call {call_id} is still being recorded; its audio can be heard once it has ended.",
                f"通话 {call_id} 仍在录音，结束后才能收听。",
            )
        if not parts:
            raise UserError(f"Call {call_id} has no audio: nobody answered it.", f"通话 {call_id} 没有录音：无人接听。")
        if (tombstone := reader.tombstone(call_id)) is not None:
            raise AudioDeletedError(tombstone)
        return CallAudio(store, call, parts, reader.gaps(call_id))


def stored_path(store: Path, relative: str) -> Path:
    """The file of a path kept in calls.db. Raises UserError when it would lie outside the store's audio folder."""
    root = (store / AUDIO).resolve()
    path = (store / relative).resolve()
    if not path.is_relative_to(root):
        raise UserError(f"{relative} does not lie in {root}: it is not opened.", f"{relative} 不在 {root} 之内，拒绝打开。")
    return path


def following_gap(part: Part, gaps: list[Gap]) -> int:
    """Frames lost right after the part, which its file does not hold."""
    return sum(
        gap.frames
        for gap in gaps
        if gap.part_id == part.id and gap.start_frame is not None and part.frames is not None and gap.start_frame >= part.frames
    )


def _losses(parts: list[Part], gaps: list[Gap]) -> Iterator[Loss]:
    at = 0
    for part in parts:
        for gap in gaps:
            if gap.part_id == part.id and gap.start_frame is not None:
                yield Loss(at + gap.start_frame, at + gap.start_frame + gap.frames, gap.reason)
        at += (part.frames or 0) + following_gap(part, gaps)


def _stretches(store: Path, call: Call, parts: list[Part], gaps: list[Gap]) -> Iterator[_Stretch]:
    at = 0
    for part in parts:
        path = stored_path(store, part.path)
        with contextlib.closing(_open_flac(path, part.channels)) as file:
            frames = file.frames
        if part.frames is not None and frames < part.frames:
            raise _unreadable(path, f"it has {frames} of the {part.frames} frames of call {call.id}")
        yield _Stretch(at, at + frames, path)
        at += frames
        if lost := following_gap(part, gaps):
            yield _Stretch(at, at + lost, None)
            at += lost


def _open_flac(path: Path, channels: int) -> soundfile.SoundFile:
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        if not path.exists():
            raise UserError(
                f"{path}: the recording's file is missing. Was it moved or deleted by hand? Bring it back from a backup",
                f"{path}：录音文件缺失。是否被手动移动或删除？请从备份恢复",
            ) from error
        raise _unreadable(path, error.error_string) from error
    if file.channels != channels:
        file.close()
        raise _unreadable(path, f"it has {file.channels} channels, not {channels}")
    return file


def _unreadable(path: Path, reason: str) -> UserError:
    reason = reason.strip().rstrip(".")
    return UserError(
        f"{path}: the recording's file is damaged ({reason}). Bring it back from a backup",
        f"{path}：录音文件已损坏（{reason}）。请从备份恢复",
    )
