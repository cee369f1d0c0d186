"""The box's settings as people change them on the pages: asked for, carried out or refused, taken back; every step in the log."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hw.messages import Message, UserError
from quality.boxsettings.carrying import Carrier, by_hand, carrier_for
from quality.boxsettings.dropin import Place, RefusedError, Wanted, examine, held
from quality.boxsettings.options import WEB, Option, options
from quality.boxsettings.request import Answer, Request
from quality.changes import record
from quality.differences import as_detail
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.live import run_folder
from recorder.settings.loader import load
from recorder.settings.sections import Settings
from recorder.settings.takenup import digests, read
from recorder.times import from_text, to_text

PATIENCE_S, LOOK_S = 3.0, 0.1
"""Seconds a change is waited for before the page says that it is on its way; between two looks."""
LOST_S = 600.0
"""A request that lies nowhere and was not answered for so long has gone with a restart of the box."""

ASKED, DONE, REFUSED, LOST = "asked", "done", "refused", "lost"
CHANGED, ASKED_FOR, NOT_DONE = "settings.change", "settings.ask", "settings.refuse"
"""Actions in the log of changes."""

_LOST = Message(
    "Nobody answered, and the request is gone: the box was restarted meanwhile. Change it again.",
    "无人应答，请求已随设备重启丢失。请重新更改。",
)


@dataclass(frozen=True)
class Asked:
    """A change somebody asked for. at: UTC epoch seconds. reason: why not, when refused or lost."""

    id: str
    at: float
    by: str
    wanted: dict[str, Any]
    differences: list[list[object]]
    state: str
    reason: Message


class BoxSettings:
    """place: None where this process knows of no settings file. running: what the asking service itself runs with."""

    def __init__(  # noqa: PLR0917
        self, store: Path, running: Settings, place: Place | None, carrier: Carrier | None = None,
        sleep: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._store, self._running, self._place = store, running, place
        self._carrier = carrier or carrier_for(place)
        self._sleep, self._now = sleep, now

    @property
    def able(self) -> bool:
        """Whether anything can be changed from here."""
        return self._carrier.able

    def current(self) -> Settings:
        """What the files say now; what the service runs with where it knows of none, or they are wrong."""
        try:
            return load(self._place.paths) if self._place else self._running
        except UserError:
            return self._running

    def base(self) -> str:
        """What a change is built on: to be given back with it."""
        return self._place.digest() if self._place else ""

    def held(self) -> dict[str, Any]:
        """What people set on the pages; nothing when the drop-in cannot be read, which `ask` says."""
        try:
            return held(self._place) if self._place else {}
        except UserError:
            return {}

    def waiting_for(self, names: Iterable[str], settings: Settings) -> dict[str, tuple[str, ...]]:
        """Which services do not run yet with what the files say of each of these settings. A service that never told is left out:
        it reads them when it starts."""
        told = {service: read(run_folder(settings), service) for service in ("recorder", "analyzer")}
        mine, wanted = digests(self._running), digests(settings)
        found = {}
        for name in names:
            option = options()[name]
            services = [
                service
                for service in option.readers
                if (mine[option.table] != wanted[option.table] if service == WEB else _behind(told[service], settings, option))
            ]
            found[name] = tuple(services)
        return {name: services for name, services in found.items() if services}

    def would_be(self, wanted: Wanted) -> Settings | None:
        """The settings as they would be with this; None where nothing can be changed. Raises as `ask` does."""
        return examine(self._place, wanted).settings if self._place and self._carrier.able else None

    def ask(self, wanted: Wanted, by: str, base: str | None = None) -> Asked:
        """Have settings changed, waiting a little for it. Raises RefusedError with what is wrong, by setting, and UserError when
        nobody can be asked; state "asked" means that nobody has answered yet."""
        if self._place is None or not self._carrier.able:
            raise by_hand(wanted)
        self.settle()
        change = examine(self._place, wanted, base)
        if not change.differences and change.before == dict(change.wanted):
            raise UserError("Nothing has been changed.", "没有任何改动。")
        request = Request(new_id(self._now()), by, change.wanted, self._place.digest())
        with writing(self._store) as database:
            row = {
                "id": request.id, "made_at": to_text(self._now()), "by": by, "wanted": _json(request.wanted),
                "before": _json(change.before), "differences": _json(as_detail(change.differences)), "state": ASKED,
            }  # fmt: skip
            database.table("settings_requests").insert(row)
            record(database, by, ASKED_FOR, "settings", {"request": request.id, "differences": as_detail(change.differences)})
        self._carrier.carry(request)
        return self._answered(request.id)

    def _answered(self, name: str) -> Asked:
        for turn in range(round(PATIENCE_S / LOOK_S)):
            if turn:
                self._sleep(LOOK_S)
            problems = self.settle().get(name)
            found = next(one for one in self.latest() if one.id == name)
            if found.state == REFUSED:  # another worker may have been told why, setting by setting
                raise RefusedError(problems or {"": found.reason})
            if found.state != ASKED:
                return found
        return found

    def settle(self) -> dict[str, Mapping[str, Message]]:
        """Take note of what has been answered, in the log; the problems of each. Called before anything is shown or asked."""
        found = {}
        for answer in list(self._carrier.answers()):
            with writing(self._store) as database:
                self._note(database, answer)
            self._carrier.forget(answer.id)
            found[answer.id] = answer.problems
        for one in self.latest():
            if one.state == ASKED and self._now() - one.at > LOST_S and not self._carrier.waits(one.id):
                with writing(self._store) as database:
                    self._note(database, Answer(one.id, {"": _LOST}, one.by), LOST)
        return found

    def _note(self, database: Database, answer: Answer, otherwise: str = REFUSED) -> None:
        """One answer, once: another worker may have been first."""
        state, reason = (DONE, Message("", "")) if answer.done else (otherwise, answer.reason)
        values = (state, reason.en, reason.zh, to_text(self._now()), answer.id, ASKED)
        sql = "UPDATE settings_requests SET state = ?, en = ?, zh = ?, ended_at = ? WHERE id = ? AND state = ?"
        if not database.conn.execute(sql, values).rowcount and _row(database, answer.id) is not None:
            return
        row = _row(database, answer.id)
        facts: dict[str, object] = {"request": answer.id}
        if answer.done:
            facts |= {"differences": as_detail(answer.differences), "wanted": answer.wanted, "before": answer.before}
        else:
            facts |= {"why": [reason.en, reason.zh], "wanted": json.loads(row["wanted"]) if row else None}
        # What nobody here asked for was put there by somebody else, in this service's name.
        by = row["by"] if row else f"? ({answer.by})"
        record(database, by, CHANGED if answer.done else NOT_DONE, "settings", facts)

    def latest(self, count: int = 10) -> list[Asked]:
        """What was asked for last, newest first."""
        sql = "SELECT * FROM review.settings_requests ORDER BY made_at DESC, id DESC LIMIT ?"
        with reading(self._store) as connection:
            return [_asked(row) for row in connection.execute(sql, (count,))]

    def take_back(self, facts: Mapping[str, Any], by: str) -> None:
        """Undo a change, as the log tells of it (settings.change). Raises UserError."""
        wanted, before = dict(facts["wanted"]), dict(facts["before"])
        now = self.held()
        if any(now.get(name) != value for name, value in wanted.items()):
            raise UserError(
                "It has been changed again since: take the later change back first, or change it by hand.",
                "此后又有更改：请先撤销较新的更改，或手动修改。",
            )
        self.ask(before, by)


def _behind(told: Any, settings: Settings, option: Option) -> bool:
    return told is not None and told.lacks(settings, [option.table])


def _row(database: Database, name: str) -> dict[str, Any] | None:
    rows: Sequence[dict[str, Any]] = list(database.query("SELECT * FROM settings_requests WHERE id = ?", (name,)))
    return rows[0] if rows else None


def _asked(row: sqlite3.Row) -> Asked:
    reason = Message(row["en"], row["zh"])
    wanted, differences = json.loads(row["wanted"]), json.loads(row["differences"])
    return Asked(row["id"], from_text(row["made_at"]), row["by"], wanted, differences, row["state"], reason)


def _json(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False)


