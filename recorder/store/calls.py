"""What calls.db holds, as values: a call, its parts and gaps, the lines."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from hw.messages import Message
from recorder.times import from_text


@dataclass(frozen=True)
class Call:
    """One call. Instants are UTC epoch seconds, durations seconds; None where nothing told.

    layout: "mono" (one channel, side mixed) or "pair" (agent left, customer right). direction: "in", "out", "unknown". state:
    "recording", "closed", "interrupted" (the box stopped in mid-call), "unanswered". duration_s: frames of the call, known gaps
    included. ring_s: first ring to answer. extension: the PBX extension. source: the file a replayed call came from. closed_seq:
    rises by one with every call that is done with, None before. number_source: what told the other party's number: "dialled" (the
    keys heard), "record" (the PBX) or "" (nothing).
    """

    id: str
    line: str
    layout: str
    language: str
    direction: str
    state: str
    started_at: float
    answered_at: float | None = None
    ended_at: float | None = None
    duration_s: float | None = None
    ring_s: float | None = None
    ring_count: int | None = None
    caller_number: str = ""
    called_number: str = ""
    extension: str = ""
    agent_id: str | None = None
    team: str = ""
    hung_up_by: str | None = None
    source: str = ""
    closed_seq: int | None = None
    number_source: str = ""


@dataclass(frozen=True)
class Part:
    """A piece of a call's audio. path is relative to the store. state: "writing", "closed" or "recovered" (its end was cut off by
    a stop of the box). frames, bytes and sha256 are those of the closed file; None before. deleted_at: when the file was deleted on
    purpose (recorder.retention); None while it is kept. kind: one of recorder.line.actions.KINDS."""

    id: str
    call_id: str
    seq: int
    path: str
    started_at: float
    rate: int
    channels: int
    state: str
    frames: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    deleted_at: float | None = None
    kind: str = "talk"


@dataclass(frozen=True)
class KeyPress:
    """A telephone key pressed in a call. start_frame counts from the call's start and is below 0 for what was dialled before its
    audio begins. side: "agent", "customer" or "mixed". digit: 0-9 * # A-D, None where it was masked. at: UTC epoch seconds."""

    call_id: str
    at: float
    start_frame: int
    frames: int
    side: str
    digit: str | None


@dataclass(frozen=True)
class Gap:
    """Audio known to be lost. call_id and part_id are None when the line was idle.

    start_frame counts from the start of the part. A gap that begins before the part's end lies in the file, as silence; one that
    begins at its end follows the file and is not in it. reason: "overrun", "device_lost", "disk_full", "late_event", or
    "paused" (on purpose, see recorder.line.pauses).
    """

    line: str
    at: float
    frames: int
    reason: str
    call_id: str | None = None
    part_id: str | None = None
    start_frame: int | None = None


@dataclass(frozen=True)
class Pause:
    """The recording of a call was paused on purpose (recorder.line.pauses). at: UTC epoch seconds. by, reason: who asked, why."""

    id: str
    line: str
    call_id: str
    at: float
    by: str
    reason: str


@dataclass(frozen=True)
class Tombstone:
    """What stands where a call's audio was. number: counts deletions. at: UTC epoch seconds. rule: "age", "size", "space",
    "emergency"; reason: in English; by: "retention" or a person. bytes: of the files. was: JSON of the parts and their hashes.
    key, signature: by the box's key (recorder.evidence)."""

    number: int
    call_id: str
    at: float
    rule: str
    reason: str
    by: str
    bytes: int
    was: str
    key: str
    signature: str


@dataclass(frozen=True)
class TappedLine:
    """A line as calls.db knows it."""

    name: str
    layout: str
    extension: str
    language: str


@dataclass(frozen=True)
class Alarm:
    """Something that is not as it should be, raised once and cleared once. Instants are UTC epoch seconds. detail: what was seen.
    id: in this calls.db; one that was made anew counts from 1 again."""

    kind: str
    subject: str
    raised_at: float
    cleared_at: float | None
    detail: Message
    id: int = 0


def alarm_detail(row: sqlite3.Row) -> Message:
    """What was seen, of a row of `alarms`; one that was raised before alarms spoke Chinese reads the same in both languages."""
    return Message(row["detail"], ("detail_zh" in row.keys() and row["detail_zh"]) or row["detail"])  # noqa: SIM118  no dict


def instant(text: str | None) -> float | None:
    """An instant of the database, or None for NULL."""
    return None if text is None else from_text(text)


def call_of(row: sqlite3.Row) -> Call:
    """A row of `calls` → Call."""
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118  a Row iterates over its values
    for key in ("started_at", "answered_at", "ended_at"):
        values[key] = instant(values[key])
    return Call(**values)


def part_of(row: sqlite3.Row) -> Part:
    """A row of `parts` → Part."""
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118
    return Part(**values | {"started_at": from_text(row["started_at"]), "deleted_at": instant(values.get("deleted_at"))})


def key_press_of(row: sqlite3.Row) -> KeyPress:
    """A row of `digits` → KeyPress."""
    values = {key: row[key] for key in row.keys() if key != "id"}  # noqa: SIM118
    return KeyPress(**values | {"at": from_text(row["at"])})


def tombstone_of(row: sqlite3.Row) -> Tombstone:
    """A row of `tombstones` → Tombstone."""
    values = {key: row[key] for key in row.keys()}  # noqa: SIM118
    return Tombstone(**values | {"at": from_text(row["at"])})


def gap_of(row: sqlite3.Row) -> Gap:
    """A row of `gaps` → Gap."""
    values = {key: row[key] for key in row.keys() if key != "id"}  # noqa: SIM118
    return Gap(**values | {"at": from_text(row["at"])})
