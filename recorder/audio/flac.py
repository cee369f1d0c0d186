"""From `.part` to FLAC: blockwise, beside the part, and in place only when it is whole and on the disk."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import soundfile

from hw.interfaces import Samples
from recorder.audio.partfile import PartHeader, blocks, read_header, sync_folder

ENCODE_FRAMES = 65_536
"""Frames handed to the encoder at once: a tenth of a second of work, a few hundred KiB."""

FORMAT = "CALLBOX"
"""What the FLAC's comment starts with; the part's header as JSON follows, so that calls.db could be made again from the files."""


@dataclasses.dataclass(frozen=True)
class Converted:
    """A finished FLAC. path: where it is. frames: per channel. bytes, sha256: of the file."""

    path: Path
    frames: int
    bytes: int
    sha256: str


def convert(part: Path, call_id: str = "", seq: int = 0) -> Converted | None:
    """Make the FLAC of a part beside it, on the disk before it has its name; None when the part holds no audio. call_id, seq: of
    what call it is the how-many-th part, where that is no longer what it says itself (recorder.store.dividing).

    The part itself stays. Raises OSError when the disk is full or will not do it, NotAPartError for a file that is no part.
    """
    header = read_header(part)
    header = dataclasses.replace(header, call_id=call_id, seq=seq) if call_id else header
    final, beside = part.with_suffix(".flac"), part.with_suffix(".flac.tmp")
    try:
        frames = _encode(beside, header, blocks(part))
        if not frames:
            return None
        digest = _sync_and_hash(beside)
        size = beside.stat().st_size
        beside.rename(final)
        sync_folder(final.parent)
    finally:
        beside.unlink(missing_ok=True)
    return Converted(final, frames, size, digest)


def _encode(path: Path, header: PartHeader, pieces: Iterable[Samples]) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC, 0o660)
    frames = 0
    try:
        with soundfile.SoundFile(
            descriptor, "w", header.rate, header.channels, subtype="PCM_16", format="FLAC", closefd=False
        ) as flac:
            flac.comment = f"{FORMAT} {json.dumps(dataclasses.asdict(header), ensure_ascii=False)}"
            for samples in _gathered(pieces):
                flac.write(samples)
                frames += len(samples)
    except soundfile.LibsndfileError as error:
        # libsndfile has no word for a full disk; it just could not write.
        raise OSError(f"{path}: {error}") from error
    finally:
        os.close(descriptor)
    if frames and soundfile.info(path).frames != frames:
        raise OSError(f"{path}: the disk took only part of it")
    return frames


def _gathered(pieces: Iterable[Samples]) -> Iterator[Samples]:
    """The same samples in pieces of about ENCODE_FRAMES."""
    waiting: list[Samples] = []
    frames = 0
    for piece in pieces:
        waiting.append(piece)
        frames += len(piece)
        if frames >= ENCODE_FRAMES:
            yield np.concatenate(waiting)
            waiting, frames = [], 0
    if waiting:
        yield np.concatenate(waiting)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_and_hash(path: Path) -> str:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return file_digest(path)
