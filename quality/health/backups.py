"""When everything of the box was last copied elsewhere, kept in the store by `callbox backup` for whoever asks how the box is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from quality.files import write_atomically
from recorder.times import from_text

LAST_BACKUP = "last-backup.json"
"""In the store; no backup holds it."""
OLD_S = 8 * 86_400.0
"""Seconds: a backup a week, and a day for the person who carries the disk."""


@dataclass(frozen=True)
class LastBackup:
    """made_at: UTC ISO instant. folder: where it is, as this machine names it. files, megabytes: in it."""

    made_at: str
    folder: str
    files: int
    megabytes: float


def keep_last_backup(store: Path, made: LastBackup) -> None:
    """Raises UserError when the store cannot be written."""
    write_atomically(store / LAST_BACKUP, json.dumps(asdict(made), ensure_ascii=False).encode() + b"\n")


def last_backup(store: Path) -> LastBackup | None:
    """None when there was none, or nothing can be read of it."""
    try:
        found = json.loads((store / LAST_BACKUP).read_text("utf-8"))
        made = LastBackup(str(found["made_at"]), str(found["folder"]), int(found["files"]), float(found["megabytes"]))
        from_text(made.made_at)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return made
