"""The first administrator: made once, with a code that only somebody at the box's console can have. No password is there before."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from hw.messages import UserError
from quality.access.sessions import digest
from quality.access.users import User, Users
from quality.changes import record
from quality.store import reading, writing

VALID_S = 86400.0
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 5  # 99 bits


def needed(store: Path) -> bool:
    """Whether there is no administrator yet."""
    with reading(store) as connection:
        return connection.execute("SELECT 1 FROM review.users WHERE role = 'admin' LIMIT 1").fetchone() is None


def new_code(store: Path, now: float | None = None) -> str:
    """A code with which the first administrator can be made on the page /first-run, for a day; older ones are void. Raises
    UserError when there is an administrator."""
    _check_needed(store)
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    with writing(store) as database:
        database.execute("DELETE FROM first_codes")
        database.execute("INSERT INTO first_codes VALUES (?, ?)", (digest(_plain(code)), time.time() if now is None else now))
    return code


def is_code(store: Path, code: str, now: float | None = None) -> bool:
    """Whether it is the code, and still valid."""
    now = time.time() if now is None else now
    with reading(store) as connection:
        row = connection.execute("SELECT made_at FROM review.first_codes WHERE hash = ?", (digest(_plain(code)),)).fetchone()
    return row is not None and abs(now - row["made_at"]) <= VALID_S


def make_first(store: Path, code: str, name: str, password: str, language: str | None = None) -> User:
    """The first administrator; the code is used up. Raises UserError when there is one, the code is not right, or name or password
    will not do."""
    _check_needed(store)
    if not is_code(store, code):
        raise UserError(
            "This code is not right, or older than a day. Ask for a new one on the box: callbox users first-code",
            "初始化码不正确或已超过一天。请在设备上重新获取：callbox users first-code",
        )
    user = Users(store).add(name, password, "admin", language=language, by=name)
    with writing(store) as database:
        database.execute("DELETE FROM first_codes")
        record(database, user.name, "user.first", user.id, {"name": user.name})
    return user


def _check_needed(store: Path) -> None:
    if not needed(store):
        raise UserError(
            "There is an administrator already. Lost the password? On the box: callbox users passwd NAME",
            "已有管理员。忘记密码？请在设备上执行：callbox users passwd 用户名",
        )


def _plain(code: str) -> str:
    return "".join(mark for mark in code.upper() if mark not in " -\t")
