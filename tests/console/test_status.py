"""The box at a glance: what runs, what was recorded, what cannot be read."""

from __future__ import annotations

import fcntl
import os
import socket
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyzer.live.state import LiveLine, LiveState, write_live
from console.report import status_lines
from quality.health.status import BoxStatus, collect
from recorder.live import DeviceStatus, LineStatus, RecorderStatus, run_folder, write_status
from recorder.settings.sections import Line, Settings, Store, Web
from tests.console.command import answer, callbox, written
from tests.quality.factory import fill

NOW = 1795308000.0  # 2026-11-22T00:40:00Z


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Settings(store=Store(str(tmp_path / "store")), web=Web(host="127.0.0.1", port=port))


def told(settings: Settings, written_at: float, pid: int) -> None:
    """A recorder's live status."""
    line = LineStatus("1", "talking", "2026-11-22T00:39:00.000Z", "c", -30.0)
    folder = run_folder(settings)
    folder.mkdir(parents=True)
    device = DeviceStatus("tap", "running", 7)
    write_status(folder, RecorderStatus(written_at, NOW, False, pid, (line,), (device,), 100.0, 0, 1.0))


def test_a_fresh_machine_is_empty_and_nothing_fails(settings: Settings) -> None:
    status = collect(settings, NOW)
    assert (status.recorder_running, status.analyzer_running, status.pages_answer) == (False, False, False)
    assert (status.calls, status.jobs, status.waiting, status.last_call_at, status.problems) == ({}, {}, 0, None, ())
    assert status.free_disk_mb > 0
    assert not Path(settings.store.path).exists()


def test_calls_and_analyses_are_counted(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    made = fill(tmp_path / "store", 100)
    status = collect(settings, NOW)
    assert status.calls == Counter(call.state for call in made)
    assert status.jobs == Counter(call.job for call in made if call.job)
    assert status.waiting == sum(call.state == "closed" and call.job not in ("done", "parked") for call in made) > 0
    assert status.last_call_at is not None


def test_a_recorder_runs_while_it_says_so_and_is_there(settings: Settings) -> None:
    told(settings, NOW - 2, os.getpid())
    status = collect(settings, NOW)
    assert status.recorder_running and status.lines[0].line == "1" and status.devices[0].lost_frames == 7


@pytest.mark.parametrize(("age", "pid"), [(60, os.getpid()), (2, 2**22 + 1)], ids=["silent", "died"])
def test_a_recorder_that_fell_silent_or_died_does_not(settings: Settings, age: float, pid: int) -> None:
    told(settings, NOW - age, pid)
    status = collect(settings, NOW)
    assert not status.recorder_running
    assert (status.lines, status.devices) == ((), ())
    assert status.recorder_at is not None


def test_an_analyzer_runs_while_it_holds_its_lock(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with (tmp_path / "store" / "analyzer.lock").open("w") as lock:
        assert not collect(settings, NOW).analyzer_running
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert collect(settings, NOW).analyzer_running
    assert not collect(settings, NOW).analyzer_running


def test_pages_answer_where_somebody_listens(settings: Settings) -> None:
    with socket.create_server((settings.web.host, settings.web.port)):
        assert collect(settings, NOW).pages_answer
    assert not collect(settings, NOW).pages_answer


def test_a_database_that_cannot_be_read_is_a_problem_in_both_languages(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "calls.db").write_bytes(b"nonsense" * 1000)
    status = collect(settings, NOW)
    assert status.calls == {} and [problem.en for problem in status.problems] == [
        f"{tmp_path}/store/calls.db cannot be read: file is not a database"
    ]
    assert any("calls.db" in line and "问题" in line for line in status_lines(status, "zh"))


def test_a_store_that_is_no_folder_is_survived(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "store").touch()
    assert collect(settings, NOW).free_disk_mb > 0


KEYS: dict[str, Any] = {
    "at": str, "recorder_running": bool, "recorder_at": (str, type(None)), "analyzer_running": bool, "pages_answer": bool,
    "lines": list, "devices": list, "alarms": list, "calls": dict, "jobs": dict, "waiting": int, "last_call_at": (str, type(None)),
    "free_disk_mb": float, "store": str, "timezone": str, "problems": list, "listeners": list, "behind": (dict, type(None)),
    "live": (dict, type(None)), "last_backup": (dict, type(None)),
}  # fmt: skip


def test_status_json_keeps_its_keys_and_types(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    fill(tmp_path / "store", 20)
    status = answer(callbox("status", "--json", "--config", written(settings, tmp_path)))
    assert set(status) == set(KEYS) == set(BoxStatus.__dataclass_fields__)
    for name, kind in KEYS.items():
        assert isinstance(status[name], kind), name
    assert all(isinstance(count, int) for count in status["calls"].values())


def test_live_understanding_says_how_it_keeps_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(settings, line=(Line("1", "tap", (0,), live=True), Line("2", "tap", (1,), live=True)))
    lines = (LiveLine("1", "c"), LiveLine("2", None, "the recorder has stopped", "录音服务已停止"))
    write_live(run_folder(settings), LiveState(NOW, "behind", lines, 3, 40, 5, 2.4, 9.0))
    monkeypatch.setattr("quality.health.status._held", lambda _lock: True)
    seen = collect(settings, NOW)
    assert seen.live is not None
    assert seen.live.late == 5
    text = "\n".join(status_lines(seen, "en"))
    assert "NOT KEEPING UP" in text
    assert "1 of 2 lines heard; 2 s after it is said; 5 utterances left to the full analysis; the recorder has stopped" in text
    assert "录音服务已停止" in "\n".join(status_lines(seen, "zh"))
    monkeypatch.setattr("quality.health.status._held", lambda _lock: False)
    assert collect(settings, NOW).live is None  # what a stopped analyzer said last is no news
