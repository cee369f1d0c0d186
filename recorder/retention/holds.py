"""Which calls must not be deleted, as the rooms above say. This is the contract between them and the recorder:

- review.db has a view `retention_holds (call_id TEXT, kind TEXT, reason TEXT)`: one row for every reason to keep a call, as long
  as it holds. kind: "evidence", "case", "appeal", "review", ...; a call may stand there more than once.
- analysis.db has a view `retention_settled (call_id TEXT)`: calls that analysis needs no more (done, or given up).

The recorder reads both, read only, and never the tables behind them. A review.db that cannot be read may hold anything: then
nothing is deleted. One that never was there holds nothing.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from hw.messages import UserError

REVIEW_DB, ANALYSIS_DB = "review.db", "analysis.db"
BUSY_S = 5.0


def held(store: Path, call_id: str = "") -> dict[str, str]:
    """Call id → why it is held ("case", "appeal, evidence"); of one call if given. Raises UserError when review.db is there and
    cannot be read, or has no such view."""
    path = store / REVIEW_DB
    if not path.exists():
        return {}
    where, values = ("WHERE call_id = ?", (call_id,)) if call_id else ("", ())
    sql = f"SELECT call_id, group_concat(DISTINCT kind) FROM retention_holds {where} GROUP BY call_id"  # noqa: S608
    try:
        with contextlib.closing(_open(path)) as connection:
            return dict(connection.execute(sql, values).fetchall())
    except sqlite3.Error as error:
        raise UserError(
            f"{path}: the holds cannot be read ({error}), so nothing is deleted. Start or restart the web pages, which bring the "
            "file up to date; callbox doctor says what else may be wrong",
            f"{path}：无法读取保留标记（{error}），因此不删除任何录音。请启动或重启网页服务以更新该文件；其他原因见 callbox doctor",
        ) from error


def settled(store: Path, call_ids: Iterable[str]) -> set[str]:
    """Those of the calls that analysis needs no more; none when analysis.db is not there or cannot be read."""
    path = store / ANALYSIS_DB
    if not path.exists():
        return set()
    sql = "SELECT call_id FROM retention_settled WHERE call_id IN (SELECT value FROM json_each(?))"
    try:
        with contextlib.closing(_open(path)) as connection:
            return {row[0] for row in connection.execute(sql, (json.dumps(list(call_ids)),))}
    except sqlite3.Error:
        return set()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
