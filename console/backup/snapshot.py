"""Copies of a store's databases, made before an upgrade: python -m console.backup.snapshot STORE FOLDER."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from console.backup.make import DATABASES, PAGES_A_STEP

KEPT = 3
"""Folders of copies that stay; older ones go."""


def snapshot(store: Path, folder: Path) -> list[str]:
    """Copy each database as of one instant; the names of those that are there. Only the newest KEPT folders beside it stay."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = []
    for name in DATABASES:
        if (store / name).exists():
            (folder / name).unlink(missing_ok=True)
            source_name = f"file:{store / name}?mode=ro"
            with closing(sqlite3.connect(source_name, uri=True)) as source, closing(sqlite3.connect(folder / name)) as target:
                source.backup(target, pages=PAGES_A_STEP)
            copied.append(name)
    _forget(folder.parent)
    return copied


def _forget(folder: Path) -> None:
    old = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]
    for place in old:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()


if __name__ == "__main__":
    snapshot(Path(sys.argv[1]), Path(sys.argv[2]))
