"""The sound of an exported call: the files as they were recorded, and whether they still are."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import soundfile

from hw.messages import UserError
from recorder.audio.files import open_call, stored_path
from recorder.audio.flac import file_digest
from recorder.store.calls import Part, Tombstone
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB
from recorder.times import to_text


@dataclass(frozen=True)
class Piece:
    """A part of a call's audio as an export finds it.

    state: "kept", "altered" (the file is not what was recorded), "missing" (no file, or one that cannot be read), "deleted" (on
    purpose; `stone` says why), "recording" (not ended yet). path: the file, where it can be read. sha256: of the file now; the
    recorded one is `part.sha256`.
    """

    part: Part
    state: str
    path: Path | None = None
    sha256: str | None = None
    stone: Tombstone | None = None

    def facts(self) -> dict[str, object]:
        """What the manifest says of it. duration_s: seconds."""
        part, stone = self.part, self.stone
        known: dict[str, object] = {
            "part": part.id, "state": self.state, "recorded_sha256": part.sha256 or None, "found_sha256": self.sha256,
            "started_at": to_text(part.started_at), "duration_s": None if part.frames is None else part.frames / part.rate,
            "rate": part.rate, "channels": part.channels,
        }  # fmt: skip
        if stone is not None:
            known |= {"deleted_at": to_text(stone.at), "rule": stone.rule, "reason": stone.reason, "deleted_by": stone.by}
        return known


def pieces(store: Path, call_id: str) -> list[Piece]:
    """A call's parts in order, each file read and hashed; empty when it has no audio."""
    if not (store / CALLS_DB).exists():
        return []
    with CallReader(store) as reader:
        parts, stone = reader.parts(call_id), reader.tombstone(call_id)
    return [_piece(store, part, stone) for part in parts]


def whole_wav(store: Path, call_id: str) -> IO[bytes]:
    """The call as one 16-bit WAV in a temporary file at its start, losses as silence; close it. Raises UserError."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the caller
    try:
        with (
            open_call(store, call_id) as track,
            soundfile.SoundFile(file, "w", track.rate, track.channels, format="WAV", subtype="PCM_16") as wav,
        ):
            for block in track.blocks():
                wav.write(block)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _piece(store: Path, part: Part, stone: Tombstone | None) -> Piece:
    if stone is not None or part.deleted_at is not None:
        return Piece(part, "deleted", stone=stone)
    if part.state == "writing":
        return Piece(part, "recording")
    try:
        path = stored_path(store, part.path)
        digest = file_digest(path)
    except (UserError, OSError):
        return Piece(part, "missing")
    return Piece(part, "kept" if digest == part.sha256 else "altered", path, digest)
