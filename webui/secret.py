"""The key that signs the session cookies: made on first start, kept in the store, readable by nobody else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hw.messages import UserError

KEY_FILE = "webui.secret"
KEY_BYTES = 32


def secret_key(store: Path) -> bytes:
    """The store's key, made now if there is none. Raises UserError when it cannot be read or written."""
    path = store / KEY_FILE
    try:
        return _read(path) or _make(path)
    except OSError as error:
        raise UserError(
            f"The web page's key {path} cannot be used ({error.strerror}). Start the web page as the user that owns {store}.",
            f"无法使用网页密钥文件 {path}（{error.strerror}）。请用拥有 {store} 的用户启动网页服务。",
        ) from error


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        return b""
    return key if len(key) == KEY_BYTES else b""


def _make(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    spare = path.with_name(f"{path.name}.{os.getpid()}")
    key = secrets.token_bytes(KEY_BYTES)
    with open(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(key.hex())
        file.flush()
        os.fsync(file.fileno())
    spare.replace(path)
    return key
