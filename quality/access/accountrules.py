"""What an account may be: its name, its role, the groups it is bound to."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from hw.messages import LANGUAGES, Message, UserError
from quality.store import reading

ROLES = {
    "inspector": Message("inspector", "质检员"),
    "manager": Message("manager", "主管"),
    "agent": Message("agent", "座席"),
    "admin": Message("administrator", "管理员"),
    "trainer": Message("trainer", "培训师"),
}
NAME_LENGTH = 40  # characters at most
BOUND = ("inspector", "trainer", "manager")  # roles that may be bound to groups


def name_key(name: str) -> str:
    """What of a user name must be unique: Li and li, full and half width are one name."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def checked_name(name: str) -> str:
    """The name as it is kept. Raises UserError."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise UserError(f"A user name has 1 to {NAME_LENGTH} printable characters.", f"用户名须为 1 至 {NAME_LENGTH} 个可见字符。")
    return name


def check_role(role: str, agent_id: str | None, language: str | None) -> None:
    """Raises UserError on an unknown role or language, or a 座席 bound to no agent."""
    if role not in ROLES:
        names = "、".join(f"{key}（{value.zh}）" for key, value in ROLES.items())
        raise UserError(f"Unknown role “{role}”. Use one of {', '.join(ROLES)}.", f"未知角色“{role}”，可用：{names}。")
    if role == "agent" and not agent_id:
        raise UserError(
            "A user of role agent sees only their own calls: give the agent id (工号) as well.",
            "座席账号只能看到自己的通话，请同时给出工号。",
        )
    if language is not None:
        check_language(language)


def check_groups(store: Path, role: str, wanted: Sequence[str]) -> None:
    """Raises UserError when a role is not bound to groups, or a group is one that nobody knows."""
    if wanted and role not in BOUND:
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


def check_language(language: str) -> None:
    """Raises UserError on one that the pages do not speak."""
    if language not in LANGUAGES:
        raise UserError(f"Unknown language “{language}”. Use zh or en.", f"未知语言“{language}”，可用 zh 或 en。")
