"""The PIN of the serial console: kept as a hash, and locked for longer after every row of wrong ones."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from hw.messages import UserError
from quality.access import passwords

FILE, TRIES_FILE = "console.pin", "console.tries"
DIGITS = (6, 12)
"""Fewest and most. With six and the lock below, somebody who tries for a year without a pause has found one PIN in a hundred."""

TRIES = 5
"""Wrong ones before the lock; each one after it locks again."""

LOCK_S, LONGEST_LOCK_S = 60.0, 3600.0
"""The first lock, doubled with every wrong one after it, up to the longest."""


@dataclass(frozen=True)
class Tries:
    """wrong: since the last right one. until: UTC epoch seconds of the lock's end, 0 without."""

    wrong: int = 0
    until: float = 0.0


def set_pin(store: Path, pin: str) -> None:
    """Keep a new PIN and forget wrong tries. Raises UserError for one that will not do."""
    fewest, most = DIGITS
    if not (pin.isascii() and pin.isdecimal() and fewest <= len(pin) <= most):
        raise UserError(f"A PIN has {fewest} to {most} digits.", f"PIN 须为 {fewest} 至 {most} 位数字。")
    if len(set(pin)) == 1 or pin in "01234567890123456789" or pin in "98765432109876543210":
        raise UserError("This PIN is too easy to guess.", "该 PIN 太容易被猜到。")
    _write(store / FILE, passwords.hash_password(pin))
    _write(store / TRIES_FILE, json.dumps(asdict(Tries())))


class Pin:
    """Tries of one box's PIN. They are kept in the store: pulling the plug does not open the lock. now: UTC epoch seconds."""

    def __init__(self, store: Path, now: Callable[[], float] = time.time) -> None:
        self._store, self._now = store, now

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return (self._store / FILE).is_file()

    def locked_s(self) -> float:
        """Seconds until a PIN is taken again. A clock that was set back does not lock for ever."""
        return min(LONGEST_LOCK_S, max(0.0, self._tries().until - self._now()))

    def matches(self, pin: str) -> bool:
        """Whether it is the PIN; a wrong one is counted. Not asked while it is locked."""
        if self.locked_s() or not self.is_set:
            return False
        right = passwords.matches(pin, (self._store / FILE).read_text("ascii").strip())
        wrong = 0 if right else self._tries().wrong + 1
        over = wrong - TRIES
        lock = min(LONGEST_LOCK_S, LOCK_S * 2.0**over) if over >= 0 else 0.0
        _write(self._store / TRIES_FILE, json.dumps(asdict(Tries(wrong, self._now() + lock if lock else 0.0))))
        return right

    def _tries(self) -> Tries:
        try:
            return Tries(**json.loads((self._store / TRIES_FILE).read_text("ascii")))
        except FileNotFoundError:
            return Tries()
        except (ValueError, TypeError):
            return Tries(TRIES, self._now() + LOCK_S)  # tampered with, or half written: as if it had just been locked


def _write(path: Path, text: str) -> None:
    spare = path.with_name(f"{path.name}.new")
    spare.write_text(text, "ascii")
    spare.chmod(0o660)
    spare.replace(path)
