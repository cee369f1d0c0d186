"""Wrong log-ins: how many there may be before log-in is locked for a while, for whom.

Counts stand in review.db, so that every worker knows them and a restart forgets none. Three counts, each over WINDOW_S:

- one name from one address (PER_PAIR): what somebody meets who has forgotten a password. Others with that name are not locked out.
- one address (PER_ADDRESS): somebody who tries many names.
- one name from anywhere (PER_NAME): somebody who tries from many addresses.

A browser in which this very person has logged in before (it keeps a signed cookie) is counted by itself and meets the first count
alone: whoever tries the administrator's name from elsewhere, however long, never locks the administrator's own browser out. A lock
ends by itself after LOCK_S; `callbox users unlock` on the box and an administrator's page end it at once.
Idea: OWASP, Blocking Brute Force Attacks, device cookies.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from quality.access.users import name_key
from quality.audit.chain import append
from quality.audit.entries import LOGIN, REFUSAL
from quality.store import reading, writing

WINDOW_S = 900.0
LOCK_S = 900.0
PER_PAIR, PER_ADDRESS, PER_NAME = 10, 30, 100
_KEPT_S = 86400.0


@dataclass(frozen=True)
class Try:
    """Who tries to log in. name: as typed. address: of the browser. device: what names the browser if this very person has logged
    in with it before, else "". step: "" for the password, "code" for the one-time code."""

    name: str
    address: str
    device: str = ""
    step: str = ""

    def limits(self) -> dict[str, int]:
        """Key of a count → how many wrong tries it takes."""
        who, where = f"{self.step}:{name_key(self.name)[:200]}", network(self.address)
        if self.device:
            return {f"device {self.device} {who}": PER_PAIR}
        return {f"pair {where} {who}": PER_PAIR, f"address {where}": PER_ADDRESS, f"name {who}": PER_NAME}


@dataclass(frozen=True)
class Lock:
    """What is locked: a person and address, an address, a name, or a person's own browser. until: UTC epoch seconds."""

    what: str
    subject: str
    until: float


class Logins:
    """The counts of one box. now: UTC epoch seconds."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def locked_until(self, who: Try, now: float | None = None) -> float | None:
        """Until when this one may not try; None when they may."""
        now = time.time() if now is None else now
        keys = list(who.limits())
        mine = f"key IN ({', '.join('?' * len(keys))})"
        sql = f"SELECT max(locked_until) FROM review.login_tries WHERE {mine} AND locked_until > ? AND locked_until <= ?"  # noqa: S608
        with reading(self._store) as connection:
            # A lock that ends later than one can was made by a clock that has been set back since.
            until: float | None = connection.execute(sql, (*keys, now, now + LOCK_S)).fetchone()[0]
        return until

    def wrong(self, who: Try, action: str = "login.wrong", now: float | None = None) -> float | None:
        """Count a wrong try and note it; until when log-in is locked now, None when it is not."""
        now = time.time() if now is None else now
        with writing(self._store) as database:
            locked = [key for key, most in who.limits().items() if _count(database, key, now) >= most]
            append(database, REFUSAL, "", action, who.name)
            for key in locked:
                database.execute("UPDATE login_tries SET locked_until = ? WHERE key = ?", (now + LOCK_S, key))
                append(database, REFUSAL, "", "login.locked", who.name, {"what": key.partition(" ")[0], "minutes": LOCK_S / 60})
        return now + LOCK_S if locked else None

    def right(self, who: Try, action: str = "login.in") -> None:
        """They are in: their own count begins anew."""
        own = next(iter(who.limits()))
        with writing(self._store) as database:
            database.execute("DELETE FROM login_tries WHERE key = ?", (own,))
            append(database, LOGIN, who.name, action, who.name)

    def locks(self, now: float | None = None) -> list[Lock]:
        """Everything that is locked now, for the page of users."""
        now = time.time() if now is None else now
        with reading(self._store) as connection:
            rows = connection.execute(
                "SELECT key, locked_until FROM review.login_tries WHERE locked_until > ? AND locked_until <= ? ORDER BY key",
                (now, now + LOCK_S),
            ).fetchall()
        return [Lock(row["key"].partition(" ")[0], row["key"].partition(" ")[2], row["locked_until"]) for row in rows]

    def unlock(self, name: str, by: str = "console") -> int:
        """Let everybody of that name try again, from wherever, and the addresses they are locked at; how many locks that ended."""
        who = name_key(name)
        with writing(self._store) as database:
            rows = database.execute("SELECT key FROM login_tries WHERE locked_until > 0").fetchall()
            mine = [key for (key,) in rows if key.partition(" ")[0] != "address" and _name_of(key) == who]
            mine += [f"address {key.split(' ')[1]}" for key in mine if key.startswith("pair ")]
            database.conn.executemany("DELETE FROM login_tries WHERE key = ?", [(key,) for key in mine])
            append(database, LOGIN, by, "login.unlock", name, {"locks": len(mine)})
        return len(mine)


def network(address: str) -> str:
    """What counts as one address: of IPv6 the /64 that one customer line has, since the rest is anybody's to choose."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def _count(database: Database, key: str, now: float) -> int:
    """One more wrong try of that key; how many there are within the window."""
    database.execute("DELETE FROM login_tries WHERE first_at < ? OR first_at > ?", (now - _KEPT_S, now + _KEPT_S))
    row = database.execute("SELECT wrong, first_at FROM login_tries WHERE key = ?", (key,)).fetchone()
    if row is None or not 0 <= now - row[1] < WINDOW_S:
        database.execute("INSERT OR REPLACE INTO login_tries VALUES (?, 1, ?, 0)", (key, now))
        return 1
    database.execute("UPDATE login_tries SET wrong = wrong + 1 WHERE key = ?", (key,))
    return int(row[0]) + 1


def _name_of(key: str) -> str:
    what, _, rest = key.partition(" ")
    who = rest if what == "name" else rest.partition(" ")[2]
    return who.partition(":")[2]
