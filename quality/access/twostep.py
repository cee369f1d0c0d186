"""One-time codes as a second step of log-in: TOTP (RFC 6238: SHA-1, 6 digits, 30 s), and recovery codes for a lost telephone."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pyotp

from hw.messages import UserError
from quality.access.sessions import digest
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing

STEP_S = 30
EARLIER, LATER = 1, 1  # steps a telephone's clock may be behind or ahead (RFC 6238, 5.2)
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is easily taken for something else
_RECOVERY_LENGTH = 12  # 59 bits


def new_secret() -> str:
    """Base32, 160 bits (RFC 4226, 4: at least 128)."""
    return pyotp.random_base32()


def address_of(secret: str, user: User, site: str) -> str:
    """What the QR code says: otpauth://…"""
    return pyotp.TOTP(secret, name=user.name, issuer=f"callbox {site}".strip()).provisioning_uri()


class TwoStep:
    """The second step of one box's accounts. now: UTC epoch seconds."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def turn_on(self, user: User, secret: str, code: str, now: float | None = None) -> list[str]:
        """From now on log-in asks for codes of this secret; the recovery codes, which are told once. Raises UserError when the code
        is not one of the secret's now: then nothing changes, and nobody is locked out by a telephone that goes wrong."""
        step = _step_of(secret, code, time.time() if now is None else now)
        if step is None:
            raise UserError(
                "This code is not right. Is the telephone's clock? Wait for the next code and try again.",
                "动态码不正确。请检查手机时间，等待下一个动态码后重试。",
            )
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
        with writing(self._store) as database:
            database.execute("UPDATE users SET totp = ?, totp_step = ? WHERE id = ?", (secret, step, user.id))
            database.execute("DELETE FROM recovery_codes WHERE user_id = ?", (user.id,))
            rows = [(user.id, digest(code)) for code in codes]
            database.conn.executemany("INSERT INTO recovery_codes (user_id, hash) VALUES (?, ?)", rows)
            record(database, user.name, "user.totp", user.id, {"name": user.name})
        return codes

    def turn_off(self, user: User, by: str) -> None:
        """Log-in asks for no code any more: by the user, or by an administrator for whoever has lost telephone and codes."""
        with writing(self._store) as database:
            database.execute("UPDATE users SET totp = NULL, totp_step = 0 WHERE id = ?", (user.id,))
            database.execute("DELETE FROM recovery_codes WHERE user_id = ?", (user.id,))
            record(database, by, "user.totp_off", user.id, {"name": user.name})

    def check(self, user: User, code: str, now: float | None = None) -> bool:
        """Whether this is a code of now that was not used before; it cannot be used again."""
        now = time.time() if now is None else now
        with writing(self._store) as database:
            row = database.execute("SELECT totp, totp_step FROM users WHERE id = ?", (user.id,)).fetchone()
            step = _step_of(row[0], code, now) if row and row[0] else None
            if step is None or step <= row[1]:
                return False
            database.execute("UPDATE users SET totp_step = ? WHERE id = ?", (step, user.id))
        return True

    def recover(self, user: User, code: str) -> bool:
        """Whether this is a recovery code; it cannot be used again."""
        with writing(self._store) as database:
            used = database.execute(
                "UPDATE recovery_codes SET used_at = datetime('now') WHERE user_id = ? AND hash = ? AND used_at IS NULL",
                (user.id, digest(_plain(code))),
            ).rowcount
        return bool(used)

    def left(self, user: User) -> int:
        """Recovery codes that were not used."""
        sql = "SELECT count(*) FROM review.recovery_codes WHERE user_id = ? AND used_at IS NULL"
        with reading(self._store) as connection:
            return int(connection.execute(sql, (user.id,)).fetchone()[0])


def _step_of(secret: str, code: str, now: float) -> int | None:
    code = _plain(code)
    if len(code) != 6 or not code.isascii() or not code.isdecimal():
        return None
    totp, this = pyotp.TOTP(secret), int(now // STEP_S)
    for step in range(this - EARLIER, this + LATER + 1):
        if secrets.compare_digest(totp.at(step * STEP_S), code):
            return step
    return None


def _plain(code: str) -> str:
    """As people type it: with spaces, hyphens, capitals."""
    return "".join(mark for mark in code.casefold() if mark not in " -\t")
