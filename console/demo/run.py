"""The demo from end to end: simulated devices on, the box's services up, calls recorded, understood, shown and exported."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.demo.bundle import bundled_calls, chosen
from console.demo.house import House, build, empty, refuse_foreign
from console.demo.plan import Plan, plan
from console.demo.services import Service
from console.demo.twins import Twins
from console.output import Progress, note
from hw.clock import FastClock
from hw.messages import UserError
from quality.access.users import Users
from quality.health.status import collect

POLL_S = 0.5
FASTEST = 50.0
"""Times real time: the most at which every call was seen to be found as planned."""
ACCOUNTS = (
    ("admin", "admin", None),
    ("inspector", "inspector", None),
    ("manager", "manager", None),
    ("agent1001", "agent", "1001"),
)
"""Demo users: name, role and, for the agent, whose calls they see."""


@dataclass(frozen=True)
class Demo:
    """A demo, its calls recorded and analysed. password: of all users, of this run only. url: empty when nothing is served.
    services: by name, as they were started."""

    house: House
    plan: Plan
    password: str
    url: str
    services: dict[str, Service]


@contextmanager
def running_demo(store: Path, speed: float, serve: bool, names: Sequence[str] = ()) -> Iterator[Demo]:
    """Record and analyse the bundled calls in `store`, then hand over with the services still up; they stop when the block ends.

    speed: times real time, up to FASTEST. names: of the calls wanted; all of them when empty. Raises UserError.
    """
    if not 1 <= speed <= FASTEST:
        raise UserError(f"--speed: give 1 to {FASTEST:g} times real time", f"--speed:请给出 1 到 {FASTEST:g} 倍速")
    timetable = plan(chosen(bundled_calls(), names))
    refuse_foreign(store)
    with ExitStack() as stack:
        stack.enter_context(sole_use(store))
        empty(store)
        with ending_undisturbed(stack):
            yield record_and_understand(store, timetable, speed, serve=serve, stack=stack)


@contextmanager
def ending_undisturbed(stack: ExitStack) -> Iterator[None]:
    """From the end of the block until `stack` has ended everything, Ctrl-C is not heard: a second one would leave services."""
    for number in (signal.SIGINT, signal.SIGTERM):
        stack.callback(signal.signal, number, signal.getsignal(number))
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


def record_and_understand(store: Path, timetable: Plan, speed: float, *, serve: bool, stack: ExitStack) -> Demo:
    """All calls of a timetable through the box's own services, which `stack` ends. store: an empty folder. Raises UserError."""
    port = free_port(8080)
    count = len(timetable.placed)
    note(f"building the simulated tap of 8 lines; calls: {count}", f"正在生成模拟线路:8 条线路,{count} 通电话")
    password = secrets.token_urlsafe(9)
    try:
        house = build(store, timetable, speed, port)
        add_users(Path(house.settings.store.path), password)
    except OSError as error:
        raise UserError(
            f"{store}: the demo cannot be built there ({error.strerror}): it needs about 100 MB; --store names another folder",
            f"无法在 {store} 中生成演示({error.strerror}):约需 100 MB 空间;也可用 --store 指定其他目录",
        ) from error
    twins = Twins(house, timetable)
    stack.callback(twins.stop)
    twins.start()
    services = start_services(house, serve)
    for service in services.values():
        stack.callback(service.stop)
    url = f"http://127.0.0.1:{port}/" if serve else ""
    if serve:
        announce(url, password)
    wait_for_recorder(house, timetable, services)
    wait_for_analyzer(house, services)
    return Demo(house, timetable, password, url, services)


@contextmanager
def sole_use(store: Path) -> Iterator[None]:
    """Keep other demos out of `store`. Raises UserError when one is running there."""
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        lock = store.with_name(store.name + ".lock").open("w")
    except OSError as error:
        raise UserError(f"{store} cannot be made: {error.strerror}", f"无法创建 {store}:{error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                f"a demo is already running in {store}: stop it, or name another folder with --store",
                f"{store} 中已有演示在运行:请先停止,或用 --store 指定其他目录",
            ) from error
        yield


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104  as the pages will
            except OSError:
                continue
            return port
    raise UserError(f"no free port from {first} to {first + 49}", f"{first} 至 {first + 49} 没有空闲端口")


def add_users(store: Path, password: str) -> None:
    """The demo's accounts, all with this run's password."""
    os.umask(0o007)
    store.mkdir(parents=True, exist_ok=True)
    users = Users(store)
    for name, role, agent in ACCOUNTS:
        users.add(name, password, role, agent_id=agent)


def start_services(house: House, serve: bool) -> dict[str, Service]:
    """Recorder, analyzer, serial console and, when asked to serve, the pages."""
    log = house.store / "log"
    log.mkdir(exist_ok=True)
    config = ["--config", str(house.config)]
    services = {
        "recorder": Service("recorder", config, log / "recorder.log", house.tap.environment()),
        "analyzer": Service("analyzer", config, log / "analyzer.log"),
        "console": Service("console", ["console", *config], log / "console.log"),
    }
    if serve:
        services["webui"] = Service("webui", config, log / "webui.log")
    return services


def announce(url: str, password: str) -> None:
    """Where to look, and as whom."""
    names = ", ".join(name for name, _, _ in ACCOUNTS)
    note(f"pages: {url}   users: {names}   password: {password}", f"网页:{url}   用户:{names}   密码:{password}")


def wait_for_recorder(house: House, timetable: Plan, services: dict[str, Service]) -> None:
    """Until the simulated tap has ended and the recorder, having closed every file, has ended by itself."""
    simulation = house.settings.simulation
    clock = FastClock(house.start, house.anchor, simulation.speed)
    label = (f"recording through ALSA at {simulation.speed:g} x", f"正在通过 ALSA 录音({simulation.speed:g} 倍速)")
    with Progress(*label) as progress:
        while services["recorder"].running():
            progress(max(0.0, min(clock.now() - house.start, timetable.ends_at * 0.99)), timetable.ends_at)
            time.sleep(POLL_S)
        services["recorder"].expect_success()
        progress(1, 1)


def wait_for_analyzer(house: House, services: dict[str, Service]) -> None:
    """Until every recorded call has been understood or given up."""
    with Progress("transcribing and scoring", "正在转写与评分") as progress:
        while True:
            status = collect(house.settings)
            ended = status.calls.get("closed", 0) + status.calls.get("interrupted", 0)
            progress(ended - status.waiting, ended, detail=f"{ended - status.waiting}/{ended}")
            if status.waiting == 0:
                break
            services["analyzer"].expect_running()
            time.sleep(POLL_S)
