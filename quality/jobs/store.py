"""Long work that people start on the pages: what it is, how far it has come, what came of it.

A job is a row of review.db and a process of its own, started by whoever asks: the pages stay quick, and it goes on when a worker of
theirs is renewed. A process that has gone without a word is told by its last beat.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw.messages import Message, UserError
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

LOST_S = 60.0
"""A process that has not beaten for so long is gone: it beats every BEAT_S while it works, and while it waits."""
BEAT_S = 2.0
LOST = Message(
    "It ended without a word: the box was restarted or ran out of memory. Start it again.",
    "任务意外中断：设备曾重启或内存不足。请重新开始。",
)

Spawn = Callable[[Path, str], None]


@dataclass(frozen=True)
class Job:
    """state: waiting (another one works), running, done, failed or stopped. done of total: how far; total 0: not known yet. result:
    what came of it, by kind; problem: why it failed. Instants are UTC epoch seconds."""

    id: str
    kind: str
    subject: str
    arguments: dict[str, Any]
    by: str
    state: str
    done: int
    total: int
    made_at: float
    beat_at: float
    ended_at: float | None
    result: dict[str, Any] | None
    problem: Message | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "failed", "stopped")

    @property
    def share(self) -> float:
        """How far, 0–1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


def spawn(store: Path, job_id: str) -> None:
    """The process that does it: of a session of its own, so that whoever started it may end before."""
    command = [sys.executable, "-m", "quality.jobs", str(store), job_id]
    with Path("/dev/null").open("r+b") as nothing:
        subprocess.Popen(  # noqa: S603  our own program and two names of ours
            command, stdin=nothing, stdout=nothing, start_new_session=True
        )


class Jobs:
    """The jobs of one box. spawn: how a process is started, for tests."""

    def __init__(self, store: Path, spawn: Spawn = spawn) -> None:
        self._store, self._spawn = store, spawn

    def start(self, kind: str, subject: str, arguments: Mapping[str, Any], by: str) -> Job:
        """Begin a piece of work. Raises UserError while the same is under way already."""
        under_way = self.latest(kind, subject)
        if under_way is not None and not under_way.is_over:
            raise UserError("This is being done already: wait for it, or stop it first.", "该任务正在进行：请等待，或先停止它。")
        now = to_text(time.time())
        job_id = new_id(time.time())
        row = {
            "id": job_id, "kind": kind, "subject": subject, "arguments": json.dumps(arguments, ensure_ascii=False), "by": by,
            "state": "waiting", "made_at": now, "beat_at": now,
        }  # fmt: skip
        with writing(self._store) as database:
            database.table("jobs").insert(row)
            record(database, by, "job.start", kind, {"job": job_id, "of": subject})
        self._spawn(self._store, job_id)
        found = self.get(job_id)
        assert found is not None
        return found

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return self._one("id = ?", job_id)

    def latest(self, kind: str, subject: str) -> Job | None:
        """The last one of that kind about that."""
        return self._one("kind = ? AND subject = ? ORDER BY made_at DESC LIMIT 1", kind, subject)

    def recent(self, kind: str, limit: int = 20) -> list[Job]:
        """The last ones of that kind, newest first."""
        sql = "SELECT * FROM review.jobs WHERE kind = ? ORDER BY made_at DESC LIMIT ?"
        with reading(self._store) as connection:
            return [_job(row) for row in connection.execute(sql, (kind, limit))]

    def stop(self, job_id: str, by: str) -> None:
        """Ask it to end; it does so with its next step. Nothing happens to one that is over."""
        with writing(self._store) as database:
            sql = "UPDATE jobs SET state = 'stopped', ended_at = ? WHERE id = ? AND ended_at IS NULL"
            if database.execute(sql, (to_text(time.time()), job_id)).rowcount:
                record(database, by, "job.stop", job_id)

    def _one(self, where: str, *values: str) -> Job | None:
        with reading(self._store) as connection:
            row = connection.execute(f"SELECT * FROM review.jobs WHERE {where}", values).fetchone()  # noqa: S608
        return _job(row) if row else None


def _job(row: sqlite3.Row) -> Job:
    state, beat = row["state"], from_text(row["beat_at"])
    problem = Message(row["problem_en"], row["problem_zh"]) if row["problem_en"] else None
    if row["ended_at"] is None and time.time() - beat > LOST_S:
        state, problem = "failed", LOST
    return Job(
        row["id"], row["kind"], row["subject"], json.loads(row["arguments"]), row["by"], state, row["done"], row["total"],
        from_text(row["made_at"]), beat, from_text(row["ended_at"]) if row["ended_at"] else None,
        json.loads(row["result"]) if row["result"] else None, problem,
    )  # fmt: skip
