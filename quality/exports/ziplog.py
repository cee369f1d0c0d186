"""A zip that is written once, call by call, and can be gone on with after a stop: entries go to its end, each hashed on its way."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
_BIG = 1 << 31  # from here on an entry needs the zip's 64-bit fields


class GrowingZip:
    """The zip at `path`, from its byte `end` on; `entries` are those before it. Close it to write its directory; without that it
    stays unfinished, to be opened again with what `settle` said."""

    def __init__(self, path: Path, entries: Sequence[zipfile.ZipInfo], end: int) -> None:
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(end)
        self._file.seek(end)
        # Mode "w" begins at the file's place and needs no directory, which an unfinished zip lacks.
        self._zip = zipfile.ZipFile(self._file, "w")
        for entry in entries:
            self._zip.filelist.append(entry)
            self._zip.NameToInfo[entry.filename] = entry
        self._taken = len(entries)

    def add(self, name: str, source: IO[bytes], size: int, moment: tuple[int, ...], *, packed: bool) -> dict[str, object]:
        """One file into the zip, as the manifest tells of it: {"name", "bytes", "sha256"}. size: bytes to expect. moment: its date
        for the zip, (year … second). packed: deflated; sound is not, FLAC is packed already."""
        entry = zipfile.ZipInfo(name, (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5]))
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o640 << 16
        digest, length = hashlib.sha256(), 0
        with self._zip.open(entry, "w", force_zip64=size >= _BIG) as target:
            while block := source.read(BLOCK):
                target.write(block)
                digest.update(block)
                length += len(block)
        return {"name": name, "bytes": length, "sha256": digest.hexdigest()}

    def add_json(self, name: str, value: object, moment: tuple[int, ...]) -> dict[str, object]:
        """A JSON document into the zip."""
        data = json.dumps(value, ensure_ascii=False, indent=1).encode()
        return self.add(name, io.BytesIO(data), len(data), moment, packed=True)

    def settle(self) -> tuple[list[zipfile.ZipInfo], int]:
        """Bring what was added to the disk; says the entries since the last time and where the next begins."""
        self._file.flush()
        os.fsync(self._file.fileno())
        fresh = self._zip.filelist[self._taken :]
        self._taken += len(fresh)
        return fresh, self._zip.start_dir

    def finish(self) -> None:
        """Write the directory: now it is a zip."""
        self._zip.close()
        self._file.truncate()
        self._file.flush()
        os.fsync(self._file.fileno())

    def leave(self) -> None:
        """Let the file go, finished or not."""
        self._zip.fp = None  # or the zip would write a directory when it is collected
        self._file.close()
