"""Reports that were made and kept: files below <store>/reports, each with who made it when, of what, and its hash."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import UserError
from quality.changes import record
from quality.files import write_atomically
from quality.reports.files import WRITERS
from quality.reports.model import Report
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

log = logging.getLogger(__name__)

FOLDER = "reports"
LEAST_DAYS = 200
"""Reports of periods that ended less long ago stay: the timer would make them again (quality.reports.due.LOOK_BACK)."""
FOLDER_MODE = 0o2770  # timer and web service, of one group, write there; see systemd/callbox.tmpfiles.conf


@dataclass(frozen=True)
class Kept:
    """A file of the archive. period: "2026-11". file: relative to the store. made_at: UTC epoch seconds. calls: it was made of."""

    id: str
    kind: str
    period: str
    first_day: date
    last_day: date
    format: str
    language: str
    file: str
    bytes: int
    sha256: str
    calls: int
    made_at: float
    made_by: str


class Archive:
    """The archive of one box. A report made again is kept beside the earlier one."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def keep(self, report: Report, format_: str, language: str, by: str) -> Kept:
        """Write the report in one of WRITERS and note it. Raises UserError when it cannot be written."""
        data = WRITERS[format_](report, language)
        now = time.time()
        key = new_id(now)
        stamp = datetime.fromtimestamp(now, ZoneInfo(report.timezone))
        name = f"{report.kind}-{report.period.name}-{stamp:%Y%m%dT%H%M%S}-{key[-6:]}.{language}.{format_}"
        folder = self._folder()
        write_atomically(folder / name, data)
        row = {
            "id": key, "kind": report.kind, "period": report.period.name, "first_day": report.period.first.isoformat(),
            "last_day": report.period.last.isoformat(), "format": format_, "language": language, "file": f"{FOLDER}/{name}",
            "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "calls": report.calls, "made_at": to_text(now),
            "made_by": by,
        }  # fmt: skip
        with writing(self._store) as database:
            database.table("reports").insert(row)
            record(database, by, "report.made", key, {"kind": report.kind, "period": report.period.name, "format": format_})
        return self.get(key)

    def list(self, kind: str | None = None, limit: int = 200) -> list[Kept]:
        """The newest first; of one kind if given."""
        where = "WHERE kind = ?" if kind else ""
        sql = f"SELECT * FROM review.reports {where} ORDER BY made_at DESC, id DESC LIMIT ?"  # noqa: S608
        with reading(self._store) as connection:
            return [_kept(dict(row)) for row in connection.execute(sql, (*([kind] if kind else []), limit))]

    def has(self, kind: str, period: str) -> bool:
        """Whether a report of that kind and period was ever kept."""
        with reading(self._store) as connection:
            sql = "SELECT 1 FROM review.reports WHERE kind = ? AND period = ?"
            return connection.execute(sql, (kind, period)).fetchone() is not None

    def prune(self, days: int, today: date, by: str) -> int:
        """Delete the files made more than `days` ago (0: none) of periods over for LEAST_DAYS; how many. Raises UserError."""
        if days <= 0:
            return 0
        with reading(self._store) as connection:
            sql = "SELECT * FROM review.reports WHERE substr(made_at, 1, 10) < ? AND last_day < ? ORDER BY made_at"
            bounds = [(today - timedelta(days=back)).isoformat() for back in (days, LEAST_DAYS)]
            old = [_kept(dict(row)) for row in connection.execute(sql, bounds)]
        gone = [kept for kept in old if self._unlink(kept)]
        if gone:
            with writing(self._store) as database:
                for kept in gone:
                    database.execute("DELETE FROM reports WHERE id = ?", (kept.id,))
                record(database, by, "report.remove", FOLDER, {"files": len(gone), "bytes": sum(kept.bytes for kept in gone)})
        return len(gone)

    def _unlink(self, kept: Kept) -> bool:
        try:
            (self._store / kept.file).unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s stays, it cannot be deleted: %s", kept.file, error)
            return False
        return True

    def get(self, key: str) -> Kept:
        """Raises UserError when there is none."""
        with reading(self._store) as connection:
            row = connection.execute("SELECT * FROM review.reports WHERE id = ?", (key,)).fetchone()
        if row is None:
            raise UserError("There is no such report.", "没有此报告。")
        return _kept(dict(row))

    def read(self, kept: Kept) -> bytes:
        """The file. Raises UserError when it is gone or no longer what was written."""
        try:
            data = (self._store / kept.file).read_bytes()
        except OSError as error:
            raise UserError(
                f"{kept.file} is not there: {error.strerror}. Make it again.", f"{kept.file} 不存在，请重新生成。"
            ) from error
        if hashlib.sha256(data).hexdigest() != kept.sha256:
            raise UserError(
                f"{kept.file} is not what was written on making it. Make the report again.",
                f"{kept.file} 与生成时不一致，请重新生成报告。",
            )
        return data

    def _folder(self) -> Path:
        folder = self._store / FOLDER
        try:
            folder.mkdir(exist_ok=True)
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(FOLDER_MODE)
        except OSError as error:
            raise UserError(
                f"{folder} cannot be made: {error.strerror}. Check that you may write there.",
                f"无法创建 {folder}：{error.strerror}。请检查写权限。",
            ) from error
        return folder


def _kept(row: dict[str, str | int]) -> Kept:
    days = {name: date.fromisoformat(str(row[name])) for name in ("first_day", "last_day")}
    return Kept(**{**row, **days, "made_at": from_text(str(row["made_at"]))})  # type: ignore[arg-type]
