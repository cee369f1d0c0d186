"""A power cut, imitated by keeping only what the recorder had flushed to the disk when it was killed."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from recorder.faults.remains import Remains, inspect
from recorder.faults.rig import NotHereError, Rig, Run, some_talks

SOURCE = Path(__file__).with_name("durable.c")
LIFE_S = (1.0, 7.0)
AT_FDCWD = -100  # linux/fcntl.h: paths are as they stand

Progress = Callable[[float], None]


def cut_again_and_again(folder: Path, lines: int, cuts: int, seed: int, progress: Progress) -> tuple[Remains, dict[str, object]]:
    """Cut the power so many times, each time with a store of its own; then look at what is left of each.

    Every other time the folders' entries are those of their last flush too, as POSIX allows; else as they stood, as journalling
    file systems mostly do. Raises NotHereError when there is no C compiler,
    UserError when a recorder does not start.
    """
    rng = random.Random(seed)
    library = _compiled(folder)
    total = Remains()
    for number in range(cuts):
        _one(folder / f"cut-{number}", lines, rng, library, total, names_flushed=bool(number % 2))
        progress((number + 1) / cuts)
    return total, {"cuts": cuts, "calls_cut": len(total.lost_s)}


def _one(folder: Path, lines: int, rng: random.Random, library: Path, total: Remains, *, names_flushed: bool) -> None:
    durable, before, after = folder / "durable", folder / "before", folder / "after"
    for made in (durable, before, after):
        made.mkdir(parents=True)
    extra = {"LD_PRELOAD": str(library), "CALLBOX_DURABLE": str(durable), "CALLBOX_DURABLE_OF": str(before)}
    rig = Rig(folder, lines, store=before, extra=extra)
    talks = some_talks(rng, lines, LIFE_S[1] + 2)
    with rig.recording(talks) as (process, start):
        listened = rig.listening(process, start)
        heard = rig.stopped_at(process, listened + rng.uniform(*LIFE_S), start)
    Durable(durable, library).leave(before, after, names_flushed=names_flushed)
    quiet = Rig(folder, lines, store=after)
    quiet.recover()
    total.add(inspect(quiet, [Run(start, heard, talks)]))
    shutil.rmtree(folder)


class Durable:
    """The folder in which durable.c keeps what is on the disk. library: durable.c compiled."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.folder = folder
        self._key = ctypes.CDLL(str(library)).callbox_key

    def leave(self, store: Path, to: Path, *, names_flushed: bool) -> None:
        """Make in the empty folder `to` what a power cut leaves of `store`. names_flushed: entries of folders count only as far
        as they were flushed; without it, only the contents of files do."""
        names = self._flushed_names(store) if names_flushed else self._names(store)
        for is_folder, key, name in names:
            target = to / name
            if is_folder:
                target.mkdir()
                if (store / name).is_dir():
                    self.leave(store / name, target, names_flushed=names_flushed)
            elif (kept := self.folder / f"file-{key}").is_file():
                shutil.copyfile(kept, target)
            else:
                target.touch()

    def _flushed_names(self, folder: Path) -> list[tuple[bool, str, str]]:
        listing = self.folder / f"dir-{self._key_of(folder)}"
        rows = [line.split(" ", 2) for line in listing.read_text().splitlines()] if listing.is_file() else []
        return [(kind == "d", key, name) for kind, key, name in rows]

    def _names(self, folder: Path) -> list[tuple[bool, str, str]]:
        return [(entry.is_dir(), self._key_of(Path(entry.path)), entry.name) for entry in os.scandir(folder)]

    def _key_of(self, path: Path) -> str:
        key = ctypes.create_string_buffer(64)
        self._key(os.fsencode(path), AT_FDCWD, key, len(key))
        return key.value.decode()


def _compiled(folder: Path) -> Path:
    library = folder / "durable.so"
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotHereError("a power cut needs a C compiler: apt install gcc", "断电测试需要 C 编译器:apt install gcc")
    subprocess.run(  # noqa: S603  found on the path, our own source
        [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"], check=True
    )
    return library
