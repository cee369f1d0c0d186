"""The web service is killed, again and again, while people score: no mark that was said to be kept is lost."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import pytest
from flask import Flask

from quality.access.users import User, Users
from quality.forms.store import Forms
from quality.reviewing.drafts import Drafts
from recorder.settings.cli import show
from tests.browser.conftest import free_port, wait_until_up
from tests.webui.conftest import entered, make_app
from tests.webui.makebox import PASSWORD, TestBox, make_box

PEOPLE = 20
THINK_S = 0.02
LEAST = 5  # marks each person has to have kept, or the test shows nothing


@dataclass
class Scorer:
    """One person at one call, who marks item after item as fast as the box answers. kept: number → marks, as acknowledged."""

    user: User
    call: str
    port: int
    cookie: str
    token: str
    items: list[str]
    kept: dict[int, dict[str, str]] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    failed: int = 0

    def score(self, over: Event) -> None:
        grades: dict[str, str] = {}
        number = seen = 0
        while not over.is_set():
            number += 1
            grades = grades | {self.items[number % len(self.items)]: ("excellent", "good", "fair", "poor")[number % 4]}
            seen = self._mark(number, grades, seen)
            over.wait(THINK_S)

    def _mark(self, number: int, grades: dict[str, str], seen: int) -> int:
        fields = {f"grade-{item}": grade for item, grade in grades.items()}
        more = {"form_id": "A", "form_version": "1.0", "based_on": 0, "window": "w", "number": number, "seen": seen}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", f"/calls/{self.call}/draft", urlencode(fields | more | {"csrf_token": self.token}), headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.failed += 1  # killed before it answered: nothing was promised
            return seen
        finally:
            connection.close()
        if answer.status != 200:
            self.refused.append(answer.status)
            return seen
        self.kept[number] = grades
        return int(json.loads(body)["revision"])


@contextmanager
def served(box: TestBox, folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The real service, in a process group of its own; the list's last is the one that runs."""
    config = folder / "callbox.toml"
    config.write_text(show(box.settings), "utf-8")
    running = [_start(config, box)]
    try:
        yield running
    finally:
        _kill(running[-1])


def _start(config: Path, box: TestBox) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-m", "webui", "--config", str(config)], start_new_session=True, env={**os.environ})
    wait_until_up(f"http://127.0.0.1:{box.settings.web.port}", process)
    return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _people(box: TestBox) -> list[Scorer]:
    users, app = Users(box.store), make_app(box)
    items = list(Forms(box.store).current().items)
    calls = [call.id for call in box.made if call.duration_s]
    found = []
    for n in range(PEOPLE):
        users.add(f"inspector{n}", PASSWORD, "inspector")
        user = next(x for x in users.list() if x.name == f"inspector{n}")
        found.append(Scorer(user, calls[n % len(calls)], box.settings.web.port, *_opened(app, user, calls[n % len(calls)]), items))
    return found


def _opened(app: Flask, user: User, call: str) -> tuple[str, str]:
    """The cookie and the page's token of somebody who has opened the call."""
    browser = entered(app, user.name)
    page = browser.get(f"/calls/{call}").text
    cookie, token = browser.get_cookie("callbox_session"), re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert cookie is not None
    assert token is not None
    return f"{cookie.key}={cookie.value}", token[1]


def kill_while_scoring(folder: Path, kills: int, between_s: float) -> list[Scorer]:
    """What twenty people were told, after so many kills."""
    box = make_box(folder / "store", port=free_port())
    people, over = _people(box), Event()
    with served(box, folder) as running, ThreadPoolExecutor(PEOPLE) as pool:
        work = [pool.submit(person.score, over) for person in people]
        try:
            for _ in range(kills):
                time.sleep(between_s)
                _kill(running[-1])
                running.append(_start(folder / "callbox.toml", box))
            time.sleep(between_s)
            _kill(running[-1])  # the last marks too must not owe their lives to an orderly end
        finally:
            over.set()
        for done in work:
            done.result(30)
    for person in people:
        _check(box.store, person)
    return people


def _check(store: Path, person: Scorer) -> None:
    held = Drafts(store).of(person.call, person.user)
    assert person.refused == []
    assert len(person.kept) >= LEAST
    assert held is not None
    assert held.number >= max(person.kept), f"{person.user.name} was told that mark {max(person.kept)} is kept"
    # A mark sent and not confirmed may be there as well, whole; all that were confirmed are within it.
    if held.number in person.kept:
        assert held.marks.grades == person.kept[held.number]
    for item in person.kept[max(person.kept)]:
        assert held.marks.grades[item]


def _sum(people: list[Scorer], kills: int) -> str:
    kept, failed = sum(len(person.kept) for person in people), sum(person.failed for person in people)
    return f"{kills} kills, {len(people)} people: {kept} marks confirmed, all there; {failed} attempts went unanswered"


def test_killing_the_web_service_loses_no_mark_that_was_kept(tmp_path: Path) -> None:
    people = kill_while_scoring(tmp_path, kills=1, between_s=1.5)
    assert sum(person.failed for person in people) > 0, "nobody noticed the kill"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killing_it_twelve_times_loses_none_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = kill_while_scoring(tmp_path, kills=12, between_s=4.0)
    with capsys.disabled():
        sys.stdout.write(f"\n{_sum(people, 13)}\n")
