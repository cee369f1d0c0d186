"""`callbox bench web`: a store of a million calls, the real web service and recorder on it, twenty people opening pages."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil

from hw.messages import UserError
from quality.access.users import Users
from quality.centre.many import make_many
from quality.schema import MIGRATIONS
from quality.store import reading, writing
from quality.webbench.firstload import fetcher, first_load_kb
from quality.webbench.pages import pages
from quality.webbench.tap import STARTING_S, Tap, recording, settings, stopped
from quality.webbench.visitors import Plan, Visitor
from recorder.settings.sections import Web
from recorder.store.schema import CALLS_DB

Progress = Callable[[float, float, str], None]
WARM_S = 5.0
"""Seconds of load that are not counted: caches of a service that has just been started are empty."""
_UP_S = 180.0


@dataclass(frozen=True)
class Asked:
    """calls, transcripts: of the store that is made unless one is there. think_s: mean seconds between a person's pages. lines:
    that the recorder captures meanwhile, 0: no recorder. store: one made by an earlier run; it is written to."""

    calls: int = 1_000_000
    transcripts: int = 200_000
    users: int = 20
    seconds: float = 60.0
    think_s: float = 1.0
    workers: int = 2
    lines: int = 8
    store: Path | None = None


def bench_web(asked: Asked, progress: Progress) -> dict[str, object]:
    """Make, serve, load. Milliseconds by kind of page (p50, p95, p99), lost_frames, worker_mb (PSS and RSS of the largest worker),
    first_load_kb by page. Raises UserError when a service does not start."""
    with tempfile.TemporaryDirectory(prefix="callbox-webbench-") as name, ExitStack() as stack:
        work = Path(name)
        store = asked.store or work / "store"
        made_s = _make(asked, store, progress)
        return {**_run(asked, work, store, stack, progress), "made_s": made_s}


def _make(asked: Asked, store: Path, progress: Progress) -> float:
    began = time.monotonic()
    if not (store / CALLS_DB).exists():
        store.mkdir(parents=True, exist_ok=True)
        make_many(store, asked.calls, asked.transcripts, end=time.time(), progress=progress)
    with writing(store) as database:
        assert database.execute("SELECT count(*) FROM migrations").fetchone()[0] >= len(MIGRATIONS)
    return round(time.monotonic() - began, 1)


def _run(asked: Asked, work: Path, store: Path, stack: ExitStack, progress: Progress) -> dict[str, object]:
    accounts = _accounts(store, asked.users)
    addresses = pages(store)
    port, length = _free_port(), asked.seconds + WARM_S
    begin = round(time.time() + STARTING_S, 3)
    pages_of = Web("127.0.0.1", port, asked.workers)
    made = settings(work, store, pages_of, asked.lines or 1, begin=begin, seconds=length + 60)
    web = stack.enter_context(_serving(work, port))
    loads = _first_loads(port, accounts[0], addresses)
    plan = Plan("127.0.0.1", port, accounts, addresses, WARM_S, asked.think_s)
    progress(96, 100, "load")
    _visit(plan)
    with ExitStack() as beside:
        begin = round(time.time() + STARTING_S, 3)
        settings(work, store, pages_of, asked.lines or 1, begin=begin, seconds=asked.seconds)
        tap = beside.enter_context(recording(work, made, asked.lines, begin, asked.seconds)) if asked.lines else Tap()
        time.sleep(max(0.0, begin - time.time()) if asked.lines else 0.0)
        plan.seconds, plan.seed = asked.seconds, 2
        cpu = _cpu(web)
        found = _visit(plan)
        cpu = _cpu(web) - cpu
    return {**_figures(asked, store, found, tap), **_memory(web), "first_load_kb": loads, **_cost(found, cpu)}


def _figures(asked: Asked, store: Path, found: dict[str, object], tap: Tap) -> dict[str, object]:
    times: dict[str, list[float]] = found["times"]  # type: ignore[assignment]
    count = sum(map(len, times.values()))
    every = [one for kind in times.values() for one in kind]
    return {
        **{name: value for name, value in asdict(asked).items() if name not in ("store", "calls", "transcripts")},
        **_counts(store),
        "pages": count,
        "failed": found["failed"],
        "ms": {kind: _percentiles(values) for kind, values in sorted({**times, "all": every}.items())},
        "lost_frames": tap.lost_frames,
        "recorded_calls": tap.calls,
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _cost(found: dict[str, object], cpu: float) -> dict[str, object]:
    times: dict[str, list[float]] = found["times"]  # type: ignore[assignment]
    return {"cpu_ms_a_page": round(1000 * cpu / max(1, sum(map(len, times.values()))), 1)}


def _memory(web: psutil.Process) -> dict[str, object]:
    """Of the largest worker, MB: pss counts shared pages by halves, rss wholly."""
    workers = [child.memory_full_info() for child in web.children()]
    return {"worker_mb": {name: round(max(getattr(one, name) for one in workers) / 1e6, 1) for name in ("pss", "rss")}}


def _counts(store: Path) -> dict[str, int]:
    with reading(store) as connection:
        calls = connection.execute("SELECT count(*) FROM calls.calls").fetchone()[0]
        heard = connection.execute("SELECT count(first_utterance) FROM analysis.results").fetchone()[0]
    return {"calls": calls, "transcripts": heard}


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {"pages": 0}
    found = np.percentile(values, (50, 95, 99)).round(1).tolist()
    return {"pages": len(values), "p50": found[0], "p95": found[1], "p99": found[2], "worst": round(max(values), 1)}


def _accounts(store: Path, users: int) -> list[tuple[str, str]]:
    """People who may see everything; their passwords are made up anew."""
    password, book = secrets.token_urlsafe(18), Users(store)
    held = {user.name: user for user in book.list()}
    for number in range(users):
        name = f"bench-{number + 1}"
        if name in held:
            book.set_password(name, password)
        else:
            book.add(name, password, "manager")
    return [(f"bench-{number + 1}", password) for number in range(users)]


@contextmanager
def _serving(work: Path, port: int) -> Iterator[psutil.Process]:
    with (work / "web.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "webui", "--config", str(work / "callbox.toml")], stdout=log, stderr=log
        )
        try:
            _wait_until_up(process, port, work / "web.log")
            yield psutil.Process(process.pid)
        finally:
            stopped(process)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _UP_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    words = " ".join(log.read_text("utf-8", "replace").strip().splitlines()[-2:])
    raise UserError(f"The web service does not answer: {words}", f"网页服务没有响应：{words}")


def _visit(plan: Plan) -> dict[str, object]:
    process = subprocess.run(
        [sys.executable, "-m", "quality.webbench.visitors"], input=json.dumps(asdict(plan)), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if process.returncode:
        words = process.stderr.strip().splitlines()[-1:]
        raise UserError(f"The load could not be made: {words}", f"无法产生负载：{words}")
    if process.stderr:
        sys.stderr.write(process.stderr[-2000:])
    found: dict[str, object] = json.loads(process.stdout.splitlines()[-1])
    return found


def _first_loads(port: int, account: tuple[str, str], addresses: dict[str, list[str]]) -> dict[str, float]:
    visitor = Visitor(Plan("127.0.0.1", port, [account], {}, 0, 0), account, 0)
    visitor.log_in()
    fetch, base = fetcher(visitor.cookie), f"http://127.0.0.1:{port}"
    return {kind: first_load_kb(base + found[-1], fetch) for kind, found in addresses.items()}


def _cpu(process: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children()))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
