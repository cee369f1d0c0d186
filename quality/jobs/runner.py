"""The process of one job: waits until no other works, does it at the lowest priority, says how far it is and what came of it."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from hw.messages import Message, UserError
from quality.jobs.kinds import work_of
from quality.jobs.store import BEAT_S, Job, Jobs
from quality.store import writing
from recorder.times import to_text

log = logging.getLogger(__name__)
LOCK = "jobs.lock"
BROKEN = Message("Something broke: it has been written to the log of the web service.", "发生故障：详情见网页服务日志。")


class StoppedError(Exception):
    """Somebody asked for the end."""


class Progress:
    """Told by the work how far it is; now and then it writes that down, and sees whether to stop."""

    def __init__(self, store: Path, job_id: str) -> None:
        self._store, self._id, self._at = store, job_id, 0.0

    def __call__(self, done: int, total: int) -> None:
        """So many of so many. Raises StoppedError."""
        if time.monotonic() - self._at < BEAT_S:
            return
        self._at = time.monotonic()
        sql = "UPDATE jobs SET state = 'running', done = ?, total = ?, beat_at = ? WHERE id = ? AND ended_at IS NULL"
        self._write(sql, done, total, to_text(time.time()))

    def wait(self) -> None:
        """Still waiting for another. Raises StoppedError."""
        self._write("UPDATE jobs SET beat_at = ? WHERE id = ? AND ended_at IS NULL", to_text(time.time()))

    def _write(self, sql: str, *values: object) -> None:
        with writing(self._store) as database:
            if not database.execute(sql, (*values, self._id)).rowcount:
                raise StoppedError


def run(store: Path, job_id: str) -> None:
    """Do a job from beginning to end. What goes wrong stands in its row."""
    job = Jobs(store).get(job_id)
    if job is None or job.is_over:
        return
    with suppress(OSError):
        os.nice(19)  # the service's sandbox may forbid it; its CPU weight is low already
    progress = Progress(store, job_id)
    with suppress(StoppedError), (store / LOCK).open("a") as lock:
        with suppress(PermissionError):
            (store / LOCK).chmod(0o660)
        _wait(lock.fileno(), progress)
        _work(store, job, progress)


def _wait(lock: int, progress: Progress) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.wait()
            time.sleep(BEAT_S)
        else:
            return


def _work(store: Path, job: Job, progress: Progress) -> None:
    progress(0, 0)
    try:
        result = work_of(job.kind)(store, job.arguments, progress)
    except UserError as error:
        _end(store, job.id, "failed", problem=error.message)
    except StoppedError:
        raise
    except Exception:
        log.exception("job %s (%s) failed", job.id, job.kind)
        _end(store, job.id, "failed", problem=BROKEN)
    else:
        _end(store, job.id, "done", result=result)


def _end(store: Path, job_id: str, state: str, result: object = None, problem: Message | None = None) -> None:
    told = None if result is None else json.dumps(result, ensure_ascii=False)
    values = (state, to_text(time.time()), told, problem and problem.en, problem and problem.zh, job_id)
    sql = """UPDATE jobs SET state = ?, ended_at = ?, result = ?, problem_en = ?, problem_zh = ?, done = max(done, total)
        WHERE id = ? AND ended_at IS NULL"""
    with writing(store) as database:
        database.execute(sql, values)
