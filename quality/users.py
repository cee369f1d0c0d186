"""Accounts: who may log in, as what. The web UI and `callbox users` use this."""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from hw.messages import LANGUAGES, Message, UserError
from quality import passwords
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

ROLES = {
    "inspector": Message("inspector", "质检员"),
    "manager": Message("manager", "主管"),
    "agent": Message("agent", "座席"),
    "admin": Message("administrator", "管理员"),
    "trainer": Message("trainer", "培训师"),
}
NAME_LENGTH = 40  # characters at most
BOUND = ("inspector", "trainer", "manager")  # roles that may be bound to groups
_TEAMS = "SELECT team FROM review.user_groups WHERE user_id = users.id ORDER BY team"
_ROWS = f"SELECT *, (SELECT json_group_array(team) FROM ({_TEAMS})) AS teams FROM review.users"  # noqa: S608


@dataclass(frozen=True)
class User:
    """id: UUIDv7. agent_id: whose calls a 座席 sees; None for the others unless they take calls too. language: "zh", "en" or None.
    password_at: changes with the password, so that a session can tell that its password is no longer the one. Times: UTC epoch
    seconds. groups: the groups whose calls an inspector, trainer or manager may see; all when empty (quality.scope)."""

    id: str
    name: str
    role: str
    agent_id: str | None
    language: str | None
    disabled: bool
    password_at: float
    created_at: float
    groups: tuple[str, ...] = ()


