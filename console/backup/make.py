"""Everything of a box into a folder (a USB disk, a share), while it goes on recording.

Only what is new is copied: recordings never change once they are closed. Databases are copied by SQLite itself, each as of one
instant; evidence before them and audio after them, so that what the databases speak of is there. Audio that the box has deleted
goes from the backup as well.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from analyzer.schema import ANALYSIS_DB
from console.backup import manifest as manifests
from console.backup.copying import copy, kept
from console.backup.manifest import Kept, Manifest
from hw.messages import UserError
from quality.health.backups import LAST_BACKUP, LastBackup, keep_last_backup
from quality.schema import REVIEW_DB
from recorder.audio.files import AUDIO
from recorder.settings.sections import Settings
from recorder.store.schema import CALLS_DB
from recorder.times import to_text

DATABASES = (CALLS_DB, ANALYSIS_DB, REVIEW_DB)
STORE, CONFIG, SNAPSHOTS = "store", "settings", "databases"
REPLACED = "replaced-"
"""Folders of a store that a restore has put aside."""

LEFT_OUT = ("run", "backups")
LEFT_OUT_ENDINGS = (".lock", ".part", ".new", "-wal", "-shm", "-journal")
PAGES_A_STEP = 2048
"""SQLite pages copied at once: the writer waits no longer than that."""

Seen = Callable[[float, float, str], None]
"""Told bytes done, bytes in all, and what is being copied."""


@dataclass(frozen=True)
class Made:
    """What a backup came to. files, megabytes: in the backup; copied_files, copied_megabytes: of these, copied now. removed: files
    that the box no longer has. skipped: files that were gone before they could be copied."""

    made_at: str
    files: int
    megabytes: float
    copied_files: int
    copied_megabytes: float
    removed: int
    skipped: int


def make_backup(settings: Settings, config: Path, folder: Path, *, models: bool = True, seen: Seen = lambda *_: None) -> Made:
    """Back up the box of these settings, which stand in `config` and beside it, into `folder`, which is made or brought up to date.
    models: speech models too. Raises UserError when the folder lies within the store or holds something else, OSError when it
    cannot be written."""
    store = Path(settings.store.path)
    _check(store, folder)
    before = _before(folder)
    work = _Work(folder, before, seen)
    now = time.time()
    audio_root = store / AUDIO
    others = [path for path in _files(store, models=models) if not path.is_relative_to(audio_root)]
    work.expect(others)
    work.copy_all(others, store, STORE)
    work.copy_all(_settings_files(config), config.parent, CONFIG)
    for name in DATABASES:
        work.snapshot(store / name, to_text(now))
    # A file closed after the databases were copied is of the next backup.
    audio = [path for path in _files(audio_root, models=True) if path.stat().st_mtime <= now]
    work.expect(audio)
    work.copy_all(audio, store, STORE)
    made = Manifest(to_text(now), settings.site.name, work.files, tuple(work.skipped))
    manifests.write(folder, made)
    removed = _prune(folder, before, made)
    size = sum(file.size for file in made.files.values()) / 1e6
    with contextlib.suppress(UserError):  # the backup is good, even if the box cannot be told
        keep_last_backup(store, LastBackup(made.made_at, str(folder.resolve()), len(made.files), round(size, 1)))
    return Made(made.made_at, len(made.files), size, work.copied, work.copied_bytes / 1e6, removed, len(work.skipped))


def _check(store: Path, folder: Path) -> None:
    if folder.resolve().is_relative_to(store.resolve()):
        raise UserError(
            f"{folder} lies in the box's own store {store}: a backup there is lost with it. Name a folder on another disk.",
            f"{folder} 位于盒子自己的存储目录 {store} 内，会与其一同丢失。请指定另一块磁盘或网络共享上的目录。",
        )
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. Name a folder.", f"{folder} 是文件，请指定目录。")
    if folder.is_dir() and any(folder.iterdir()) and not any(folder.glob(f"{manifests.NAME}*")) and not (folder / STORE).exists():
        raise UserError(
            f"{folder} holds other things. Name an empty folder or one that holds a backup; it is made if it is not there.",
            f"{folder} 中已有其他内容。请指定空目录或已有备份的目录；目录不存在时会自动创建。",
        )


def _before(folder: Path) -> Mapping[str, Kept]:
    """The files of the backup that is there; what was copied by one that was cut short is copied again."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return manifests.read(folder).files
    except UserError:
        return {}


