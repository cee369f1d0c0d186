"""Retention changed on the page, from the click to the audio that goes: the page asks, the helper runs as its service would, the
settings say it, the recorder that records takes it up; undo brings the old rule back before more goes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from flask.testing import FlaskClient

from quality.access.users import Users
from quality.boxsettings.dropin import Place
from recorder.retention.clock import note
from recorder.retention.keeper import GRACE_S, LOOK_S, RetentionKeeper, Tools
from recorder.retention.policy import DAY_S
from recorder.settings.follow import EVERY_S, Follower
from recorder.settings.keeper import SettingsKeeper
from recorder.settings.loader import load
from recorder.store.journal import Journal
from recorder.watch.alarms import Alarms
from tests.recorder.evidence.shelf import START, Clock, open_shelf, record
from tests.recorder.retention.test_plan import done
from tests.webui.conftest import entered
from webui.app import create_app

NOW = START + 400 * DAY_S
HOUSE = Path(__file__).parents[2]


class House:
    """A box whose web service may only ask. Its recorder is the keepers that a recorder has, driven by hand."""

    def __init__(self, folder: Path) -> None:
        self.requests = folder / "run-web"
        self.requests.mkdir()
        self.config = folder / "callbox.toml"
        self.config.write_text(f'[store]\npath = "{folder}/store"\n[retention]\ndays = 200\n', "utf-8")
        self.calls = open_shelf(folder / "store", Clock(NOW))
        for name, days in (("a", 150.0), ("b", 100.0), ("c", 50.0)):
            record(self.calls, name, NOW - days * DAY_S)
            done(self.calls, name)
        note(self.calls, NOW)
        self.monotonic = 0.0
        settings, journal = load([self.config]), Journal(self.calls)
        tools = Tools(lambda: NOW, lambda: self.monotonic, lambda: 1 << 40, lambda: True, alone=True)
        self.retention = RetentionKeeper(settings, journal, Alarms(journal, lambda: NOW), tools)
        follower = Follower([self.config], settings, lambda: self.monotonic)
        (folder / "store" / "run").mkdir(exist_ok=True)
        self.follow = SettingsKeeper(follower, folder / "store" / "run", lambda: NOW, [self.retention.take_up])
        self.record(LOOK_S)

    def record(self, seconds: float) -> None:
        """Time passes in the recorder."""
        for _ in range(round(seconds)):
            self.monotonic += 1.0
            self.follow.step()
            self.retention.step()

    def gone(self) -> list[str]:
        return [stone.call_id for stone in self.calls.tombstones_since()]

    def helper(self) -> str:
        """callbox-settings.service, once; what it tells the journal."""
        command = [sys.executable, "-m", "console", "settings", "carry-out", "--requests", str(self.requests), "--config"]
        return subprocess.run([*command, str(self.config)], cwd=HOUSE, capture_output=True, text=True, check=True).stderr


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def admin(house: House, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(house.requests))
    monkeypatch.setattr("quality.boxsettings.book.PATIENCE_S", 0.1)  # nobody answers within the request
    monkeypatch.setattr("webui.setup.retention.time", mock.Mock(time=lambda: NOW))
    Users(house.calls.store).add("admin", "lily-pond-47", "admin")
    app = create_app(load([house.config]), Place((house.config,)))
    app.config["WTF_CSRF_ENABLED"] = False
    return entered(app, "admin")


def sent(admin: FlaskClient, days: str) -> dict[str, str]:
    page = admin.get("/setup/retention").text
    base = re.search(r'name="group" value="retention"><input type="hidden" name="base" value="(\w*)"', page)
    assert base
    values = dict(re.findall(r'name="(retention\.\w+)" value="([^"]*)"', page))
    return {**values, "retention.transcripts": "delete", "group": "retention", "base": base[1], "retention.days": days}


def test_from_the_click_to_the_audio_that_goes_and_back(house: House, admin: FlaskClient) -> None:
    assert house.gone() == []
    answer = admin.post("/setup/retention", data=sent(admin, "120"))
    assert answer.status_code == 422
    assert "The audio of 1 calls would be deleted by that" in answer.text
    assert not list(house.requests.iterdir())
    answer = admin.post("/setup/retention", data={**sent(admin, "120"), "confirm": "1"}, follow_redirects=True)
    assert "not carried out yet" in answer.text
    house.record(LOOK_S)
    assert house.gone() == [], "nothing goes by a rule that nobody has let through"

    told = house.helper()
    assert "asked by 'admin': retention.days 200 -> 120" in told
    assert load([house.config]).retention.days == 120
    page = admin.get("/setup/retention").text
    assert "Not in force yet: the recorder" in page
    house.record(EVERY_S)
    assert "Not in force yet" not in admin.get("/setup/retention").text
    house.record(GRACE_S + 5)
    assert house.gone() == ["a"]
    assert "the recorder" not in admin.get("/setup/retention").text

    admin.post("/setup/retention", data={**sent(admin, "60"), "confirm": "1"})
    house.helper()
    house.record(GRACE_S - 5)
    assert "60" in undone(admin)
    house.helper()
    house.record(GRACE_S + 5)
    assert load([house.config]).retention.days == 120
    assert house.gone() == ["a"], "b was to go by a rule that was taken back in time"
    undone(admin, 2)
    house.helper()
    house.record(GRACE_S + 5)
    assert load([house.config]).retention.days == 200
    assert house.gone() == ["a"]


def undone(admin: FlaskClient, which: int = 0) -> str:
    """Take a change back, 0 the newest; the page of changes before."""
    page = admin.get("/setup/changes?of=box").text
    address = re.findall(r'action="(/setup/changes/\d+/undo)"', page)[which]
    assert "Taken back" in admin.post(address, follow_redirects=True).text
    return page


def test_a_forged_request_changes_nothing_and_is_told(house: House, admin: FlaskClient) -> None:
    (house.requests / "x.json").write_text('{"by": "admin", "wanted": {"store.path": "/", "retention.days": 30}, "base": ""}')
    assert "refused, asked by 'admin': store.path: may not be changed here" in house.helper()
    assert load([house.config]).retention.days == 200
    assert "Change of the settings refused" in admin.get("/setup/changes?of=box").text
