"""Accounts: who may log in, as what. The web UI and `callbox users` use this."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from hw.messages import UserError
from quality.access import passwords
from quality.access.accountrules import BOUND, ROLES, check_groups, check_language, check_role, checked_name, groups_of, name_key
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

__all__ = ["BOUND", "ROLES", "User", "Users", "groups_of", "name_key", "user_where"]
_TEAMS = "SELECT team FROM review.user_groups WHERE user_id = users.id ORDER BY team"
_ROWS = f"SELECT *, (SELECT json_group_array(team) FROM ({_TEAMS})) AS teams FROM review.users"  # noqa: S608


@dataclass(frozen=True)
class User:
    """id: UUIDv7. agent_id: whose calls a 座席 sees; None for the others unless they take calls too. language: "zh", "en" or None.
    password_at: changes with the password, so that a session can tell that its password is no longer the one. Times: UTC epoch
    seconds. groups: the groups whose calls an inspector, trainer or manager may see; all when empty (quality.access.scope).
    must_change: somebody else chose the password. two_step: log-in asks for a one-time code as well (quality.access.twostep)."""

    id: str
    name: str
    role: str
    agent_id: str | None
    language: str | None
    disabled: bool
    password_at: float
    created_at: float
    groups: tuple[str, ...] = ()
    must_change: bool = False
    two_step: bool = False


class Users:
    """The accounts of one box. `by` is who does it, for the log of changes."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(
        self, name: str, password: str, role: str, *, agent_id: str | None = None, language: str | None = None, by: str = "console",
        must_change: bool = False,
    ) -> User:  # fmt: skip
        """A new account. must_change: at the first log-in, since not its person chose the password. Raises UserError on a bad or
        taken name, a weak password, an unknown role or language, or a 座席 bound to no agent."""
        name = checked_name(name)
        check_role(role, agent_id, language)
        passwords.check_strength(password, name)
        now = to_text(time.time())
        user_id = new_id(time.time())
        row = {
            "id": user_id, "name": name, "name_key": name_key(name), "role": role, "agent_id": agent_id or None,
            "language": language, "password_hash": passwords.hash_password(password), "password_at": now, "created_at": now,
            "must_change": int(must_change),
        }  # fmt: skip
        with writing(self._store) as database:
            if database.execute("SELECT 1 FROM users WHERE name_key = ?", (name_key(name),)).fetchone():
                raise UserError(f"There is already a user “{name}”. Choose another name.", f"用户“{name}”已存在，请换一个名称。")
            database.table("users").insert(row)
            record(database, by, "user.add", user_id, {"name": name, "role": role, "agent_id": agent_id})
        return self.require(name)

    def check(self, name: str, password: str) -> User | None:
        """The user whose name and password these are, or None (also when disabled). An unknown name takes as long as a wrong
        password."""
        with reading(self._store) as connection:
            row = _row(connection, "name_key", name_key(name))
        fits = passwords.matches(password, row["password_hash"] if row else None)
        return _user(row) if fits and row and row["disabled_at"] is None else None

    def get(self, user_id: str) -> User | None:
        """The user of that id, disabled or not."""
        with reading(self._store) as connection:
            return user_where(connection, "id", user_id)

    def list(self) -> list[User]:
        """Every account, by name."""
        with reading(self._store) as connection:
            return [_user(row) for row in connection.execute(f"{_ROWS} ORDER BY name_key")]

    def set_password(self, name: str, password: str, by: str = "console", *, must_change: bool = False) -> None:
        """A new password; every session of the account ends. must_change: at the next log-in, since not its person chose it. Raises
        UserError on an unknown name or a weak password."""
        self._set_password(self.require(name), password, by, "user.passwd", must_change=must_change)

    def change_own_password(self, user: User, old: str, new: str) -> None:
        """By its person, who knows the old one. Raises UserError when that is wrong, or the new one is the same or weak."""
        if self.check(user.name, old) is None:
            raise UserError("The old password is wrong.", "原密码不正确。")
        if old == new:
            raise UserError("The new password is the old one. Choose another.", "新密码与原密码相同，请换一个。")
        self._set_password(user, new, user.name, "user.own_passwd")

    def _set_password(self, user: User, password: str, by: str, action: str, *, must_change: bool = False) -> None:
        passwords.check_strength(password, user.name)
        values = (passwords.hash_password(password), to_text(time.time()), int(must_change), user.id)
        with writing(self._store) as database:
            database.execute("UPDATE users SET password_hash = ?, password_at = ?, must_change = ? WHERE id = ?", values)
            database.execute("DELETE FROM sessions WHERE user_id = ?", (user.id,))
            record(database, by, action, user.id, {"name": user.name, "must_change": must_change})

    def set_role(self, name: str, role: str, agent_id: str | None = None, by: str = "console") -> None:
        """Another role; a 座席 is bound to an agent. Groups fall away from a role that is bound to none. Raises UserError on an
        unknown name or role, and for the last administrator."""
        user = self.require(name)
        check_role(role, agent_id, None)
        with writing(self._store) as database:
            if role != "admin":
                _keep_an_administrator(database, user)
            database.execute("UPDATE users SET role = ?, agent_id = ? WHERE id = ?", (role, agent_id or None, user.id))
            if role not in BOUND:
                database.execute("DELETE FROM user_groups WHERE user_id = ?", (user.id,))
            before, after = [user.role, user.agent_id], [role, agent_id]
            record(database, by, "user.role", user.id, {"name": user.name, "before": before, "after": after})

    def set_language(self, user_id: str, language: str) -> None:
        """Remember which language a user reads."""
        check_language(language)
        with writing(self._store) as database:
            database.execute("UPDATE users SET language = ? WHERE id = ?", (language, user_id))

    def set_groups(self, name: str, groups: Iterable[str], by: str = "console") -> None:
        """Bind an account to groups; to none: it sees all. Raises UserError on an unknown name, a role that is not bound to groups,
        or a group that neither the book nor the settings know."""
        user, wanted = self.require(name), sorted({group.strip() for group in groups} - {""})
        check_groups(self._store, user.role, wanted)
        with writing(self._store) as database:
            database.execute("DELETE FROM user_groups WHERE user_id = ?", (user.id,))
            database.conn.executemany("INSERT INTO user_groups VALUES (?, ?)", [(user.id, group) for group in wanted])
            record(database, by, "user.groups", user.id, {"name": user.name, "before": list(user.groups), "after": wanted})

    def disable(self, name: str, by: str = "console") -> None:
        """From now on the user cannot log in; what they did keeps their name. Raises UserError on an unknown name and for the last
        administrator."""
        self._switch(name, to_text(time.time()), "user.disable", by)

    def enable(self, name: str, by: str = "console") -> None:
        """Undo `disable`."""
        self._switch(name, None, "user.enable", by)

    def _switch(self, name: str, disabled_at: str | None, action: str, by: str) -> None:
        user = self.require(name)
        with writing(self._store) as database:
            if disabled_at:
                _keep_an_administrator(database, user)
                database.execute("DELETE FROM sessions WHERE user_id = ?", (user.id,))
            database.execute("UPDATE users SET disabled_at = ? WHERE id = ?", (disabled_at, user.id))
            record(database, by, action, user.id, {"name": user.name})

    def require(self, name: str) -> User:
        """The user of that name. Raises UserError when there is none."""
        user = self.named(name)
        if user is None:
            raise UserError(
                f"There is no user “{name}”. `callbox users list` shows them.", f"没有用户“{name}”。可用 callbox users list 查看。"
            )
        return user

    def named(self, name: str) -> User | None:
        """The user of that name, disabled or not."""
        with reading(self._store) as connection:
            return user_where(connection, "name_key", name_key(name))


def user_where(connection: sqlite3.Connection, column: str, value: str) -> User | None:
    """The user whose "id" or "name_key" that is, read by a connection of quality.store.reading."""
    row = _row(connection, column, value)
    return _user(row) if row else None


def _row(connection: sqlite3.Connection, column: str, value: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(f"{_ROWS} WHERE {column} = ?", (value,)).fetchone()
    return row


def _user(row: sqlite3.Row) -> User:
    return User(
        row["id"], row["name"], row["role"], row["agent_id"], row["language"], row["disabled_at"] is not None,
        from_text(row["password_at"]), from_text(row["created_at"]), tuple(json.loads(row["teams"])),
        bool(row["must_change"]), row["totp"] is not None,
    )  # fmt: skip


def _keep_an_administrator(database: Database, user: User) -> None:
    others = database.execute(
        "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?", (user.id,)
    ).fetchone()[0]
    if user.role == "admin" and others == 0:
        raise UserError(
            f"“{user.name}” is the last administrator. Add another one first.",
            f"“{user.name}”是最后一名管理员，请先添加另一名管理员。",
        )