def _files(root: Path, *, models: bool) -> Iterator[Path]:
    """The files under a store that a backup keeps, databases apart."""
    for place, folders, names in os.walk(root):
        here = Path(place)
        if here == root:
            left_out = (*LEFT_OUT, *(() if models else ("models",)))
            folders[:] = [name for name in folders if name not in left_out and not name.startswith(REPLACED)]
        folders.sort()
        found = [here / name for name in sorted(names) if not name.endswith(LEFT_OUT_ENDINGS) and here / name != root / LAST_BACKUP]
        yield from (path for path in found if not path.is_symlink() and path.relative_to(root).as_posix() not in DATABASES)


def _settings_files(config: Path) -> list[Path]:
    """The settings and what stands beside them: drop-ins, call-record layouts, certificates. All of /etc/callbox, but of any other
    folder only what belongs to the settings file."""
    if config.parent.name == "callbox":
        return [path for path in sorted(config.parent.rglob("*")) if path.is_file() and not path.is_symlink()]
    beside = config.with_suffix(".d")
    return [path for path in (config, *sorted(beside.glob("*.toml"))) if path.is_file()]


class _Work:
    """One backup being made."""

    def __init__(self, folder: Path, before: Mapping[str, Kept], seen: Seen) -> None:
        self.files: dict[str, Kept] = {}
        self.skipped: list[str] = []
        self.copied = 0
        self.copied_bytes = 0
        self._folder, self._before, self._seen = folder, before, seen
        self._done = self._total = 0.0

    def expect(self, paths: list[Path]) -> None:
        """How much is to come, for the progress."""
        self._total += sum(path.stat().st_size for path in paths if path.exists())

    def copy_all(self, paths: list[Path], root: Path, under: str) -> None:
        """Copy what is new of these files."""
        for path in paths:
            name = f"{under}/{path.relative_to(root).as_posix()}"
            try:
                self.files[name] = self._unchanged(path, name) or self._copy(path, name)
            except FileNotFoundError:
                self.skipped.append(name)  # deleted by retention since it was listed

    def snapshot(self, database: Path, instant: str) -> None:
        """Copy a database as of one instant, beside the last backup's copy, which stays until the manifest names this one."""
        if not database.exists():
            return
        name = f"{SNAPSHOTS}/{instant.replace(':', '')}/{database.name}"
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        facts = database.stat()
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source, closing(sqlite3.connect(target)) as out:
            source.backup(out, pages=PAGES_A_STEP, progress=lambda *_: self._seen(self._done, self._total, database.name))
            out.execute("PRAGMA journal_mode = DELETE")
        self._count(target.stat().st_size)
        self.files[name] = kept(facts, target.stat().st_size, manifests.sha256(target))

    def _unchanged(self, path: Path, name: str) -> Kept | None:
        """The file's line of the last backup, if the file is still as it was then and its copy is there."""
        facts, was = path.stat(), self._before.get(name)
        if was is None or (was.size, was.mtime_ns) != (facts.st_size, facts.st_mtime_ns):
            return None
        copied = self._folder / name
        if not copied.is_file() or copied.stat().st_size != was.size:
            return None
        self._advance(facts.st_size, name)
        return was

    def _copy(self, path: Path, name: str) -> Kept:
        made = copy(path, self._folder / name)
        self._count(made.size)
        self._advance(made.size, name)
        return made

    def _count(self, size: int) -> None:
        self.copied += 1
        self.copied_bytes += size

    def _advance(self, size: int, name: str) -> None:
        self._done += size
        self._seen(self._done, max(self._total, self._done), name)


def _prune(folder: Path, before: Mapping[str, Kept], made: Manifest) -> int:
    """Remove what the last backup had and this one has not; the number of the box's own files among it."""
    gone = [name for name in before if name not in made.files]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    for place in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(place.iterdir()):
            place.rmdir()
    return sum(not name.startswith(SNAPSHOTS) for name in gone)