class Users:
    """The accounts of one box. `by` is who does it, for the log of changes."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(
        self, name: str, password: str, role: str, *, agent_id: str | None = None, language: str | None = None, by: str = "console"
    ) -> User:
        """A new account. Raises UserError on a bad or taken name, a weak password, an unknown role or language, or a 座席 bound to
        no agent."""
        name = _checked_name(name)
        _check_role(role, agent_id, language)
        passwords.check_strength(password, name)
        now = to_text(time.time())
        user_id = new_id(time.time())
        row = {
            "id": user_id, "name": name, "name_key": _key(name), "role": role, "agent_id": agent_id or None,
            "language": language, "password_hash": passwords.hash_password(password), "password_at": now, "created_at": now,
        }  # fmt: skip
        with writing(self._store) as database:
            if database.execute("SELECT 1 FROM users WHERE name_key = ?", (_key(name),)).fetchone():
                raise UserError(f"There is already a user “{name}”. Choose another name.", f"用户“{name}”已存在，请换一个名称。")
            database.table("users").insert(row)
            record(database, by, "user.add", user_id, {"name": name, "role": role, "agent_id": agent_id})
        return self._named(name)

    def check(self, name: str, password: str) -> User | None:
        """The user whose name and password these are, or None (also when disabled). An unknown name takes as long as a wrong
        password."""
        row = self._row("name_key", _key(name))
        fits = passwords.matches(password, row["password_hash"] if row else None)
        return _user(row) if fits and row and row["disabled_at"] is None else None

    def get(self, user_id: str) -> User | None:
        """The user of that id, disabled or not."""
        row = self._row("id", user_id)
        return _user(row) if row else None

    def list(self) -> list[User]:
        """Every account, by name."""
        with reading(self._store) as connection:
            return [_user(row) for row in connection.execute(f"{_ROWS} ORDER BY name_key")]

    def set_password(self, name: str, password: str, by: str = "console") -> None:
        """Raises UserError on an unknown name or a weak password."""
        user = self._named(name)
        passwords.check_strength(password, user.name)
        values = (passwords.hash_password(password), to_text(time.time()), user.id)
        with writing(self._store) as database:
            database.execute("UPDATE users SET password_hash = ?, password_at = ? WHERE id = ?", values)
            record(database, by, "user.passwd", user.id, {"name": user.name})

    def set_language(self, user_id: str, language: str) -> None:
        """Remember which language a user reads."""
        _check_language(language)
        with writing(self._store) as database:
            database.execute("UPDATE users SET language = ? WHERE id = ?", (language, user_id))

    def set_groups(self, name: str, groups: Iterable[str], by: str = "console") -> None:
        """Bind an account to groups; to none: it sees all. Raises UserError on an unknown name, a role that is not bound to groups,
        or a group that neither the book nor the settings know."""
        user, wanted = self._named(name), sorted({group.strip() for group in groups} - {""})
        _check_groups(self._store, user, wanted)
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
        user = self._named(name)
        with writing(self._store) as database:
            if disabled_at:
                _keep_an_administrator(database, user)
            database.execute("UPDATE users SET disabled_at = ? WHERE id = ?", (disabled_at, user.id))
            record(database, by, action, user.id, {"name": user.name})

    def _named(self, name: str) -> User:
        row = self._row("name_key", _key(name))
        if row is None:
            raise UserError(
                f"There is no user “{name}”. `callbox users list` shows them.", f"没有用户“{name}”。可用 callbox users list 查看。"
            )
        return _user(row)

    def _row(self, column: str, value: str) -> sqlite3.Row | None:
        with reading(self._store) as connection:
            row: sqlite3.Row | None = connection.execute(
                f"{_ROWS} WHERE {column} = ?",  # column is a literal above
                (value,),
            ).fetchone()
            return row


def _user(row: sqlite3.Row) -> User:
    return User(
        row["id"], row["name"], row["role"], row["agent_id"], row["language"], row["disabled_at"] is not None,
        from_text(row["password_at"]), from_text(row["created_at"]), tuple(json.loads(row["teams"])),
    )  # fmt: skip


def _key(name: str) -> str:
    # What must be unique: Li and li, full and half width are one name.
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _checked_name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise UserError(f"A user name has 1 to {NAME_LENGTH} printable characters.", f"用户名须为 1 至 {NAME_LENGTH} 个可见字符。")
    return name


def _check_role(role: str, agent_id: str | None, language: str | None) -> None:
    if role not in ROLES:
        names = "、".join(f"{key}（{value.zh}）" for key, value in ROLES.items())
        raise UserError(f"Unknown role “{role}”. Use one of {', '.join(ROLES)}.", f"未知角色“{role}”，可用：{names}。")
    if role == "agent" and not agent_id:
        raise UserError(
            "A user of role agent sees only their own calls: give the agent id (工号) as well.",
            "座席账号只能看到自己的通话，请同时给出工号。",
        )
    if language is not None:
        _check_language(language)


def _check_groups(store: Path, user: User, wanted: Sequence[str]) -> None:
    if wanted and user.role not in BOUND:
        raise UserError(
            "Only inspectors, trainers and managers are bound to groups: an agent sees only their own calls, an administrator all.",
            "只有质检员、培训师和主管可限定班组：座席只能看到自己的通话，管理员可查看全部。",
        )
    known = groups_of(store)
    if unknown := [group for group in wanted if group not in known]:
        names = "、".join(unknown)
        raise UserError(
            f"There is no group {names}. Known: {', '.join(sorted(known))}.", f"没有班组{names}。现有：{'、'.join(sorted(known))}。"
        )


def groups_of(store: Path) -> frozenset[str]:
    """Every group the book, the settings or a binding that stands knows."""
    sql = """SELECT team FROM review.people WHERE role = 'agent' UNION SELECT team FROM calls.agents
        UNION SELECT team FROM review.user_groups"""
    with reading(store) as connection:
        return frozenset(row[0] for row in connection.execute(sql) if row[0])


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UserError(f"Unknown language “{language}”. Use zh or en.", f"未知语言“{language}”，可用 zh 或 en。")


def _keep_an_administrator(database: Database, user: User) -> None:
    others = database.execute(
        "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?", (user.id,)
    ).fetchone()[0]
    if user.role == "admin" and others == 0:
        raise UserError(
            f"“{user.name}” is the last administrator. Add another one first.",
            f"“{user.name}”是最后一名管理员，请先添加另一名管理员。",
        )
