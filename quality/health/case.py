"""Everything the doctor looked at, gathered once; the checks only judge it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from quality.health.status import BoxStatus
from recorder.settings.sections import Settings
from recorder.signals.levels import SideLevels
from recorder.store.reader import CallReader
from recorder.times import from_text
from recorder.watch.usual import usual_of

LOOK_BYTES = 256 << 20
"""A database larger than this is not looked through: it would take longer than a technician waits."""


@dataclass(frozen=True)
class History:
    """What calls.db knows of a line. Instants are UTC epoch seconds, None: never. expected: calls usual since the last one began.
    by_voice: calls since the tap board last told anything of this line."""

    last_call: float | None = None
    last_event: float | None = None
    last_event_kind: str = ""
    expected: float = 0.0
    by_voice: int = 0


@dataclass(frozen=True)
class Records:
    """The PBX's call records. last: when one came, UTC epoch seconds. calls_since: calls that have ended since."""

    last: float | None = None
    calls_since: int = 0


@dataclass(frozen=True)
class Case:
    """The box, looked at. heard: each line's sides now, missing where nothing could be heard. refused: devices that could not be
    opened, and why. units: systemd's word for its units, empty without systemd. synchronised: as recorder.watch.clock. damaged:
    databases in which SQLite finds faults. bytes_a_day: audio of the last week; None when there was none. since: when the oldest
    call that is kept began, None without one."""

    settings: Settings
    status: BoxStatus
    now: float
    heard: Mapping[str, tuple[SideLevels, ...]] = field(default_factory=dict)
    refused: Mapping[str, Message] = field(default_factory=dict)
    history: Mapping[str, History] = field(default_factory=dict)
    records: Records = Records()
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    synchronised: bool | None = None
    damaged: Mapping[str, str] = field(default_factory=dict)
    bytes_a_day: float | None = None
    since: float | None = None


def histories(settings: Settings, now: float) -> dict[str, History]:
    """Each line's history; nothing for a calls.db that cannot be read, which is another finding's matter."""
    try:
        with CallReader(Path(settings.store.path)) as reader:
            return {line.name: _history(reader, line.name, now, settings.site.timezone) for line in settings.line}
    except UserError:
        return {}


def _history(reader: CallReader, line: str, now: float, timezone: str) -> History:
    last = reader.rows("SELECT max(started_at) AS at FROM calls WHERE line = ?", line)[0]["at"]
    events = reader.rows("SELECT kind, at FROM line_events WHERE line = ? ORDER BY id DESC LIMIT 1", line)
    heard_at = from_text(events[0]["at"]) if events else None
    since = "SELECT count(*) AS calls FROM calls WHERE line = ? AND started_at > ? AND state <> 'unanswered' AND source = ''"
    by_voice = reader.rows(since, line, events[0]["at"])[0]["calls"] if events else 0
    last_call = None if last is None else from_text(last)
    expected = 0.0
    if last_call is not None:
        zone = ZoneInfo(timezone)
        usual = usual_of(reader, line, last_call + 1.0, timezone)  # as it was before the silence
        expected = usual.between(datetime.fromtimestamp(last_call, zone), datetime.fromtimestamp(now, zone))
    return History(last_call, heard_at, events[0]["kind"] if events else "", expected, int(by_voice))


def records_of(settings: Settings) -> Records:
    """When the PBX last printed a record."""
    try:
        with CallReader(Path(settings.store.path)) as reader:
            last = reader.rows("SELECT max(received_at) AS at FROM call_records")[0]["at"]
            sql = "SELECT count(*) AS calls FROM calls WHERE ended_at > ? AND source = ''"
            return Records(None if last is None else from_text(last), int(reader.rows(sql, last or "")[0]["calls"]))
    except UserError:
        return Records()


def bytes_a_day(settings: Settings, now: float) -> float | None:
    """Bytes of audio a day, of the last week."""
    try:
        with CallReader(Path(settings.store.path)) as reader:
            week = datetime.fromtimestamp(now - 7 * 86_400, ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S")
            row = reader.rows("SELECT sum(bytes) AS bytes, min(started_at) AS first FROM parts WHERE started_at > ?", week)[0]
    except UserError:
        return None
    if not row["bytes"]:
        return None
    return float(row["bytes"]) / max(1.0, (now - from_text(row["first"])) / 86_400)


def first_call(settings: Settings) -> float | None:
    """When the oldest call that is kept began, UTC epoch seconds."""
    try:
        with CallReader(Path(settings.store.path)) as reader:
            first = reader.rows("SELECT min(started_at) AS at FROM calls")[0]["at"]
    except UserError:
        return None
    return None if first is None else from_text(first)


def damaged(store: Path) -> dict[str, str]:
    """Databases in which SQLite's quick_check finds a fault, with its words. A large one is not looked through."""
    found = {}
    for path in sorted(store.glob("*.db")):
        try:
            if path.stat().st_size > LOOK_BYTES:
                continue
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)) as connection:
                said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError:
            continue  # locked, or not for this user: another finding's matter
        except (sqlite3.DatabaseError, OSError) as error:
            said = str(error)
        if said != "ok":
            found[path.name] = said
    return found
