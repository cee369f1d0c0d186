"""callbox doctor: what it finds, and that every bad finding says what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.checkup import Finding, examine
from console.status import Alarm, BoxStatus
from hw.messages import Message
from recorder.live import DeviceStatus, LineStatus
from recorder.settings.sections import Analysis, Device, Line, LineSenseSettings, Settings, Store
from tests.console.command import callbox, written

GOOD = BoxStatus(
    at="2026-11-22T01:02:04.000Z",
    recorder_running=True,
    recorder_at="2026-11-22T01:02:03.500Z",
    analyzer_running=True,
    pages_answer=True,
    lines=(LineStatus("1", "idle", "2026-11-22T01:00:00.000Z", None, -65.0),),
    devices=(DeviceStatus("tap", "running", 0),),
    alarms=(),
    calls={"closed": 7},
    jobs={"done": 7},
    waiting=0,
    last_call_at="2026-11-22T01:01:00.000Z",
    free_disk_mb=5000.0,
    store="/var/lib/callbox",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    model = tmp_path / "models" / "mine"
    model.mkdir(parents=True)
    record = '{"name": "mine", "engine": "whisper", "language": "any", "files": {}}'
    (model / "callbox-model.json").write_text(record, encoding="utf-8")
    return Settings(
        store=Store(str(tmp_path)),
        device=(Device("tap"),),
        line=(Line("1", "tap", (0, 1)),),
        analysis=Analysis(model="mine", models=str(tmp_path / "models")),
    )


def bad(settings: Settings, status: BoxStatus) -> list[Finding]:
    return [finding for finding in examine(settings, status) if not finding.ok]


def test_a_box_that_works_has_nothing_bad(settings: Settings) -> None:
    assert bad(settings, GOOD) == []


TROUBLE: dict[str, dict[str, Any]] = {
    "recorder: not running": {"recorder_running": False},
    "analyzer: not running": {"analyzer_running": False},
    "web pages": {"pages_answer": False},
    "gone": {"devices": (DeviceStatus("tap", "gone", 0),)},
    "80 frames lost": {"devices": (DeviceStatus("tap", "running", 80),)},
    "disk: 150 MB free": {"free_disk_mb": 150.0},
    "alarm: tap board gone": {"alarms": (Alarm("line_sense_gone", "/dev/x", "2026-11-22T01:00:00.000Z", ""),)},
    "3 calls could not be analysed": {"jobs": {"done": 4, "parked": 3}},
    "calls.db cannot be read": {"problems": (Message("calls.db cannot be read: it is locked", "无法读取 calls.db"),)},
}


@pytest.mark.parametrize("words", TROUBLE)
def test_each_trouble_is_found_once_and_said_in_both_languages(settings: Settings, words: str) -> None:
    (finding,) = bad(settings, replace(GOOD, **TROUBLE[words]))
    assert words in finding.seen.en
    assert finding.seen.zh != finding.seen.en
    if "alarm" not in words:
        assert finding.advice is not None and finding.advice.zh != finding.advice.en


def test_a_port_that_is_not_there_and_a_model_that_is_not_installed(settings: Settings) -> None:
    unplugged = replace(settings, line_sense=LineSenseSettings(port="/dev/no-such-port"))
    port, model = bad(replace(unplugged, analysis=replace(settings.analysis, model="x")), GOOD)
    assert "/dev/no-such-port" in port.seen.en and port.advice is not None
    assert "callbox models install x" in model.seen.en


def test_a_store_that_is_missing(settings: Settings) -> None:
    (finding,) = bad(replace(settings, store=Store("/no/such/store")), GOOD)
    assert "/no/such/store is missing" in finding.seen.en


def test_a_fresh_machine_is_told_where_to_begin_and_not_what_follows_from_it(settings: Settings) -> None:
    fresh = replace(GOOD, recorder_running=False, analyzer_running=False, pages_answer=False)
    (finding,) = bad(replace(settings, line=(), store=Store("/no/such/store")), fresh)
    assert finding.advice is not None and "callbox demo" in finding.advice.en and "docs/install.md" in finding.advice.en


@pytest.mark.parametrize(("language", "mark", "sum_up"), [("en", "BAD", "2 things need a hand"), ("zh", "异常", "2 项需要处理")])
def test_the_command_counts_what_is_bad(tmp_path: Path, language: str, mark: str, sum_up: str) -> None:
    config = written(Settings(store=Store(str(tmp_path))), tmp_path)
    done = callbox("doctor", "--config", config, CALLBOX_LANG=language, CALLBOX_MODELS=str(tmp_path / "none"))
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines()].count(mark) == 2
    assert done.stdout.splitlines()[-1] == sum_up
