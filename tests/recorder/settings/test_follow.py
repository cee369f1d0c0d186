"""Settings that change while a service runs: seen, taken up whole or not at all, and told."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hw.clock import ManualClock
from recorder.outfit import Equipment, fit_out
from recorder.settings.files import Problem
from recorder.settings.follow import EVERY_S, Follower
from recorder.settings.keeper import SettingsKeeper
from recorder.settings.loader import SettingsError, load
from recorder.settings.sections import AlarmLimits, Settings
from recorder.settings.takenup import LIVE, digests, live_part, read, tell
from recorder.store.writer import CallStore
from recorder.watch.box import Watch
from recorder.watch.line import LineWatch


class Files:
    """callbox.toml with one drop-in, and a clock for who follows them."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "callbox.toml"
        self.dropin = folder / "callbox.d" / "60-x.toml"
        self.dropin.parent.mkdir()
        self.config.write_text(f'[store]\npath = "{folder}/store"\n[retention]\ndays = 100\n')
        self.now = 0.0
        self._written = 0

    def write(self, text: str) -> None:
        self._written += 1
        self.dropin.write_text(text)
        os.utime(self.dropin, (self._written, self._written))
        self.now += EVERY_S

    def follower(self) -> Follower:
        return Follower([self.config], load([self.config]), lambda: self.now)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_a_change_is_told_once(files: Files) -> None:
    follower = files.follower()
    assert follower.step() is None
    files.write("[retention]\ndays = 50\n")
    found = follower.step()
    assert found is not None
    assert found.retention.days == 50
    files.now += EVERY_S
    assert follower.step() is None


def test_a_file_written_anew_with_the_same_says_nothing(files: Files) -> None:
    follower = files.follower()
    files.write("[retention]\ndays = 100\n")
    assert follower.step() is None


def test_what_is_wrong_changes_nothing_and_is_told_once(files: Files, caplog: pytest.LogCaptureFixture) -> None:
    follower = files.follower()
    files.write("[retention]\ndays = -1\n")
    assert follower.step() is None
    files.now += EVERY_S
    assert follower.step() is None
    assert caplog.text.count("what held before goes on") == 1
    assert follower.settings.retention.days == 100
    files.write("[retention]\ndays = 40\n")
    found = follower.step()
    assert found is not None
    assert found.retention.days == 40


def test_a_dropin_that_is_taken_away_is_seen(files: Files) -> None:
    files.write("[retention]\ndays = 50\n")
    follower = files.follower()
    files.dropin.unlink()
    files.now += EVERY_S
    found = follower.step()
    assert found is not None
    assert found.retention.days == 100


def test_it_looks_no_more_often_than_it_says(files: Files) -> None:
    follower = files.follower()
    follower.step()
    files.write("[retention]\ndays = 50\n")
    files.now -= EVERY_S / 2
    assert follower.step() is None


def test_settings_as_they_would_be(files: Files) -> None:
    assert load([files.config], {files.dropin: "[retention]\ndays = 33\n"}).retention.days == 33
    assert not files.dropin.exists()
    with pytest.raises(SettingsError) as caught:
        load([files.config], {files.dropin: "[retention]\nfree_gib = 20\n"})
    [problem] = caught.value.problems
    assert isinstance(problem, Problem)
    assert (problem.table, problem.key) == ("retention", "warn_gib")


def test_a_recorder_takes_up_what_loses_no_call_and_nothing_else() -> None:
    found = dataclasses.replace(Settings(), alarms=AlarmLimits(low_dbfs=-50), web=dataclasses.replace(Settings().web, port=81))
    taken = live_part(Settings(), found)
    assert taken.alarms.low_dbfs == -50
    assert taken.web.port == 8080
    assert {name for name, digest in digests(taken).items() if digest != digests(Settings())[name]} == {"alarms"}
    assert set(LIVE) <= set(digests(Settings()))


def test_a_service_tells_what_it_runs_with(tmp_path: Path) -> None:
    assert read(tmp_path, "recorder") is None
    tell(tmp_path, "recorder", Settings(), 12.0)
    told = read(tmp_path, "recorder")
    assert told is not None
    assert (told.at, told.pid) == (12.0, os.getpid())
    changed = dataclasses.replace(Settings(), alarms=AlarmLimits(low_dbfs=-50))
    assert told.lacks(changed, ["alarms", "web"])
    assert not told.lacks(changed, ["web"])
    (tmp_path / "settings-recorder.json").write_text('{"pid": "x"')
    assert read(tmp_path, "recorder") is None


def test_the_keeper_hands_on_and_tells(files: Files, tmp_path: Path) -> None:
    taken: list[Settings] = []
    keeper = SettingsKeeper(files.follower(), tmp_path, lambda: files.now, [taken.append])
    keeper.step()
    first = read(tmp_path, "recorder")
    files.write("[retention]\ndays = 50\n[web]\nport = 81\n")
    keeper.step()
    assert [(one.retention.days, one.web.port) for one in taken] == [(50, 8080)]
    told = read(tmp_path, "recorder")
    assert first is not None
    assert told is not None
    assert told.tables["retention"] != first.tables["retention"]
    assert told.lacks(load([files.config]), ["web"])
    files.write("[retention]\ndays = 50\n[web]\nport = 82\n")
    keeper.step()
    assert len(taken) == 1, "nothing of it concerns a recorder that runs"


def test_a_run_folder_that_cannot_be_written_stops_nothing(files: Files, tmp_path: Path) -> None:
    SettingsKeeper(files.follower(), tmp_path / "nowhere", lambda: 0.0, []).step()


def test_limits_of_a_line_change_while_it_is_watched() -> None:
    watch = LineWatch(8000, 1, AlarmLimits(mains_hz=50))
    table = watch._meter._hum.copy()
    watch.take_up(AlarmLimits(mains_hz=60, stuck_off_hook_min=5))
    assert watch._meter._hum.shape != table.shape or (watch._meter._hum != table).any()
    watch.began()
    watch._off_hook(301, 0.0, 0.0)
    assert {one.kind for one in watch.conditions() if one.wrong} == {"stuck_off_hook"}




def test_the_recorder_follows_its_files_unless_it_is_a_guest(files: Files) -> None:
    settings = load([files.config])
    store = CallStore(Path(settings.store.path))
    equipment = Equipment(None, ManualClock(0.0), follower=files.follower())  # type: ignore[arg-type]
    open_call: Callable[[str], None] = lambda _line: None  # noqa: E731
    outfit = fit_out(settings, store, equipment, open_call, guest=False)
    [keeper] = [one for one in outfit.keepers if isinstance(one, SettingsKeeper)]
    files.write("[retention]\ndays = 50\n[alarms]\nlow_dbfs = -50.0\n")
    keeper.step()
    [watch] = [one for one in outfit.keepers if isinstance(one, Watch)]
    assert watch._settings.alarms.low_dbfs == -50
    [retention] = [one for one in outfit.keepers if type(one).__name__ == "RetentionKeeper"]
    assert retention._settings.retention.days == 50  # type: ignore[attr-defined]
    guest = fit_out(settings, store, equipment, open_call, guest=True)
    assert not [one for one in guest.keepers if isinstance(one, SettingsKeeper)]
    store.close()
