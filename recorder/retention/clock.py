"""Whether the box's clock can be believed. A clock that says 2099 makes every call look old; it must not empty the archive."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from hw.messages import Message
from recorder.retention.plan import EARLIEST
from recorder.retention.policy import DAY_S
from recorder.store.reader import CallReader
from recorder.store.writer import CallStore
from recorder.times import from_text, to_text

LEAP_S = 3 * DAY_S
"""A box that was off for longer has to be told that its clock is right, or be synchronised by NTP."""

KEEP_S = 600.0
"""Seconds between two notes of how late it is."""

SEEN = "last_seen"
TRUST = "retention/clock-trusted"
"""File below the store's folder: the instant at which a person said that the clock is right."""

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd makes it when it has set the clock (systemd-timesyncd.service(8))."""


def doubt(reader: CallReader, now: float, synchronised: Callable[[], bool] = SYNCHRONISED.exists) -> Message | None:
    """Why the clock cannot be believed, or None. now: UTC epoch seconds."""
    shown = to_text(now)
    if now < EARLIEST:
        return Message(f"the clock says {shown}, which is before this program was made", f"时钟显示 {shown}，早于本程序的制作时间")
    last = _last_seen(reader)
    if last is None or now <= last + LEAP_S or synchronised() or abs(now - _trusted(reader.store)) < LEAP_S:
        return None
    return Message(f"the clock says {shown}, it last said {to_text(last)}", f"时钟显示 {shown}，上次为 {to_text(last)}")


def note(store: CallStore, now: float) -> None:
    """Keep how late it is, if that was believed and the last note is a while ago."""
    last = _last_seen(store)
    if last is None or abs(now - last) >= KEEP_S:
        with store.writing() as db:
            db.execute("INSERT OR REPLACE INTO retention_state (name, value) VALUES (?, ?)", [SEEN, to_text(now)])


def trust(store: Path, now: float) -> None:
    """A person says that the clock is right. Raises OSError."""
    path = store / TRUST
    path.parent.mkdir(exist_ok=True)
    path.write_text(to_text(now), "ascii")


def _last_seen(reader: CallReader) -> float | None:
    """How late it was when that was last kept; before the first time, when the newest call began."""
    rows = reader.rows("SELECT value FROM retention_state WHERE name = ?", SEEN)
    if rows:
        return from_text(rows[0]["value"])
    newest = reader.rows("SELECT max(started_at) AS at FROM calls")[0]["at"]
    return None if newest is None else from_text(newest)


def _trusted(store: Path) -> float:
    with contextlib.suppress(OSError, ValueError):
        return from_text((store / TRUST).read_text("ascii"))
    return float("-inf")
