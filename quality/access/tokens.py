"""Tokens: how programs use the HTTP API. A token acts for the account it belongs to, within its scopes, until it expires or is
revoked."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hw.messages import Message, UserError
from quality.access.roles import LEADS, require
from quality.access.scope import Scope, scope_of
from quality.access.users import User, groups_of
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.store.calls import instant
from recorder.times import from_text, to_text

SCOPES = {
    "calls:read": Message("calls: list, details, hits, scores", "通话：列表、详情、命中、分数"),
    "transcripts:read": Message("transcripts", "转写文本"),
    "audio:read": Message("recordings", "录音"),
    "reviews:read": Message("reviews", "评审"),
    "reports:read": Message("reports", "报告"),
    "figures:read": Message("figures", "指标"),
    "alerts:read": Message("alerts", "预警"),
    "alarms:read": Message("alarms", "告警"),
    "alarms:write": Message("acknowledge alarms", "确认告警"),
    "status:read": Message("the box's state", "设备状态"),
    "metrics:read": Message("metrics for Prometheus", "Prometheus 指标"),
}
"""What a token may be good for."""

PREFIX = "cbx_"
"""Begins every token, so that scanners for leaked secrets can know one."""
SECRET_BYTES = 32
START = len(PREFIX) + 6
"""Characters that are kept to know a token by."""
NAME_LENGTH = 60
LONGEST_DAYS = 731
USED_EVERY_S = 60.0
"""Seconds in which "last used" is written at most once: a program asks more often than anybody looks."""


@dataclass(frozen=True)
class Token:
    """id: UUIDv7. start: its first characters. owner: whose rights it has. scopes: of SCOPES. groups: narrows whose calls it sees;
    None: as its owner. Instants: UTC epoch seconds, None: never. last_address: from where it was used last."""

    id: str
    name: str
    owner_id: str
    owner: str
    start: str
    scopes: tuple[str, ...]
    groups: tuple[str, ...] | None
    created_at: float
    created_by: str
    expires_at: float
    last_used_at: float | None
    last_address: str
    revoked_at: float | None

    def good(self, now: float) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at

    def scope(self, owner: User) -> Scope:
        """Whose calls it sees: its owner's, narrowed to its groups."""
        own = scope_of(owner)
        if self.groups is None:
            return own
        mine = frozenset(self.groups)
        return Scope(own.agent, mine if own.groups is None else mine & own.groups)


class Tokens:
    """The tokens of one box. `by` is who does it, for the audit log."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(
        self, name: str, owner: User, scopes: Iterable[str], *, days: int, groups: Iterable[str] = (), by: str = "console"
    ) -> tuple[Token, str]:
        """A new token and its text, which is told here and never again. days: until it expires. groups: narrows whose calls it
        sees. Raises UserError on an owner who may have none, an empty name, an unknown scope or group, a time out of bounds."""
        require(owner, LEADS)
        name, wanted, teams = " ".join(name.split()), _checked(scopes), sorted({group.strip() for group in groups} - {""})
        _check_name(name)
        _check_days(days)
        _check_groups(self._store, owner, teams)
        text, now, key = PREFIX + secrets.token_urlsafe(SECRET_BYTES), time.time(), new_id(time.time())
        row = {
            "id": key, "name": name, "owner_id": owner.id, "start": text[:START], "hash": _hash(text), "scopes": json.dumps(wanted),
            "teams": json.dumps(teams, ensure_ascii=False) if teams else None, "created_at": to_text(now), "created_by": by,
            "expires_at": to_text(now + days * 86_400),
        }  # fmt: skip
        with writing(self._store) as database:
            database.table("tokens").insert(row)
            detail: dict[str, object] = {"name": name, "owner": owner.name, "scopes": wanted, "groups": teams, "days": days}
            record(database, by, "token.add", key, detail)
        return self.get(key), text

    def list(self, owner_id: str | None = None) -> list[Token]:
        """All, or those of an owner, the newest first."""
        return [*self._tokens("WHERE ?1 IS NULL OR t.owner_id = ?1 ORDER BY t.id DESC", owner_id)]

    def get(self, key: str) -> Token:
        """Raises UserError when there is none of that id."""
        found = self._tokens("WHERE t.id = ?", key)
        if not found:
            raise UserError("There is no such token: see callbox tokens list.", "没有此令牌：可用 callbox tokens list 查看。")
        return found[0]

    def check(self, text: str) -> Token | None:
        """The token of that text, good or not; None when there is none."""
        found = self._tokens("WHERE t.hash = ?", _hash(text))
        return found[0] if found else None

    def used(self, token: Token, address: str, now: float) -> None:
        """Keep when and from where it was used."""
        if token.last_used_at is not None and 0 <= now - token.last_used_at < USED_EVERY_S and token.last_address == address:
            return
        with writing(self._store) as database:
            values = (to_text(now), address, token.id)
            database.execute("UPDATE tokens SET last_used_at = ?, last_address = ? WHERE id = ?", values)

    def revoke(self, key: str, by: str = "console") -> Token:
        """From now on it opens nothing. Raises UserError when there is none, or when it is revoked already."""
        token = self.get(key)
        with writing(self._store) as database:
            sql = "UPDATE tokens SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL"
            if not database.execute(sql, (to_text(time.time()), by, key)).rowcount:
                raise UserError(f"The token “{token.name}” is revoked already.", f"令牌“{token.name}”已吊销。")
            record(database, by, "token.revoke", key, {"name": token.name, "owner": token.owner})
        return self.get(key)

    def _tokens(self, rest: str, *values: object) -> tuple[Token, ...]:
        sql = f"SELECT t.*, u.name AS owner FROM review.tokens t JOIN review.users u ON u.id = t.owner_id {rest}"  # noqa: S608
        with reading(self._store) as connection:
            return tuple(_token(row) for row in connection.execute(sql, values))


def _token(row: sqlite3.Row) -> Token:
    return Token(
        row["id"], row["name"], row["owner_id"], row["owner"], row["start"], tuple(json.loads(row["scopes"])),
        None if row["teams"] is None else tuple(json.loads(row["teams"])), from_text(row["created_at"]), row["created_by"],
        from_text(row["expires_at"]), instant(row["last_used_at"]), row["last_address"], instant(row["revoked_at"]),
    )  # fmt: skip


def _hash(text: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    unknown = sorted(wanted - SCOPES.keys())
    if unknown or not wanted:
        known = ", ".join(SCOPES)
        raise UserError(
            f"{'Unknown scope ' + ', '.join(unknown) if unknown else 'Give at least one scope'}. There are: {known}.",
            f"{'未知的权限范围 ' + '、'.join(unknown) if unknown else '请至少选择一个权限范围'}。可用：{known}。",
        )
    return [scope for scope in SCOPES if scope in wanted]


def _check_name(name: str) -> None:
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise UserError(
            f"Name the program that uses the token, in at most {NAME_LENGTH} characters.",
            f"请填写使用该令牌的程序名称，不超过 {NAME_LENGTH} 个字。",
        )


def _check_days(days: int) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise UserError(f"A token is good for 1 to {LONGEST_DAYS} days.", f"令牌有效期须为 1 至 {LONGEST_DAYS} 天。")


def _check_groups(store: Path, owner: User, teams: list[str]) -> None:
    own = scope_of(owner).groups
    known = groups_of(store) if own is None else own
    if unknown := [team for team in teams if team not in known]:
        raise UserError(
            f"There is no group {', '.join(unknown)}. Known: {', '.join(sorted(known)) or '–'}.",
            f"没有班组{'、'.join(unknown)}。现有：{'、'.join(sorted(known)) or '–'}。",
        )
