"""Report files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hw.messages import UserError


def write_atomically(path: Path, data: bytes, mode: int | None = None, group: int = -1) -> None:
    """Put `data` where `path` says: a file beside it is written, brought to the disk and renamed, so that nobody ever sees half of
    it and an older file stays until the new one is whole. mode, group: of the new file; else as the umask and the writer's
    group say. Raises UserError when that cannot be done."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # Not tempfile: its files are private to their maker, a report is as readable as the umask says.
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.fchown(file.fileno(), -1, group)
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UserError(
            f"{path} cannot be written: {error.strerror}. Check that the folder exists, that you may write there and that the disk "
            "has room.",
            f"无法写入 {path}：{error.strerror}。请检查文件夹是否存在、是否有写权限、磁盘是否有空间。",
        ) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
