"""How far a bulk export got: a file of JSON lines beside the unfinished zip, so that a stopped export goes on where it was.

The first line says what was asked and which calls that was; then one line for every call that is whole in the zip and on the disk:
its place in the manifest, the zip's entries for it and where the next one begins. What a stop left behind that place is cut off.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_KEPT = (
    "filename", "date_time", "compress_type", "CRC", "compress_size", "file_size", "header_offset", "external_attr",
    "flag_bits",
)  # fmt: skip
"""The fields of a ZipInfo from which the zip's directory is written at its end."""


@dataclass
class Progressed:
    """What a journal tells. asked: options of the export. ids: its calls. done: manifest entries of finished calls, in order.
    entries: of the zip. end: bytes of the zip that are good."""

    asked: dict[str, object]
    ids: list[str]
    begun_at: str
    done: list[dict[str, object]] = field(default_factory=list)
    entries: list[zipfile.ZipInfo] = field(default_factory=list)
    end: int = 0


class Journal:
    """The journal at `path`; every line is on the disk before `finished` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, size: int) -> Progressed | None:
        """What was done, of a zip of `size` bytes; None when nothing usable was begun. A line cut off by a stop is not there."""
        try:
            lines = self.path.read_bytes().split(b"\n")[:-1]
            head = json.loads(lines[0])
            found = Progressed(head["asked"], head["ids"], head["begun_at"])
        except (OSError, ValueError, LookupError):
            return None
        for line in lines[1:]:
            try:
                one = json.loads(line)
                call, entries, end = one["call"], [_restored(entry) for entry in one["entries"]], int(one["end"])
            except (ValueError, LookupError, TypeError):
                break
            if end > size:
                break
            found.done.append(call)
            found.entries += entries
            found.end = end
        return found

    def begin(self, asked: dict[str, object], ids: list[str], begun_at: str) -> Progressed:
        """A new journal in place of any other."""
        self.path.unlink(missing_ok=True)
        self._add({"asked": asked, "ids": ids, "begun_at": begun_at})
        return Progressed(asked, ids, begun_at)

    def rewrite(self, was: Progressed) -> None:
        """Leave only what `was` tells, so that a torn line does not stand before the next."""
        lines = self.path.read_bytes().split(b"\n")[: 1 + len(was.done)]
        beside = self.path.with_name(self.path.name + ".new")
        beside.write_bytes(b"".join(line + b"\n" for line in lines))
        beside.replace(self.path)

    def finished(self, call: dict[str, object], entries: Sequence[zipfile.ZipInfo], end: int) -> None:
        """A call is whole in the zip, which is `end` bytes long."""
        self._add({"call": call, "entries": [_kept(entry) for entry in entries], "end": end})

    def _add(self, line: dict[str, object]) -> None:
        with self.path.open("ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _kept(entry: zipfile.ZipInfo) -> dict[str, object]:
    return {name: getattr(entry, name) for name in _KEPT}


def _restored(kept: dict[str, object]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(str(kept["filename"]))
    for name in _KEPT:
        value = kept[name]
        setattr(entry, name, tuple(value) if isinstance(value, list) else value)
    return entry
