"""A backup back onto a box: everything is checked before anything is touched, and what was there is put aside, not deleted."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from console.backup import manifest as manifests
from console.backup.copying import copy, dress
from console.backup.make import CONFIG, REPLACED, SNAPSHOTS, STORE
from console.backup.manifest import Kept, Manifest
from hw.messages import UserError
from recorder.times import to_text

Seen = Callable[[float, float, str], None]

STORE_MODE = 0o2770
"""As systemd/callbox.tmpfiles.conf has it: what services make in the store belongs to their group."""

LOCKS = {"recorder.lock": "callbox-recorder", "analyzer.lock": "callbox-analyzer"}


@dataclass(frozen=True)
class Restored:
    """made_at: the backup's instant. put_aside: folders that hold what was there before, none when nothing was."""

    made_at: str
    files: int
    megabytes: float
    put_aside: tuple[str, ...]


def check_backup(folder: Path, seen: Seen = lambda *_: None) -> Manifest:
    """Read every file of the backup against its hash. Raises UserError that names what is damaged or missing."""
    manifest = manifests.read(folder)
    total, done, bad = float(sum(kept.size for kept in manifest.files.values())), 0.0, []
    for name, kept in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != kept.size or manifests.sha256(path) != kept.sha256:
            bad.append(name)
        done += kept.size
        seen(done, total, name)
    if bad:
        shown = ", ".join(bad[:5]) + (f" (+{len(bad) - 5})" if len(bad) > 5 else "")
        raise UserError(
            f"{len(bad)} files of the backup are damaged or missing: {shown}. Nothing was restored. Use another copy of it.",
            f"备份中有 {len(bad)} 个文件损坏或缺失：{shown}。未恢复任何内容。请换用另一份备份。",
        )
    return manifest


def restore(folder: Path, store: Path, config: Path, *, replace: bool = False, seen: Seen = lambda *_: None) -> Restored:
    """Put a backup's store at `store` and its settings beside and at `config`. replace: put aside what is there; without it a store
    that holds anything is refused. Raises UserError, also while the recorder or the analyzer run on that store."""
    _check_stopped(store)
    if not replace and _holds(store):
        raise UserError(
            f"{store} already holds recordings or databases. Add --replace to put them aside (into {store}/{REPLACED}…).",
            f"{store} 中已有录音或数据库。加 --replace 可将其移到一旁（保留在 {store}/{REPLACED}… 中）。",
        )
    manifest = check_backup(folder, seen)
    stamp = to_text(time.time()).replace(":", "")
    aside = [*_put_aside(store, stamp), *_put_settings_aside(manifest, config, stamp)]
    total, done = float(sum(kept.size for kept in manifest.files.values())), 0.0
    for name, target, kept in _targets(manifest, store, config):
        _make_folder(target.parent, store)
        _place(folder / name, target, kept)
        done += kept.size
        seen(done, total, name)
    return Restored(manifest.made_at, len(manifest.files), total / 1e6, tuple(aside))


def _targets(manifest: Manifest, store: Path, config: Path) -> Iterator[tuple[str, Path, Kept]]:
    """Audio and the rest first and databases last: a restore cut short leaves a store without databases, which says so at once."""
    for name, kept in sorted(manifest.files.items(), key=lambda item: item[0].startswith(SNAPSHOTS)):
        under, _, rest = name.partition("/")
        places: Mapping[str, Path] = {STORE: store / rest, CONFIG: config.parent / rest, SNAPSHOTS: store / Path(rest).name}
        if under not in places or ".." in Path(rest).parts:
            raise UserError(f"the backup names a file that no backup has: {name}", f"备份清单中有不应存在的文件：{name}")
        yield name, places[under], kept


def _make_folder(folder: Path, store: Path) -> None:
    for place in reversed((folder, *folder.parents)):
        if not place.exists():
            place.mkdir(mode=0o750)
            if place.is_relative_to(store):
                place.chmod(STORE_MODE)


def _place(source: Path, target: Path, kept: Kept) -> None:
    if copy(source, target).sha256 != kept.sha256:
        raise UserError(f"{source} changed while it was read. Check the disk.", f"读取 {source} 时内容有变化，请检查磁盘。")
    dress(target, kept)


def _check_stopped(store: Path) -> None:
    for name, service in LOCKS.items():
        path = store / name
        if not path.exists():
            continue
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UserError(
                    f"{service} is running on {store}. Stop the box first: systemctl stop callbox.target 'callbox-*'",
                    f"{service} 正在使用 {store}。请先停止：systemctl stop callbox.target 'callbox-*'",
                ) from None


def _holds(store: Path) -> bool:
    """Whether there is anything that a person could miss; an installer's empty folders and models are not."""
    return any(store.glob("*.db")) or any((store / "audio").rglob("*.flac"))


def _put_aside(store: Path, stamp: str) -> Iterator[str]:
    """Within the store, so that it is a rename on every disk; speech models stay."""
    store.mkdir(parents=True, exist_ok=True)
    there = [path for path in store.iterdir() if path.name != "models" and not path.name.startswith(REPLACED)]
    if not there:
        return
    aside = store / f"{REPLACED}{stamp}"
    aside.mkdir(mode=0o700)
    for path in there:
        path.rename(aside / path.name)
    yield str(aside)


def _put_settings_aside(manifest: Manifest, config: Path, stamp: str) -> Iterator[str]:
    """Copies of the settings that the backup's replace."""
    wanted = [config.parent / name.partition("/")[2] for name in manifest.files if name.startswith(f"{CONFIG}/")]
    there = [path for path in wanted if path.is_file()]
    if not there:
        return
    aside = config.parent / f"{REPLACED}{stamp}"
    for path in there:
        target = aside / path.relative_to(config.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    yield str(aside)
