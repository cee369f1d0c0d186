"""Alerts for leads: what opened by itself, who has seen it, what was done. A special review (专项复盘) is one of them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hw.messages import Message, UserError
from quality.access.roles import STAFF, require
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

KINDS = {
    "priority_call": Message("high-priority call", "高优先级通话"),
    "angry_now": Message("the customer is getting angry, in a call that goes on", "客户情绪激动（通话中）"),
    "stuck_call": Message("stuck call: the same thing said again and again", "沟通卡顿"),
    "special_review": Message("special review: too many callers call again", "专项复盘：重复来电超标"),
    "agent_faults": Message("an agent's calls break rules far oftener than others'", "座席违规明显偏多"),
    "subject": Message("a subject about which callers suddenly complain", "某主题投诉骤增"),
    "inspector_bias": Message("an inspector grades harder or softer than the others", "质检员评分偏差"),
    "calibration_due": Message("a month without a calibration", "当月尚未校准"),
}

OF_CALLS = ("priority_call", "stuck_call", "angry_now")
"""Kinds whose subject is a call."""


@dataclass(frozen=True)
class AlertEvent:
    """action: "seen", "done" (something was done about it) or "closed". text: what was done; empty when the doing itself closed it
    (`settle`). at: UTC epoch seconds."""

    at: float
    by: str
    action: str
    text: str


@dataclass(frozen=True)
class Alert:
    """kind: one of KINDS. subject: a call id, team, agent number, word, name or month. detail: figures behind it. Times: UTC epoch
    seconds."""

    id: str
    kind: str
    subject: str
    opened_at: float
    detail: dict[str, Any]
    closed_at: float | None
    events: tuple[AlertEvent, ...] = ()

    @property
    def seen_by(self) -> tuple[str, ...]:
        """Who has looked at it, in order."""
        return tuple(dict.fromkeys(event.by for event in self.events))


class Alerts:
    """The alerts of one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def list(
        self, kind: str | None = None, open_only: bool = True, limit: int = 500, seen: tuple[str, tuple[object, ...]] = ("1", ())
    ) -> list[Alert]:
        """The newest first. seen: a condition on rows `a` and its values (quality.alerting.scope)."""
        where = [seen[0], *["a.closed_at IS NULL"] * open_only, *["a.kind = ?"] * (kind is not None)]
        sql = f"SELECT * FROM review.alerts a WHERE {' AND '.join(where)} ORDER BY opened_at DESC, id DESC LIMIT ?"  # noqa: S608
        with reading(self._store) as connection:
            rows = connection.execute(sql, (*seen[1], *([kind] if kind is not None else []), limit)).fetchall()
            return [_alert(connection, row) for row in rows]

    def get(self, key: str) -> Alert:
        """Raises UserError when there is none."""
        with reading(self._store) as connection:
            row = connection.execute("SELECT * FROM review.alerts WHERE id = ?", (key,)).fetchone()
            if row is None:
                raise UserError("There is no such alert.", "没有此预警。")
            return _alert(connection, row)

    def seen(self, key: str, user: User) -> None:
        """Somebody looked at it; noted once for each. Raises UserError for agents, as `done` and `close` do."""
        require(user, STAFF)
        if user.name not in self.get(key).seen_by:
            self._event(key, user, "seen", "")

    def done(self, key: str, user: User, text: str) -> None:
        """What was done about it. Raises UserError without a text, or when it is closed."""
        self._say(key, user, "done", text)

    def close(self, key: str, user: User, text: str) -> None:
        """It is dealt with; text: how. Raises UserError without one, or when somebody has closed it already."""
        self._say(key, user, "closed", text)

    def _say(self, key: str, user: User, action: str, text: str) -> None:
        require(user, STAFF)
        if not text.strip():
            raise UserError("Say what was done.", "请填写处理情况。")
        if self.get(key).closed_at is not None:
            raise UserError("This alert is closed already.", "该预警已关闭。")
        self._event(key, user, action, text.strip())

    def _event(self, key: str, user: User, action: str, text: str) -> None:
        now = to_text(time.time())
        with writing(self._store) as database:
            if action == "closed" and not database.execute(
                "UPDATE alerts SET closed_at = ? WHERE id = ? AND closed_at IS NULL", (now, key)
            ).rowcount:  # fmt: skip
                raise UserError("This alert is closed already.", "该预警已关闭。")
            values = (key, now, user.name, action, text)
            database.execute("INSERT INTO alert_events (alert_id, at, by, action, text) VALUES (?, ?, ?, ?, ?)", values)
            record(database, user.name, f"alert.{action}", key, {"text": text})


def raise_alert(database: Database, kind: str, subject: str, detail: Mapping[str, object], at: float) -> str | None:
    """Open an alert inside the caller's transaction unless one of this kind and subject stands, or was of the very same moment and
    is closed; its id if it is new. at: UTC epoch seconds of what it is about."""
    sql = "SELECT 1 FROM alerts WHERE kind = ? AND subject = ? AND (closed_at IS NULL OR opened_at = ?)"
    if database.execute(sql, (kind, subject, to_text(at))).fetchone():
        return None
    key = new_id(at)
    row = (key, kind, subject, to_text(at), json.dumps(detail, ensure_ascii=False))
    database.execute("INSERT INTO alerts (id, kind, subject, opened_at, detail) VALUES (?, ?, ?, ?, ?)", row)
    record(database, "callbox", "alert.open", key, {"kind": kind, "subject": subject})
    return key


def settle(database: Database, kind: str, by: str) -> None:
    """Close every open alert of a kind inside the caller's transaction: somebody has just done what it asks for."""
    now = to_text(time.time())
    for (key,) in database.execute("SELECT id FROM alerts WHERE kind = ? AND closed_at IS NULL", (kind,)).fetchall():
        database.execute("UPDATE alerts SET closed_at = ? WHERE id = ?", (now, key))
        values = (key, now, by, "closed", "")
        database.execute("INSERT INTO alert_events (alert_id, at, by, action, text) VALUES (?, ?, ?, ?, ?)", values)
        record(database, by, "alert.closed", key, {"text": ""})


def _alert(connection: sqlite3.Connection, row: sqlite3.Row) -> Alert:
    events = connection.execute("SELECT * FROM review.alert_events WHERE alert_id = ? ORDER BY id", (row["id"],))
    return Alert(
        row["id"], row["kind"], row["subject"], from_text(row["opened_at"]), json.loads(row["detail"]),
        None if row["closed_at"] is None else from_text(row["closed_at"]),
        tuple(AlertEvent(from_text(e["at"]), e["by"], e["action"], e["text"]) for e in events),
    )  # fmt: skip
