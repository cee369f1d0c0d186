"""calls.db for everyone but the recorder: opened read only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hw.messages import UserError
from recorder.pbx.reconciled import DAYS_SQL, ITEMS_SQL, ReconciledDay, ReconciledItem, day_of, item_of
from recorder.settings.sections import Agent
from recorder.signals.levels import CallLevels
from recorder.store.calls import (
    Alarm,
    Call,
    Gap,
    KeyPress,
    Part,
    TappedLine,
    Tombstone,
    alarm_detail,
    call_of,
    gap_of,
    instant,
    key_press_of,
    part_of,
    tombstone_of,
)
from recorder.store.schema import CALLS_DB
from recorder.times import from_text, to_text

BUSY_TIMEOUT_S = 10.0


class CallReader:
    """The calls in a store, read only. Of one thread; open one for each request or worker, it costs little.

    `store` is the store's folder. Raises UserError when there is no calls.db, or it is locked or damaged.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self.path = store / CALLS_DB
        if not self.path.is_file():
            raise UserError(
                f"{self.path}: there are no recordings here yet. Start the recorder, or check [store] path",
                f"{self.path}：这里还没有录音。请先启动录音服务，或检查 [store] path",
            )
        try:
            self.connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("SELECT 1 FROM calls LIMIT 1")
        except sqlite3.Error as error:
            raise broken(self.path, error) from error

    def close(self) -> None:
        """Let the database go."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def call(self, call_id: str) -> Call | None:
        """The call of that id, or None."""
        rows = self.rows("SELECT * FROM calls WHERE id = ?", call_id)
        return call_of(rows[0]) if rows else None

    def parts(self, call_id: str) -> list[Part]:
        """The call's parts in order."""
        return [part_of(row) for row in self.rows("SELECT * FROM parts WHERE call_id = ? ORDER BY seq", call_id)]

    def gaps(self, call_id: str) -> list[Gap]:
        """The call's known losses in order of time."""
        return [gap_of(row) for row in self.rows("SELECT * FROM gaps WHERE call_id = ? ORDER BY at, id", call_id)]

    def levels(self, call_id: str) -> list[CallLevels]:
        """How loud each side of the call was; nothing for a call that was too short, or came before levels were measured."""
        rows = self.rows("SELECT * FROM call_levels WHERE call_id = ? ORDER BY side", call_id)
        return [CallLevels(**{name: row[name] for name in CallLevels.__dataclass_fields__}) for row in rows]

    def key_presses(self, call_id: str) -> list[KeyPress]:
        """The telephone keys pressed in the call, in order."""
        return [key_press_of(row) for row in self.rows("SELECT * FROM digits WHERE call_id = ? ORDER BY at, id", call_id)]

    def tombstone(self, call_id: str) -> Tombstone | None:
        """What says that the call's audio was deleted on purpose, or None."""
        rows = self._tombstones("SELECT * FROM tombstones WHERE call_id = ?", call_id)
        return tombstone_of(rows[0]) if rows else None

    def tombstones_of(self, call_ids: Sequence[str]) -> list[Tombstone]:
        """Those that there are of these calls."""
        sql = "SELECT * FROM tombstones WHERE call_id IN (SELECT value FROM json_each(?))"
        return [tombstone_of(row) for row in self._tombstones(sql, json.dumps(list(call_ids)))]

    def tombstones_since(self, number: int = 0, limit: int = 1000) -> list[Tombstone]:
        """Deletions after the one of `number`, in the order they were made; 0 begins with the first."""
        sql = "SELECT * FROM tombstones WHERE number > ? ORDER BY number LIMIT ?"
        return [tombstone_of(row) for row in self._tombstones(sql, number, limit)]

    def last_tombstone(self) -> int:
        """The number of the latest deletion; 0 before the first."""
        rows = self._tombstones("SELECT coalesce(max(number), 0) AS last FROM tombstones")
        return int(rows[0]["last"]) if rows else 0

    def _tombstones(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """A calls.db that no recorder of this version has opened yet has none."""
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'tombstones'"):
            return []
        return self.rows(sql, *values)

    def calls_closed_since(self, closed_seq: int = 0, limit: int = 1000) -> list[Call]:
        """Calls with audio that were closed or recovered after the one of `closed_seq`, in the order they were done with. Pass
        the last one's closed_seq to go on; 0 begins with the first. Unanswered calls have no audio and are not among them."""
        sql = "SELECT * FROM calls WHERE closed_seq > ? AND state IN ('closed', 'interrupted') ORDER BY closed_seq LIMIT ?"
        return [call_of(row) for row in self.rows(sql, closed_seq, limit)]

    def last_closed_seq(self) -> int:
        """The closed_seq of the call closed last; 0 before the first."""
        return int(self.rows("SELECT coalesce(max(closed_seq), 0) AS last FROM calls")[0]["last"])

    def calls_between(self, start: float, end: float) -> list[Call]:
        """Calls that started from `start` up to but not at `end` (UTC epoch seconds), oldest first."""
        sql = "SELECT * FROM calls WHERE started_at >= ? AND started_at < ? ORDER BY started_at"
        return [call_of(row) for row in self.rows(sql, to_text(start), to_text(end))]

    def reconciled_days(self, limit: int = 31) -> list[ReconciledDay]:
        """The nightly comparisons with the PBX's call records, newest first; days without any call left out."""
        return [day_of(row) for row in self.rows(DAYS_SQL, limit)]

    def reconciled_items(self, day: str) -> list[ReconciledItem]:
        """The calls of that local day that stand in one of the books only, in order of time."""
        return [item_of(row) for row in self.rows(ITEMS_SQL, day)]

    def lines(self) -> list[TappedLine]:
        """Every line that was ever set up, in name order."""
        return [TappedLine(**dict(row)) for row in self.rows("SELECT * FROM lines ORDER BY name")]

    def agents(self) -> list[Agent]:
        """Every agent that was ever set up, in id order."""
        return [Agent(**dict(row)) for row in self.rows("SELECT * FROM agents ORDER BY id")]

    def open_alarms(self) -> list[Alarm]:
        """Alarms raised and not cleared, oldest first."""
        return [_alarm(row) for row in self.rows("SELECT * FROM alarms WHERE cleared_at IS NULL ORDER BY id")]

    def alarms(self, limit: int = 100) -> list[Alarm]:
        """The latest alarms, newest first."""
        return [_alarm(row) for row in self.rows("SELECT * FROM alarms ORDER BY id DESC LIMIT ?", limit)]

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of a query, for what has no method of its own. Raises UserError when the database cannot answer."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise broken(self.path, error) from error


def broken(path: Path, error: sqlite3.Error) -> UserError:
    """The UserError that says what is wrong with a database and what to do."""
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return UserError(
            f"{path}: is locked by another program; try again, and look who holds it with: fuser -v {path}",
            f"{path}：被其他程序锁定；请稍后再试，并用 fuser -v {path} 查看占用者",
        )
    if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
        return UserError(
            f"{path}: the disk is full. Free some space; nothing is lost meanwhile",
            f"{path}：磁盘已满。请释放空间；在此期间不会丢失数据",
        )
    if isinstance(error, sqlite3.OperationalError) and "unable to open" in str(error):
        return UserError(
            f"{path}: cannot be opened. Is this user in the group of the store's folder?",
            f"{path}：无法打开。当前用户是否属于数据目录的用户组？",
        )
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith("no such"):
        return UserError(
            f"{path}: was made by an older version ({error}). Restart the recorder: it brings the file up to date",
            f"{path}：由旧版本生成（{error}）。请重启录音服务：它会更新该文件",
        )
    return UserError(
        f"{path}: is damaged or no database of callbox ({error}). Restart the recorder: it sets the file aside and makes a new one",
        f"{path}：已损坏或不是 callbox 的数据库（{error}）。请重启录音服务：它会把该文件改名保留并新建一个",
    )


def _alarm(row: sqlite3.Row) -> Alarm:
    return Alarm(row["kind"], row["subject"], from_text(row["raised_at"]), instant(row["cleared_at"]), alarm_detail(row), row["id"])
