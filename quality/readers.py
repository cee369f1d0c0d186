"""Connections that are kept between readings. Opening the three databases costs more than most questions; a service that reads all
day keeps what it opened, as long as the files are the same ones. Elsewhere nothing is kept, so that closing means closed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

CACHE_KB = 600
"""Pages of each database that a kept connection remembers."""

Files = tuple[tuple[int, int], ...]


class _Kept(threading.local):
    """One connection a thread: a reading inside another opens its own."""

    held: tuple[Files, sqlite3.Connection] | None = None


_kept = _Kept()
_keeping = threading.Event()


def keep_readers() -> None:
    """From now on this process keeps connections. Call it after a fork, never before one: a connection does not outlive it."""
    _keeping.set()


def files_of(paths: Iterable[Path]) -> Files | None:
    """What tells these files from others that take their names; None unless all are there."""
    try:
        return tuple((stat.st_dev, stat.st_ino) for stat in (path.stat() for path in paths))
    except OSError:
        return None


def taken(files: Files | None) -> sqlite3.Connection | None:
    """This thread's connection to these files, if it keeps one that is free."""
    held, _kept.held = _kept.held, None
    if held is None or held[0] == files:
        return held and held[1]
    held[1].close()
    return None


def put_back(files: Files | None, connection: sqlite3.Connection) -> None:
    """Keep it, or close it."""
    if files is None or _kept.held is not None or not _keeping.is_set():
        connection.close()
        return
    connection.execute("ROLLBACK")  # what was made in main is gone, too
    connection.row_factory = sqlite3.Row
    _kept.held = files, connection
