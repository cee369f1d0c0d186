"""Harm done to a store, while its recorder runs and while it does not: a full disk, a database taken away, cut short or locked."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hw.messages import Message
from recorder.audio.files import AUDIO
from recorder.faults.remains import Remains, database, inspect
from recorder.faults.rig import NotHereError, Rig, Run, some_talks
from recorder.store.schema import CALLS_DB

Harm = Callable[[Path], Callable[[], None] | None]
"""Does harm to the store; returns how to mend it, if it can be."""

How = Callable[[Path, int, Harm, int], Remains]
"""When harm is done: to a folder's recorder of so many lines, with a seed."""

LIFE_S = 12.0
"""Seconds a recorder lives in which something happens to its store."""

HARM_S, MEND_S = 3.0, 7.0
"""Seconds into that life at which harm is done, and at which it is taken back where it can be."""

DISK_MB = 24
"""Size of the small disk: room for eight lines' twelve seconds several times over."""


def while_recording(folder: Path, lines: int, harm: Harm, seed: int, store: Path | None = None) -> Remains:
    """Record, do harm, mend it, let the recorder go on or start it anew as its supervisor would, stop it; what is left."""
    rig = Rig(folder, lines, store=store)
    rng = random.Random(seed)
    runs = []
    deadline = time.time() + LIFE_S
    harmed: list[float] = []
    while time.time() < deadline:
        runs.append(_life(rig, rng, deadline, harm, harmed))
    rig.recover()
    return inspect(rig, runs)


def _life(rig: Rig, rng: random.Random, deadline: float, harm: Harm, harmed: list[float]) -> Run:
    talks = some_talks(rng, rig.lines, LIFE_S + 2)
    with rig.recording(talks) as (process, start):
        listened = rig.listening(process, start)
        mend: Callable[[], None] | None = None
        heard = 0
        while process.poll() is None and time.time() < deadline:
            heard = max(heard, rig.heard(process, start))
            time.sleep(0.02)
            if not harmed and time.time() - listened > HARM_S:
                harmed.append(time.time())
                mend = harm(rig.store)
            if mend is not None and time.time() - listened > MEND_S:
                mend()
                mend = None
        if process.poll() is None:
            heard = rig.stopped_at(process, time.time(), start)
        if mend is not None:
            mend()
    return Run(start, heard, talks)


def while_stopped(folder: Path, lines: int, harm: Harm, seed: int) -> Remains:
    """Record, kill, do harm, start again; what is left."""
    rig = Rig(folder, lines)
    talks = some_talks(random.Random(seed), lines, 8.0)
    with rig.recording(talks) as (process, start):
        listened = rig.listening(process, start)
        heard = rig.stopped_at(process, listened + 5.0, start)
    harm(rig.store)
    rig.recover()
    return inspect(rig, [Run(start, heard, talks)])


def full_disk(folder: Path, lines: int, seed: int) -> Remains:
    """The disk full to the last byte for some seconds while all lines record. Raises NotHereError where nothing can be mounted."""
    small = folder / "small"
    small.mkdir()
    with mounted(small, DISK_MB):
        return while_recording(folder, lines, fill, seed, store=small / "store")


@contextlib.contextmanager
def mounted(folder: Path, size_mb: int) -> Iterator[None]:
    """A file system of its own of so many MiB at the folder. Raises NotHereError when it cannot be mounted."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  our own words
    if done.returncode:
        said = done.stderr.decode().strip()
        raise NotHereError(f"a small disk cannot be mounted (run as root): {said}", f"无法挂载小容量磁盘(请以 root 运行):{said}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607  part of every Debian


def fill(store: Path) -> Callable[[], None]:
    """Fill the store's disk to the last byte."""
    filler = store.parent / "filler"
    descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY)
    for size in (1 << 16, 1):
        with contextlib.suppress(OSError):
            while True:
                os.write(descriptor, bytes(size))
    os.close(descriptor)
    return filler.unlink


def delete_database(store: Path) -> None:
    """calls.db and what belongs to it are gone."""
    for end in ("", "-wal", "-shm"):
        (store / (CALLS_DB + end)).unlink(missing_ok=True)


def truncate_database(store: Path) -> None:
    """Half of calls.db is left, and its log too."""
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            path = store / (CALLS_DB + end)
            os.truncate(path, path.stat().st_size // 2)


def empty_database(store: Path) -> None:
    """calls.db is there and has no bytes."""
    delete_database(store)
    (store / CALLS_DB).touch()


def lock_database(store: Path) -> Callable[[], None]:
    """Another program holds calls.db for itself."""
    stack = contextlib.ExitStack()
    connection = stack.enter_context(database(store))
    connection.execute("BEGIN EXCLUSIVE")
    return stack.close


def spoil_parts(store: Path) -> None:
    """Every part being written ends in what a torn write leaves."""
    rng = random.Random(1)
    for path in (store / AUDIO).rglob("*.part"):
        with path.open("ab") as file:
            file.write(rng.choice([b"PCM ", b"END \x08\0\0\0", b""]) + rng.randbytes(rng.randrange(1, 5000)))


WHILE_RECORDING: dict[str, Harm] = {
    "database_deleted_recording": delete_database,
    "database_truncated_recording": truncate_database,
    "database_locked_recording": lock_database,
}
WHILE_STOPPED: dict[str, Harm] = {
    "database_deleted": delete_database,
    "database_truncated": truncate_database,
    "database_empty": empty_database,
    "parts_end_in_garbage": spoil_parts,
}
WORDS = {
    "database_deleted_recording": Message("deleting calls.db while recording", "录音中删除 calls.db"),
    "database_truncated_recording": Message("truncating calls.db while recording", "录音中截断 calls.db"),
    "database_locked_recording": Message("locking calls.db while recording", "录音中锁定 calls.db"),
    "database_deleted": Message("deleting calls.db", "删除 calls.db"),
    "database_truncated": Message("truncating calls.db", "截断 calls.db"),
    "database_empty": Message("emptying calls.db", "清空 calls.db"),
    "parts_end_in_garbage": Message("spoiling the ends of parts", "破坏录音片段末尾"),
}
