"""A real Chromium on a really served box."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from recorder.settings.cli import show
from tests.webui.makebox import PASSWORD, TestBox, make_box

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
START_S = 120.0
SCREENSHOTS = Path(__file__).parents[1] / "screenshots"


@dataclass
class Served:
    """A box and the address its pages are served at."""

    box: TestBox
    address: str


@dataclass
class Visit:
    """A page, and everything that must not happen on it."""

    page: Page
    served: Served
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.served.address + path)

    def log_in(self, name: str = "manager", password: str = PASSWORD) -> None:
        self.open("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("main button[type=submit]")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One box for all tests that only look, or change what no other looks at."""
    yield from serve(tmp_path_factory.mktemp("served"))


def serve(folder: Path, fill: Callable[[TestBox], object] = lambda _: None) -> Iterator[Served]:
    """A box made in that folder, with what `fill` puts into it, and really served, until the iterator ends."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    box = make_box(folder / "store", port=free_port())
    fill(box)
    config = folder / "callbox.toml"
    config.write_text(show(box.settings), "utf-8")
    server = subprocess.Popen([sys.executable, "-m", "webui", "--config", str(config)], env={**os.environ, "CALLBOX_LANG": "en"})
    address = f"http://127.0.0.1:{box.settings.web.port}"
    try:
        wait_until_up(address, server)
    except AssertionError:
        server.kill()
        raise
    yield Served(box, address)
    server.send_signal(signal.SIGTERM)
    assert server.wait(40) == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Visit]]:
    """Opens a window on the box that all tests share."""
    with opened(browser, served) as window:
        yield window


@contextmanager
def opened(browser: Browser, served: Served) -> Iterator[Callable[..., Visit]]:
    """Opens windows; at the end of the test nothing may have gone wrong in them, and nothing may have left the box."""
    visits: list[Visit] = []

    def window(language: str = "en", width: int = 1280, scheme: str = "light") -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 844 if width < 500 else 800}, color_scheme=scheme)  # type: ignore[arg-type]
        context.add_cookies([{"name": "callbox_lang", "value": language, "url": served.address}])
        made = Visit(context.new_page(), served)
        made.page.on("console", lambda message: _on_console(made, message))
        made.page.on("pageerror", lambda error: made.faults.append(f"script: {error}"))
        context.on("request", lambda request: _on_request(made, request))
        visits.append(made)
        return made

    yield window
    for made in visits:
        made.page.context.close()
        assert made.faults == []


def _on_console(visit: Visit, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        visit.faults.append(f"console: {message.text}")


def _on_request(visit: Visit, request: Request) -> None:
    if not request.url.startswith((visit.served.address + "/", "data:")):
        visit.faults.append(f"left the box: {request.url}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(address: str, server: subprocess.Popen[bytes]) -> None:
    """Real processes need real waiting; it ends with the first answer."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()  # noqa: S310  the address is ours
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
