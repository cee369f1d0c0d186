"""analysis.db opened: by its one writer, or read only by anyone."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from analyzer.schema import ANALYSIS_DB, MIGRATIONS
from hw.messages import UserError
from recorder.migrations import migrate

BUSY_S = 10.0  # seconds to wait for another process
_FILE_MODE = 0o660  # the box's group reads and writes: without it a reader's -shm file locks the writer out


def open_to_write(store: Path) -> sqlite3.Connection:
    """The store's analysis.db, made and brought up to date if need be; in autocommit. Raises UserError."""
    path = store / ANALYSIS_DB
    try:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, _FILE_MODE))
            path.chmod(_FILE_MODE)
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        # NORMAL: a power cut may take the last results with it, and they are made again; calls are never at stake here.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        migrate(connection, MIGRATIONS)
    except (sqlite3.Error, OSError) as error:
        raise unusable(path, error) from error
    return connection


def open_to_read(store: Path) -> sqlite3.Connection | None:
    """The store's analysis.db, read only; None while nothing has been analysed yet. Raises UserError."""
    path = store / ANALYSIS_DB
    if not path.is_file():
        return None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        made = {row[0] for row in connection.execute("SELECT name FROM migrations")}
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None  # its writer is just making it
        raise unusable(path, error) from error
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    if made >= {step.name for step in MIGRATIONS}:
        return connection
    connection.close()
    return None


def unusable(path: Path, error: Exception) -> UserError:
    """What is wrong with the database, and what to do."""
    text = str(error)
    if "full" in text or "No space" in text:
        return UserError(
            f"{path}: the disk is full. Free some space; no recording is lost meanwhile",
            f"{path}:磁盘已满。请释放空间;在此期间录音不会丢失",
        )
    if "locked" in text:
        return UserError(
            f"{path}: is locked by another program; look who holds it with: fuser -v {path}",
            f"{path}:被其他程序锁定;可用 fuser -v {path} 查看占用者",
        )
    if "unable to open" in text or isinstance(error, PermissionError):
        return UserError(
            f"{path}: cannot be opened. Is this user in the group of the store's folder?",
            f"{path}:无法打开。当前用户是否属于数据目录的用户组?",
        )
    return UserError(
        f"{path}: is damaged or no database of callbox ({text}). Move it away and restart the analyzer: it makes a new one",
        f"{path}:已损坏或不是 callbox 的数据库({text})。请移走该文件并重启分析服务:会新建并重新分析",
    )
