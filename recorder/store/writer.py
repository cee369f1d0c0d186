"""calls.db for the recorder: the only writer. Everyone else opens a `CallReader`."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlite_utils

from hw.interfaces import LineEvent
from hw.messages import Message, UserError
from recorder.audio.partfile import sync_folder
from recorder.evidence.chain import Chain
from recorder.migrations import migrate
from recorder.settings.sections import Settings
from recorder.signals.levels import CallLevels
from recorder.store.calls import Call, Gap, KeyPress, Part, Pause
from recorder.store.file import gone, open_database, sound
from recorder.store.reader import CallReader, broken
from recorder.store.schema import CALLS_DB, MIGRATIONS
from recorder.times import from_text, to_text

__all__ = ["CallReader", "CallStore", "open_store"]

FOLDER_MODE = 0o2770  # setgid: what any service of the box makes in it belongs to the box's group

IDLE_GAPS = "UPDATE gaps SET call_id = NULL, part_id = NULL, start_frame = NULL"


class CallStore(CallReader):
    """The recorder's hold on calls.db: WAL, every commit on the disk before it returns. Of one thread. Every settled fact enters
    the chain of evidence in the transaction that settles it.

    `store` is the store's folder; it and the database are made when missing and brought up to date. Raises UserError when the
    database is locked or damaged; see `open_store`.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self.path = store / CALLS_DB
        try:
            make_folder(store)
            self.connection = open_database(self.path)
            there = self.path.stat()
            self._identity = (there.st_dev, there.st_ino)
            migrate(self.connection, MIGRATIONS)
            self.chain = Chain(self.connection, time.time)
            self._begin_chain()
        except sqlite3.Error as error:
            raise broken(self.path, error) from error
        except OSError as error:
            raise UserError(
                f"{store}: the store cannot be made or written ({error.strerror}). Check [store] path and its owner",
                f"{store}：无法创建或写入数据目录（{error.strerror}）。请检查 [store] path 及其所有者",
            ) from error
        self.db = sqlite_utils.Database(self.connection)

    def expect_in_place(self) -> None:
        """Raises UserError when calls.db was taken away or replaced while open: what is written now would be lost with it."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != self._identity:
            raise UserError(
                f"{self.path}: was taken away while open. The recorder starts anew and makes its rows again from the files",
                f"{self.path}:在录音服务使用期间被移走。录音服务将重新启动,并根据录音文件重建记录",
            )

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite_utils.Database]:
        """One transaction. Raises UserError when the database cannot take it; then nothing of it is kept."""
        try:
            # IMMEDIATE: a transaction that reads before it writes must not find that a replay's recorder wrote in between.
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.db
            self.chain.seal()
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise broken(self.path, error) from error
            raise

    def sync(self, settings: Settings) -> None:
        """Bring lines, agents and assignments to what the settings say. Lines and agents that are no longer set up stay, since
        their calls do. A replay's settings know nothing of who sits where."""
        is_replay = any(line.source for line in settings.line)
        lines = [
            {"name": line.name, "layout": layout_of(line.channels), "extension": line.extension, "language": line.language}
            for line in settings.line
        ]
        seats = [
            {"agent_id": row.agent, "line": row.line, "extension": row.extension, "since": row.since, "until": row.until}
            for row in settings.assignment
        ]
        with self.writing() as db:
            db.table("lines").upsert_all(lines, pk="name")
            db.table("agents").upsert_all([dataclasses.asdict(agent) for agent in settings.agent], pk="id")
            if not is_replay:
                db.table("assignments").delete_where()
                db.table("assignments").insert_all(seats)

    def start_call(self, call: Call, part: Part | None) -> None:
        """A call has begun, with its first part unless it has none (an unanswered one)."""
        with self.writing() as db:
            row = _row(call)
            if call.state == "unanswered":
                row["closed_seq"] = self._next_seq()
            db.table("calls").insert(row)
            if part is not None:
                db.table("parts").insert(_row(part))

    def add_part(self, part: Part) -> None:
        """The call goes on in a next part."""
        with self.writing() as db:
            db.table("parts").insert(_row(part))

    def end_call(self, call_id: str, ended_at: float, duration_s: float, hung_up_by: str | None) -> None:
        """The call is over; it is not closed until its last part is."""
        with self.writing() as db:
            values = {"ended_at": to_text(ended_at), "duration_s": duration_s, "hung_up_by": hung_up_by}
            db.table("calls").update(call_id, values)

    def add_levels(self, call_id: str, levels: Sequence[CallLevels]) -> None:
        """How loud the sides of an ended call were."""
        with self.writing() as db:
            for side in levels:
                values = [call_id, *dataclasses.astuple(side)]
                db.execute("INSERT OR REPLACE INTO call_levels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def close_part(self, part: Part) -> None:
        """The part's FLAC is on the disk: keep its length and SHA-256."""
        with self.writing() as db:
            db.table("parts").upsert(_row(part), pk="id")

    def close_call(self, call_id: str, state: str = "closed") -> None:
        """All parts are closed: the call can be understood. state: "closed" or "interrupted"."""
        with self.writing() as db:
            db.table("calls").update(call_id, {"state": state, "closed_seq": self._next_seq()})

    def add_key_presses(self, presses: Sequence[KeyPress], number: str) -> None:
        """Keys pressed in a call, which is there. number: what they dialled, empty for nothing; the PBX's word for it stands."""
        with self.writing() as db:
            db.table("digits").insert_all([_row(press) for press in presses])
            if number and presses:
                sql = "UPDATE calls SET called_number = ?, number_source = 'dialled' WHERE id = ? AND number_source <> 'record'"
                db.execute(sql, [number, presses[0].call_id])

    def fill_call(self, call_id: str, values: dict[str, object]) -> None:
        """Set columns of a call that became known later (numbers, ring time, direction, agent)."""
        if values:
            with self.writing() as db:
                db.table("calls").update(call_id, values)

    def drop_part(self, part_id: str) -> None:
        """Forget a part that holds no audio."""
        with self.writing() as db:
            db.table("gaps").delete_where("part_id = ?", [part_id])
            db.table("parts").delete(part_id)

    def drop_call(self, call_id: str) -> None:
        """Forget a call that turned out to be noise."""
        with self.writing() as db:
            db.execute("UPDATE call_records SET call_id = NULL WHERE call_id = ?", [call_id])
            db.execute(f"{IDLE_GAPS} WHERE call_id = ? AND reason IN ('overrun', 'device_lost')", [call_id])
            for table in ("gaps", "parts"):
                db.table(table).delete_where("call_id = ?", [call_id])
            db.table("calls").delete(call_id)

    def add_gap(self, gap: Gap) -> None:
        """Audio is known to be lost."""
        with self.writing() as db:
            db.table("gaps").insert(_row(gap))

    def begin_pause(self, pause: Pause) -> None:
        """Somebody has paused the recording of a call."""
        with self.writing() as db:
            db.table("pauses").insert(_row(pause))

    def end_pause(self, pause_id: str, frames: int, ended: str, ended_by: str) -> None:
        """The pause is over. ended: see the table. A call that was dropped meanwhile took its pauses with it."""
        with self.writing() as db:
            sql = "UPDATE pauses SET frames = ?, ended = ?, ended_by = ? WHERE id = ?"
            db.execute(sql, [frames, ended, ended_by, pause_id])

    def claim_gap(self, idle: Gap, claimed: Gap) -> None:
        """What the idle line was thought to have lost turns out to lie in a call, all of it or its end: `claimed`."""
        with self.writing() as db:
            where = "line = ? AND at = ? AND frames = ? AND call_id IS NULL"
            rows = list(db.table("gaps").rows_where(where, [idle.line, to_text(idle.at), idle.frames], limit=1))
            if rows and claimed.frames < idle.frames:
                db.table("gaps").update(rows[0]["id"], {"frames": idle.frames - claimed.frames})
            elif rows:
                db.table("gaps").delete(rows[0]["id"])
            db.table("gaps").insert(_row(claimed))

    def trim_gaps(self, part_id: str, frames: int) -> None:
        """The part was cut to `frames`: what it lost after them the idle line lost."""
        with self.writing() as db:
            db.execute(f"{IDLE_GAPS} WHERE part_id = ? AND start_frame >= ?", [part_id, frames])
            for behind in self._split_gaps(part_id, frames):
                db.table("gaps").insert(_row(dataclasses.replace(behind, call_id=None, part_id=None, start_frame=None)))

    def move_gaps(self, part_id: str, frames: int, into: str) -> None:
        """The part is cut at `frames` and goes on in part `into`: so does what it lost behind the cut."""
        with self.writing() as db:
            for behind in self._split_gaps(part_id, frames):
                db.table("gaps").insert(_row(dataclasses.replace(behind, part_id=into, start_frame=0)))
            moved = "UPDATE gaps SET part_id = ?, start_frame = start_frame - ? WHERE part_id = ? AND start_frame >= ?"
            db.execute(moved, [into, frames, part_id, frames])

    def _split_gaps(self, part_id: str, frames: int) -> Iterator[Gap]:
        """Cut the part's gaps that reach over its frame `frames` there; gives what lies behind the cut."""
        sql = """SELECT gaps.*, rate FROM gaps JOIN parts ON parts.id = part_id
                 WHERE part_id = ? AND start_frame < ? AND start_frame + gaps.frames > ?"""
        for row in self.connection.execute(sql, (part_id, frames, frames)).fetchall():
            kept = frames - row["start_frame"]
            self.connection.execute("UPDATE gaps SET frames = ? WHERE id = ?", (kept, row["id"]))
            at = from_text(row["at"]) + kept / row["rate"]
            yield Gap(row["line"], at, row["frames"] - kept, row["reason"], row["call_id"], part_id, frames)

    def add_event(self, line: str, event: LineEvent) -> None:
        """Keep a line event as it came."""
        with self.writing() as db:
            db.table("line_events").insert(
                {"line": line, "at": to_text(event.at), "kind": event.kind, "counter": event.counter}
            )

    def raise_alarm(self, kind: str, subject: str, at: float, detail: Message) -> None:
        """Raise an alarm unless it already stands. detail: what was seen."""
        with self.writing() as db:
            standing = "kind = ? AND subject = ? AND cleared_at IS NULL"
            if not db.table("alarms").count_where(standing, [kind, subject]):
                words = {"detail": detail.en, "detail_zh": detail.zh}
                db.table("alarms").insert({"kind": kind, "subject": subject, "raised_at": to_text(at), **words})

    def clear_alarm(self, kind: str, subject: str, at: float) -> None:
        """Clear an alarm; one that does not stand is left alone."""
        with self.writing() as db:
            sql = "UPDATE alarms SET cleared_at = ? WHERE kind = ? AND subject = ? AND cleared_at IS NULL"
            db.execute(sql, [to_text(at), kind, subject])

    def _begin_chain(self) -> None:
        if self.connection.execute("SELECT 1 FROM evidence LIMIT 1").fetchone() is None:
            self.connection.execute("BEGIN IMMEDIATE")
            self.chain.begin()
            self.connection.execute("COMMIT")

    def _next_seq(self) -> int:
        return int(self.connection.execute("SELECT coalesce(max(closed_seq), 0) + 1 FROM calls").fetchone()[0])


def open_store(store: Path, now: float) -> tuple[CallStore, Path | None]:
    """The store, and where a damaged calls.db was set aside, if it was: the recorder must record whatever happened to the database.
    Its own path when it had gone, though there are recordings.

    The damaged files are renamed, not deleted. Raises UserError when the store cannot be opened for another reason.
    """
    path = store / CALLS_DB
    aside = path if gone(path) else None
    if path.is_file() and not sound(path):
        stamp = to_text(now).replace(":", "").replace("-", "")[:15]
        aside = path.with_name(f"{CALLS_DB}.damaged-{stamp}")
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(CALLS_DB + end).rename(aside.with_name(aside.name + end))
    return CallStore(store), aside


def make_folder(folder: Path) -> None:
    """A folder, and those above it, that the box's group shares; on the disk when this returns, so that a power cut cannot take a
    whole day's folder with it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        with contextlib.suppress(PermissionError):
            folder.chmod(FOLDER_MODE)
        sync_folder(folder.parent)


def layout_of(channels: tuple[int, ...]) -> str:
    """The layout of a line that uses those device channels: "mono" or "pair"."""
    return "mono" if len(channels) == 1 else "pair"


def _row(value: Call | Part | Gap | Pause | KeyPress) -> dict[str, Any]:
    row = dataclasses.asdict(value)
    for key in ("started_at", "answered_at", "ended_at", "at", "deleted_at"):
        if row.get(key) is not None:
            row[key] = to_text(row[key])
    return row
