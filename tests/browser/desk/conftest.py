"""The desk of a box whose service may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from quality.reviewing.assignments import Assignments
from quality.store import writing
from recorder.settings.cli import show
from tests.browser.conftest import Served, Visit, free_port, opened, wait_until_up
from tests.webui.desk.conftest import account
from tests.webui.makebox import make_box


@dataclass
class Station(Served):
    """A box of its own, whose service may be killed."""

    config: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def start(self) -> None:
        self.process = _start(self.config)
        wait_until_up(self.address, self.process)

    def plan(self, *names: str) -> list[str]:
        """Just these calls are given to the inspector, and nothing is heard, marked or corrected."""
        with writing(self.box.store) as database:
            for table in ("assignments", "review_drafts", "listens", "labels", "notes", "corrected_results", "corrected_hits"):
                database.execute(f"DELETE FROM {table}")
        ids = [self.box.ids[name] for name in names]
        for call in ids:
            Assignments(self.box.store).give(call, account(self.box, "inspector"), account(self.box, "manager"))
        return ids


def _start(config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "webui", "--config", str(config)], start_new_session=True)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("station")
    box = make_box(folder / "store", port=free_port())
    config = folder / "callbox.toml"
    config.write_text(show(box.settings), "utf-8")
    station = Station(box, f"http://127.0.0.1:{box.settings.web.port}", config, _start(config))
    wait_until_up(station.address, station.process)
    yield station
    station.kill()


@pytest.fixture
def visit(browser: Browser, station: Station) -> Iterator[Callable[..., Visit]]:
    with opened(browser, station) as window:
        yield window
