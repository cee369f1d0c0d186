"""The file calls.db: how it is opened to be written, and whether it is there and whole."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from recorder.audio.files import AUDIO
from recorder.store.reader import BUSY_TIMEOUT_S

FILE_MODE = 0o660  # -wal and -shm take the database's mode, and a reader who cannot write -shm would lock the writer out


def open_database(path: Path) -> sqlite3.Connection:
    """Open calls.db to write, made when missing. Raises sqlite3.Error and OSError."""
    fresh = not path.exists()
    if fresh:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))
        path.chmod(FILE_MODE)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    # FULL: a commit is on the disk before it returns; NORMAL may lose the last ones of a WAL to a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=200", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def gone(path: Path) -> bool:
    """Whether there are recordings but no database, or one of no bytes: SQLite would begin a new one without a word."""
    there = path.is_file() and path.stat().st_size > 0
    return not there and any(file.suffix in {".flac", ".part"} for file in (path.parent / AUDIO).rglob("*"))


def sound(path: Path) -> bool:
    """Whether SQLite finds the file in order; a lock held by another program says nothing against it."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False
