"""What reports cost: time and peak memory over a made centre, each report in a process of its own, as `callbox export` runs it."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.centre.cast import Spec
from quality.centre.make import make_centre
from quality.periods import period_of
from quality.store import reading
from recorder.store.schema import CALLS_DB
from recorder.times import from_text, to_text

WEEK_S = 7 * 86_400
Progress = Callable[[float, float, str], None]


@dataclass(frozen=True)
class Job:
    """A report to be timed. squeezed: of the centre whose calls all lie in one week."""

    kind: str
    period: str
    name: str
    format: str
    squeezed: bool = False


def bench_export(store: Path | None, progress: Progress) -> dict[str, object]:
    """Make the centre of 40 agents and three months unless `store` is one, and time reports of it. cpu_s, wall_s: of the whole
    process, start of Python included; peak_mb: its largest resident set."""
    with tempfile.TemporaryDirectory() as folder:
        centre, squeezed = Path(folder) / "centre", Path(folder) / "squeezed"
        if store is None:
            make_centre(centre, Spec())
        else:
            shutil.copytree(store, centre)
        shutil.copytree(centre, squeezed)
        week = squeeze(squeezed)
        jobs, rows = _jobs(centre, week), []
        for place, job in enumerate(jobs):
            progress(place, len(jobs), f"{job.kind} {job.name} {job.format}")
            rows.append(_timed(squeezed if job.squeezed else centre, job, Path(folder)))
        progress(1, 1, "")
        return {"calls": _count(centre), "reports": rows}


def squeeze(store: Path) -> str:
    """Move every call of a made centre into its last whole week, at its own time of the week; the week's name."""
    with reading(store) as connection:
        last = from_text(connection.execute("SELECT max(started_at) FROM calls.calls").fetchone()[0])
    week = period_of("week", time_of(last)).before
    monday = from_text(f"{week.first - timedelta(days=1)}T16:00:00.000Z")  # midnight in Shanghai, where made centres are
    connection = sqlite3.connect(store / CALLS_DB)
    connection.create_function("squeezed", 1, lambda text: text and to_text(monday + (from_text(text) - monday) % WEEK_S))
    connection.execute("UPDATE calls SET started_at = squeezed(started_at), answered_at = squeezed(answered_at)")
    connection.execute("UPDATE calls SET ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', julianday(started_at) + duration_s / 86400.0)")
    connection.commit()
    connection.close()
    return week.name


def time_of(instant: float) -> date:
    """The local day of an instant in Shanghai, where made centres are."""
    return datetime.fromtimestamp(instant, ZoneInfo("Asia/Shanghai")).date()


def _jobs(centre: Path, week: str) -> list[Job]:
    with reading(centre) as connection:
        last = from_text(connection.execute("SELECT max(started_at) FROM calls.calls").fetchone()[0])
    day = time_of(last)
    month, quarter = period_of("month", day), period_of("quarter", day).before
    return [
        Job("weekly", "week", week, "xlsx", squeezed=True), Job("weekly", "week", week, "xlsx"), Job("weekly", "week", week, "csv"),
        Job("weekly", "week", week, "pdf"), Job("daily", "day", str(day), "xlsx"), Job("monthly", "month", month.name, "xlsx"),
        Job("monthly", "month", month.name, "pdf"), Job("quarterly", "quarter", quarter.name, "pdf"),
    ]  # fmt: skip


def _timed(store: Path, job: Job, folder: Path) -> dict[str, object]:
    out = folder / f"report.{job.format}"
    command = [sys.executable, "-m", "quality.reports.bench", str(store), job.kind, job.period, job.name, str(out)]
    began = time.monotonic()
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own module
    wall = time.monotonic() - began
    told = json.loads(answer.stdout)
    name = f"{job.kind} {job.format}" + (" (all calls in one week)" if job.squeezed else "")
    return {"report": name, **told, "wall_s": round(wall, 1), "bytes": out.stat().st_size}


def _count(store: Path) -> int:
    with reading(store) as connection:
        return int(connection.execute("SELECT count(*) FROM calls.calls").fetchone()[0])


def _one(store: str, kind: str, period: str, name: str, out: str) -> dict[str, object]:
    from quality.periods import parse  # noqa: PLC0415
    from quality.reports.build import build  # noqa: PLC0415  its loading is part of what is timed
    from quality.reports.facts import Box  # noqa: PLC0415
    from quality.reports.files import write  # noqa: PLC0415

    report = build(Box(Path(store)), kind, parse(period, name))
    write(report, Path(out), "zh")
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"calls": report.calls, "cpu_s": round(used.ru_utime + used.ru_stime, 2), "peak_mb": round(_peak_kib() / 1024)}


def _peak_kib() -> int:
    """Of this process alone: ru_maxrss would be at least that of the process that started it (getrusage(2))."""
    return int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_one(*sys.argv[1:6])) + "\n")
