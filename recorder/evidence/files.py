"""The audio files held against the hashes of their parts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from hw.messages import Message, UserError
from recorder.audio.files import AUDIO, stored_path
from recorder.audio.flac import file_digest
from recorder.evidence.problems import ALTERED, INSERTED, MISSING, Problem

KEPT_COLUMNS = "id, call_id, path, bytes, sha256, deleted_at"


def check_file(
    store: Path, connection: sqlite3.Connection, part_id: str, digest: Callable[[Path], str] = file_digest
) -> Iterator[Problem]:
    """What is wrong with the file of a closed part. A file that has gone is right only with a tombstone. digest: how a file's
    SHA-256 is found."""
    row = connection.execute(f"SELECT {KEPT_COLUMNS} FROM parts WHERE id = ?", (part_id,)).fetchone()  # noqa: S608
    if row is None:
        return
    try:
        path = stored_path(store, row["path"])
    except UserError as error:
        yield Problem(ALTERED, "files", row["path"], error.message, row["call_id"])
        return
    if row["deleted_at"] is not None:
        yield from _deleted(connection, row, path)
    elif (trouble := _trouble(path, row["bytes"], row["sha256"], digest)) is not None:
        kind, text = trouble
        yield Problem(kind, "files", row["path"], text, row["call_id"])


def unknown_files(store: Path, connection: sqlite3.Connection) -> Iterator[Problem]:
    """Audio files that no part names."""
    root = store / AUDIO
    for path in sorted(root.rglob("*.flac")):
        relative = str(path.relative_to(store))
        if connection.execute("SELECT 1 FROM parts WHERE id = ?", (path.stem,)).fetchone() is None:
            yield Problem(INSERTED, "files", relative, Message("no part of any call has this file", "没有任何录音段对应此文件"))


def _deleted(connection: sqlite3.Connection, row: sqlite3.Row, path: Path) -> Iterator[Problem]:
    def known(table: str) -> bool:
        return connection.execute(f"SELECT 1 FROM {table} WHERE call_id = ?", (row["call_id"],)).fetchone() is not None  # noqa: S608

    if not known("tombstones"):
        text = Message("deleted without a tombstone", "已删除但没有删除凭证")
        yield Problem(MISSING, "files", row["path"], text, row["call_id"])
    elif path.exists() and not known("deletions_open"):
        text = Message("its tombstone says that it was deleted", "删除凭证称其已被删除")
        yield Problem(INSERTED, "files", row["path"], text, row["call_id"])


def _trouble(path: Path, size: int | None, recorded: str | None, digest: Callable[[Path], str]) -> tuple[str, Message] | None:
    try:
        actual = path.stat().st_size
        if size is not None and actual != size:
            return ALTERED, Message(f"{actual} bytes, recorded were {size}", f"大小 {actual} 字节，录制时为 {size} 字节")
        if recorded and digest(path) != recorded:
            return ALTERED, Message("its SHA-256 is not the recorded one", "SHA-256 与录制时不同")
    except FileNotFoundError:
        return MISSING, Message("not there, and there is no tombstone", "文件不存在，也没有删除凭证")
    except OSError as error:
        reason = error.strerror or str(error)
        return MISSING, Message(f"cannot be read ({reason})", f"无法读取（{reason}）")
    return None
