"""Alarms and who has seen to them. The recorder raises and clears them in calls.db; that somebody acknowledged one is a person's
word, so it stands in review.db, where console and pages may write. An acknowledgement names kind, subject and instant: the number
of an alarm would mean another one after calls.db was made anew."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from hw.messages import Message, UserError
from quality.changes import record
from quality.store import reading, writing
from recorder.store.calls import alarm_detail, instant
from recorder.times import from_text, to_text
from recorder.watch.alarmkinds import kind_of

NAME_LENGTH, NOTE_LENGTH = 40, 500
"""Characters at most."""


@dataclass(frozen=True)
class Acknowledgement:
    """Somebody has seen the alarm. at: UTC epoch seconds. by: the name they gave."""

    by: str
    at: float
    note: str


@dataclass(frozen=True)
class KnownAlarm:
    """An alarm with what people said of it, oldest first. Instants are UTC epoch seconds; cleared_at None: it stands. severity:
    see recorder.watch.alarmkinds. detail: what was seen."""

    id: int
    kind: str
    severity: str
    subject: str
    raised_at: float
    cleared_at: float | None
    detail: Message
    acknowledged: tuple[Acknowledgement, ...]


class AlarmBook:
    """The alarms of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def standing(self) -> list[KnownAlarm]:
        """Those that stand, oldest first."""
        return self._alarms("WHERE a.cleared_at IS NULL ORDER BY a.id")

    def latest(self, limit: int = 200) -> list[KnownAlarm]:
        """The latest, over or not, newest first."""
        return self._alarms("ORDER BY a.id DESC LIMIT ?", limit)

    def get(self, alarm_id: int) -> KnownAlarm | None:
        """The alarm of that number, if there is one."""
        found = self._alarms("WHERE a.id = ?", alarm_id)
        return found[0] if found else None

    def acknowledge(self, alarm_id: int, by: str, note: str = "", now: float | None = None) -> KnownAlarm:
        """Keep that `by` has seen the alarm; it stands until it clears by itself. Acknowledging again adds another word. Raises
        UserError for an alarm that is not there, a name that is empty, and what is too long."""
        by, note = " ".join(by.split()), note.strip()
        _check(by, note)
        alarm = self._alarm(alarm_id)
        at = to_text(time.time() if now is None else now)
        raised_at = to_text(alarm.raised_at)
        row = {"kind": alarm.kind, "subject": alarm.subject, "raised_at": raised_at, "at": at, "by": by, "note": note}
        with writing(self._store) as database:
            database.table("alarm_acks").insert(row)
            record(database, by, "alarm.ack", f"{alarm.kind} {alarm.subject}", {"raised_at": raised_at, "note": note})
        return self._alarm(alarm_id)

    def _alarm(self, alarm_id: int) -> KnownAlarm:
        found = self.get(alarm_id)
        if found is None:
            raise UserError(
                f"There is no alarm {alarm_id}. callbox alarms --all lists them with their numbers.",
                f"没有编号为 {alarm_id} 的告警。用 callbox alarms --all 查看编号。",
            )
        return found

    def _alarms(self, rest: str, *values: object) -> list[KnownAlarm]:
        with reading(self._store) as connection:
            rows = connection.execute(f"SELECT a.* FROM calls.alarms a {rest}", values).fetchall()  # noqa: S608  our own words
            acks: dict[tuple[str, str, str], list[Acknowledgement]] = {}
            if rows and _has_acks(connection):
                for ack in connection.execute("SELECT * FROM review.alarm_acks ORDER BY id"):
                    word = Acknowledgement(ack["by"], from_text(ack["at"]), ack["note"])
                    acks.setdefault((ack["kind"], ack["subject"], ack["raised_at"]), []).append(word)
        return [_known(row, acks.get((row["kind"], row["subject"], row["raised_at"]), [])) for row in rows]


def _has_acks(connection: sqlite3.Connection) -> bool:
    """A review.db that nobody has written to since the update has no such table yet."""
    return connection.execute("SELECT 1 FROM review.sqlite_master WHERE name = 'alarm_acks'").fetchone() is not None


def _known(row: sqlite3.Row, acks: list[Acknowledgement]) -> KnownAlarm:
    return KnownAlarm(
        row["id"],
        row["kind"],
        kind_of(row["kind"]).severity,
        row["subject"],
        from_text(row["raised_at"]),
        instant(row["cleared_at"]),
        alarm_detail(row),
        tuple(acks),
    )


def _check(by: str, note: str) -> None:
    if not by or not by.isprintable() or len(by) > NAME_LENGTH:
        raise UserError(
            f"Who acknowledges it? Give a name of at most {NAME_LENGTH} characters.",
            f"由谁确认？请填写不超过 {NAME_LENGTH} 个字的姓名。",
        )
    if len(note) > NOTE_LENGTH:
        raise UserError(f"The note is longer than {NOTE_LENGTH} characters.", f"备注超过 {NOTE_LENGTH} 个字。")
