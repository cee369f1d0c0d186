"""`callbox bench analyzer --live`: how long after a word people know. The box's own services on the simulated tap in real time,
from sound on the lines to the alert in review.db."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from analyzer.live.state import LiveState, read_live
from analyzer.livestore import LiveReader, LiveSaid
from console.demo.bundle import bundled_calls, chosen
from console.demo.house import House, build
from console.demo.plan import plan
from console.demo.services import Service
from console.demo.twins import Twins
from console.output import Progress
from quality.store import reading
from recorder.live import run_folder
from recorder.replay import replay
from recorder.settings.cli import show
from recorder.times import from_text

CALLS = ("stock_rude", "courier_shirk", "shoes_complaint_handled", "shoes_angry_no_apology", "broadband_repeated")
"""The bundled calls in which somebody says what leads have to know at once."""

SETTLE_S = 20.0
"""Seconds after the last call for what was said last to be understood."""

GOAL_S = 15.0
POLL_S = 0.5


@dataclass(frozen=True)
class _Seen:
    said: list[LiveSaid]
    state: LiveState | None
    cpu_share: float
    memory_mb: float


def bench_live(store: Path, *, busy: bool, share: float, first: bool = False, names: Sequence[str] = CALLS) -> dict[str, object]:
    """store: an empty folder. busy: with calls that wait to be analysed all the while. share: [analysis] cpu_share. first: the
    analyzer is given the CPU whenever it asks (SCHED_RR), as on a box on which little else runs. alert_s: seconds from the end of
    the first sign of what an alert is about to the alert; row_s: from an utterance's last sound to its row. cpu_share, memory_mb:
    of the analyzer while calls go on; late: utterances left out for want of time."""
    timetable = plan(chosen(bundled_calls(), names))
    with ExitStack() as stack:
        house = build(store, timetable, 1.0, 8080, live=True)
        if busy:
            replay([call.audio for call in bundled_calls()], house.settings, 50.0)
            house = build(store, timetable, 1.0, 8080, live=True)  # the tap begins anew
        house = _with_share(house, share)
        twins = Twins(house, timetable)
        stack.callback(twins.stop)
        twins.start()
        analyzer = _start(house, stack)
        if first:
            os.sched_setscheduler(analyzer.pid, os.SCHED_RR, os.sched_param(1))
        seen = _watch(house, analyzer, timetable.ends_at + SETTLE_S)
        stack.close()
    return {"busy": busy, "first": first, "cpu_share_set": share, **_figures(house, seen)}


def _with_share(house: House, share: float) -> House:
    settings = replace(house.settings, analysis=replace(house.settings.analysis, cpu_share=share))
    house.config.write_text(show(settings), encoding="utf-8")
    return replace(house, settings=settings)


def _start(house: House, stack: ExitStack) -> Service:
    config, log = ["--config", str(house.config)], house.store / "log"
    log.mkdir(exist_ok=True)
    started = [
        Service("recorder", config, log / "recorder.log", house.tap.environment()),
        Service("analyzer", config, log / "analyzer.log"),
        Service("console", ["alerts", "watch", "--follow", *config], log / "alerts.log"),
    ]
    for service in started:
        stack.callback(service.stop)
    return started[1]


def _watch(house: House, analyzer: Service, seconds: float) -> _Seen:
    """Read what is said as it comes: the full analysis takes it away."""
    store, said, state = Path(house.settings.store.path), list[LiveSaid](), None
    process, spent, since = psutil.Process(analyzer.pid), 0.0, 0.0
    memory = 0.0
    with Progress("listening", "正在监听") as progress:
        while time.time() < house.anchor + seconds:
            with LiveReader(store) as reader:
                said += reader.since(said[-1].number if said else 0, 1000)
            state = read_live(run_folder(house.settings)) or state
            memory = max(memory, process.memory_info().rss / 1e6)
            if state is not None and any(line.call_id for line in state.lines) and not since:
                spent, since = _cpu_s(process), time.time()
            progress(max(0.0, time.time() - house.anchor), seconds)
            analyzer.expect_running()
            time.sleep(POLL_S)
    return _Seen(said, state, (_cpu_s(process) - spent) / (time.time() - since) if since else 0.0, memory)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _figures(house: House, seen: _Seen) -> dict[str, object]:
    rows = sorted(one.at - one.said_at for one in seen.said)
    alerts = _alerts(Path(house.settings.store.path))
    times = sorted(float(str(alert["alert_s"])) for alert in alerts)
    return {
        "utterances": len(seen.said),
        "late": seen.state.late if seen.state else None,
        "row_s": _spread(rows),
        "alert_s": _spread(times),
        "within_goal": sum(one <= GOAL_S for one in times),
        "alerts": alerts,
        "cpu_share": round(seen.cpu_share, 3),
        "memory_mb": round(seen.memory_mb, 1),
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(values[len(values) // 2], 2), "worst": round(values[-1], 2)} if values else {}


def _alerts(store: Path) -> list[dict[str, object]]:
    """Every alert that was opened live, and how long after its first sign was complete."""
    sql = """SELECT a.kind, json_extract(a.detail, '$.said[0].until_s') AS until_s, c.started_at, ch.at,
            json_extract(a.detail, '$.said[0].rule') AS rule, json_extract(a.detail, '$.confirmed') AS confirmed
        FROM review.alerts a JOIN calls.calls c ON c.id = a.subject
        JOIN review.changes ch ON ch.action = 'alert.open' AND ch.subject = a.id
        WHERE json_extract(a.detail, '$.live') ORDER BY ch.at"""
    with reading(store) as connection:
        rows = connection.execute(sql).fetchall()
    return [
        {
            "rule": row["rule"],
            "alert_s": round(from_text(row["at"]) - from_text(row["started_at"]) - row["until_s"], 2),
            "confirmed": None if row["confirmed"] is None else bool(row["confirmed"]),
        }
        for row in rows
    ]
