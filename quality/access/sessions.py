"""Who is logged in with which browser. The browser's cookie holds a secret, the box its hash: ending a session here ends it,
whoever has kept the cookie."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from quality.access.users import User, user_where
from quality.audit.chain import append
from quality.audit.entries import LOGIN
from quality.store import reading, writing

SEEN_S = 60.0
"""How exactly it is known when a session was last used; a write a minute is all it costs."""
BROWSER_LENGTH = 200


@dataclass(frozen=True)
class Session:
    """hash: names it. opened_at, seen_at: UTC epoch seconds. browser: what it calls itself."""

    hash: str
    opened_at: float
    seen_at: float
    address: str
    browser: str


class Sessions:
    """The sessions of one box. idle_s: one that was not used for so long has ended."""

    def __init__(self, store: Path, idle_s: float) -> None:
        self._store = store
        self._idle_s = idle_s

    def open(self, user_id: str, address: str, browser: str, now: float | None = None) -> str:
        """The secret that the browser keeps."""
        now = time.time() if now is None else now
        token = secrets.token_urlsafe(32)
        row = (digest(token), user_id, now, now, address, browser[:BROWSER_LENGTH])
        with writing(self._store) as database:
            database.execute("DELETE FROM sessions WHERE seen_at < ?", (now - self._idle_s,))
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", row)
        return token

    def user(self, token: str, *, used: bool = True, now: float | None = None) -> User | None:
        """Whose session it is; None when it has ended or its account is disabled. used: by a person, not by a page that asks by
        itself, which keeps nobody logged in."""
        now = time.time() if now is None else now
        key = digest(token)
        with reading(self._store) as connection:
            row = connection.execute("SELECT user_id, seen_at FROM review.sessions WHERE hash = ?", (key,)).fetchone()
            if row is None or now - row["seen_at"] > self._idle_s:
                return None
            user = user_where(connection, "id", row["user_id"])
        if used and abs(now - row["seen_at"]) > SEEN_S:
            with writing(self._store) as database:
                database.execute("UPDATE sessions SET seen_at = ? WHERE hash = ?", (now, key))
        return None if user is None or user.disabled else user

    def close(self, token: str, by: str) -> None:
        """Log out."""
        with writing(self._store) as database:
            if database.execute("DELETE FROM sessions WHERE hash = ?", (digest(token),)).rowcount:
                append(database, LOGIN, by, "login.out", by)

    def close_all(self, user: User, by: str) -> int:
        """Log out everywhere; how many sessions that ended."""
        with writing(self._store) as database:
            ended = database.execute("DELETE FROM sessions WHERE user_id = ?", (user.id,)).rowcount
            append(database, LOGIN, by, "login.out_everywhere", user.name, {"sessions": ended})
        return int(ended)

    def list(self, user_id: str, now: float | None = None) -> list[Session]:
        """A user's, the latest used first."""
        now = time.time() if now is None else now
        sql = """SELECT hash, opened_at, seen_at, address, browser FROM review.sessions WHERE user_id = ? AND seen_at >= ?
            ORDER BY seen_at DESC"""
        with reading(self._store) as connection:
            return [Session(*row) for row in connection.execute(sql, (user_id, now - self._idle_s))]


def digest(token: str) -> str:
    """What the box keeps of a secret; a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
