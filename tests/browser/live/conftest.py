"""A box that records: the real recorder on the demo's simulated lines, in real time, with pages over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.demo.bundle import bundled_calls
from console.demo.house import build, empty
from console.demo.plan import plan
from console.demo.services import Service
from console.demo.twins import Twins
from quality.access.users import Users
from recorder.live import read_status
from tests.browser.conftest import CHROMIUM, START_S, Served, free_port
from tests.webui.makebox import PASSWORD, TestBox


@dataclass
class LiveBox(Served):
    """recorder: can be stopped."""

    recorder: Service


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBox]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    store, port = tmp_path_factory.mktemp("live") / "box", free_port()
    empty(store)
    timetable = plan(bundled_calls())
    with ExitStack() as stack:
        house = build(store, timetable, 1.0, port)
        data = Path(house.settings.store.path)
        data.mkdir(parents=True)
        for name, role in (("manager", "manager"), ("inspector", "inspector")):
            Users(data).add(name, PASSWORD, role)
        twins = Twins(house, timetable)
        twins.start()
        stack.callback(twins.stop)
        config = ["--config", str(house.config)]
        recorder = Service("recorder", config, store / "recorder.log", house.tap.environment())
        stack.callback(recorder.stop)
        pages = Service("webui", config, store / "webui.log", {"CALLBOX_LANG": "en"})
        stack.callback(pages.stop)
        until(lambda: (now := read_status(house.settings)) is not None and any(line.call_id for line in now.lines), recorder, pages)
        yield LiveBox(TestBox(data, house.settings, {}, []), f"http://127.0.0.1:{port}", recorder)


def until(met: Callable[[], bool], *services: Service) -> None:
    """Real processes need real waiting; it ends when that is so."""
    end = time.monotonic() + START_S
    while not met():
        assert time.monotonic() < end, "it never came"
        for service in services:
            service.expect_running()
        time.sleep(0.1)
