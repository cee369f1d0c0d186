"""callbox doctor: things broken one by one, each found once, in both languages, with what to do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console.doctor.listen import listen
from console.doctor.show import shown
from hw.errors import DeviceError
from hw.messages import Message
from quality.health.backups import LastBackup
from quality.health.case import Case, History, Records, damaged, histories, records_of
from quality.health.examine import examine, gather
from quality.health.finding import Finding, worst
from quality.health.status import Alarm, BoxStatus
from recorder.live import DeviceStatus, LineStatus, RecorderStatus, run_folder, write_status
from recorder.settings.sections import (
    Analysis,
    CallRecordSettings,
    Device,
    Line,
    LineSenseSettings,
    Settings,
    Simulation,
    Store,
)
from recorder.store.calls import Call
from recorder.store.writer import CallStore
from recorder.times import to_text
from tests.console.card import QUIET, Card
from tests.console.command import answer, callbox, written

NOW = 1795308000.0  # 2026-11-22T00:40:00Z
CUSTOMER = replace(QUIET, side="customer")
GOOD = BoxStatus(
    at="2026-11-22T01:02:04.000Z",
    recorder_running=True,
    recorder_at="2026-11-22T01:02:03.500Z",
    analyzer_running=True,
    pages_answer=True,
    lines=(LineStatus("1", "idle", "2026-11-22T01:00:00.000Z", None, -65.0, (QUIET, CUSTOMER)),),
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
    CallStore(tmp_path / "store").close()
    return Settings(
        store=Store(str(tmp_path / "store")),
        device=(Device("tap", "hw:9,9", 2),),
        line=(Line("1", "tap", (0, 1), "801"),),
        analysis=Analysis(model="mine", models=str(tmp_path / "models")),
    )


@pytest.fixture
def case(settings: Settings) -> Case:
    return Case(
        settings, GOOD, NOW, {"1": (QUIET, CUSTOMER)}, {}, {"1": History(NOW - 60, NOW - 60, "on_hook", 0.2, 0)}, synchronised=True
    )


def not_good(case: Case) -> list[Finding]:
    return [finding for finding in examine(case) if not finding.ok]


def test_a_box_that_works_has_nothing_bad(case: Case) -> None:
    assert not_good(case) == []
    assert worst(list(examine(case))) == "ok"


def test_a_box_that_was_backed_up_this_week_says_where(case: Case) -> None:
    made = LastBackup(to_text(NOW - 6 * 86_400), "/media/usb", 9, 1.0)
    (said,) = [f for f in examine(status(last_backup=made)(of_case(since=NOW - 9e6)(case))) if f.check == "store.backup"]
    assert said.ok and "2026-11-16" in said.seen.en and "/media/usb" in said.seen.zh


def status(**changes: Any) -> Callable[[Case], Case]:
    return lambda case: replace(case, status=replace(GOOD, **changes))


def of_case(**changes: Any) -> Callable[[Case], Case]:
    return lambda case: replace(case, **changes)


def of_settings(**changes: Any) -> Callable[[Case], Case]:
    return lambda case: replace(case, settings=replace(case.settings, **changes))


def both(first: Callable[[Case], Case], second: Callable[[Case], Case]) -> Callable[[Case], Case]:
    return lambda case: second(first(case))


LINE = GOOD.lines[0]
SENSED = of_settings(line=(Line("1", "tap", (0, 1), "801", sense=3),), line_sense=LineSenseSettings("/dev/null"))
RECORDS = of_settings(call_records=CallRecordSettings(port="/dev/null"))

TROUBLE: dict[str, tuple[str, Callable[[Case], Case]]] = {
    "recorder: not running": ("wrong", lambda case: replace(status(recorder_running=False, lines=(), devices=())(case))),
    "analyzer: not running": ("wrong", status(analyzer_running=False)),
    "web pages": ("wrong", status(pages_answer=False)),
    "tap (hw:9,9): gone": ("wrong", status(devices=(DeviceStatus("tap", "gone", 0),))),
    "tap (hw:9,9): stuck": ("wrong", status(devices=(DeviceStatus("tap", "stuck", 0),))),
    "80 frames lost": ("warn", status(devices=(DeviceStatus("tap", "running", 80),))),
    "disk: 150 MB free": ("wrong", status(free_disk_mb=150.0)),
    "alarm 4: tap board gone": ("warn", status(alarms=(Alarm("line_sense_gone", "/dev/x", "2026-11-22T01:00:00.000Z", "", 4),))),
    "alarm 5: capture device gone": ("wrong", status(alarms=(Alarm("device_gone", "tap", "2026-11-22T01:00:00.000Z", "", 5),))),
    "seen by 王工": ("warn", status(alarms=(Alarm("device_gone", "tap", GOOD.at, "", 6, "critical", "王工"),))),
    "3 calls could not be analysed": ("warn", status(jobs={"done": 4, "parked": 3})),
    "calls.db cannot be read": ("wrong", status(problems=(Message("calls.db cannot be read: locked", "无法读取 calls.db"),))),
    "calls.db is damaged": ("wrong", of_case(damaged={"calls.db": "row 5 missing from index"})),
    "set by no time server": ("warn", of_case(synchronised=False)),
    "no port /dev/no-such-port": ("wrong", of_settings(line_sense=LineSenseSettings(port="/dev/no-such-port"))),
    "/no/such/store is missing": ("wrong", of_settings(store=Store("/no/such/store"))),
    "callbox models install x": ("wrong", of_settings(analysis=Analysis(model="x", models="/no/such"))),
    "agent: -96 dBFS, nothing at all": ("wrong", of_case(heard={"1": (replace(QUIET, peak_db=-96.0, rms_db=-96.0), CUSTOMER)})),
    "agent: -84 dBFS, silence": ("warn", of_case(heard={"1": (replace(QUIET, peak_db=-70.0, rms_db=-84.0), CUSTOMER)})),
    "what is 9 days old is only here": ("warn", of_case(since=NOW - 9 * 86_400)),
    "in /media/usb; what is 10 days old": ("warn", status(last_backup=LastBackup(to_text(NOW - 864_000), "/media/usb", 9, 1.0))),
    "nothing could be heard": ("warn", of_case(heard={})),
    "off-hook since": ("warn", status(lines=(replace(LINE, state="talking"),))),
    "paused by 李": ("warn", status(lines=(replace(LINE, paused_since=GOOD.at, paused_by="李", call_id="c"),))),
    "usual since then: 30 calls": ("warn", of_case(history={"1": History(NOW - 9e4, None, "", 30.0, 0)})),
    "last on hook": ("warn", both(SENSED, of_case(history={"1": History(NOW, NOW - 9e4, "on_hook", 0.0, 5)}))),
    "12 calls since": ("warn", both(RECORDS, of_case(records=Records(NOW - 9e4, 12)))),
}


@pytest.mark.parametrize("words", TROUBLE)
def test_each_trouble_is_found_once_and_said_in_both_languages(case: Case, words: str) -> None:
    state, change = TROUBLE[words]
    (finding,) = not_good(change(case))
    assert words in finding.seen.en and finding.state == state
    assert finding.seen.zh != finding.seen.en
    if "models install" not in words and "cannot be read" not in words:
        assert finding.advice is not None and finding.advice.zh != finding.advice.en


@pytest.mark.parametrize("words", TROUBLE)
def test_what_is_shown_fits_into_80_columns(case: Case, words: str) -> None:
    broken = TROUBLE[words][1](case)
    for language in ("en", "zh"):
        for line in shown(list(examine(broken)), broken.settings, language):
            assert sum(2 if ord(character) > 0x2E7F else 1 for character in line) <= 80 or "/" in line


def test_a_board_that_is_gone_is_one_warning_of_the_line(case: Case) -> None:
    alarm = Alarm("line_sense_gone", "/dev/null", GOOD.at, "")
    gone = both(status(alarms=(alarm,)), SENSED)(case)
    assert [(finding.check, finding.line) for finding in not_good(gone)] == [("alarm", ""), ("line.sense", "1")]


def test_an_alarm_about_a_line_stands_with_the_line(case: Case) -> None:
    broken = status(alarms=(Alarm("hum", "1", GOOD.at, "agent -40 dBFS"),))(case)
    text = list(shown(list(examine(broken)), broken.settings, "en"))
    assert next(number for number, line in enumerate(text) if "mains hum" in line) > text.index("line 1 (ext. 801)")


def test_a_device_that_does_not_open_says_why_and_the_line_points_there(settings: Settings, case: Case) -> None:
    error = DeviceError("There is no audio device hw:9,9.", "找不到音频设备 hw:9,9。")
    heard, refused = listen(settings, lambda _device: Card(np.zeros((0, 2), np.int16), error))
    assert heard == {}
    stopped = replace(GOOD, recorder_running=False, lines=(), devices=())
    found = [finding.check for finding in not_good(replace(case, status=stopped, heard=heard, refused=refused))]
    assert found == ["service.recorder", "device"]


def test_permissions_that_lock_services_out_are_named(case: Case) -> None:
    store = Path(case.settings.store.path)
    (store / "calls.db").chmod(0o640)
    store.chmod(0o750)
    (finding,) = not_good(case)
    assert finding.check == "store.permissions" and "calls.db (0640)" in finding.seen.en and "store/ (0750)" in finding.seen.en
    assert finding.advice is not None and "2770" in finding.advice.en


def test_what_sqlite_finds_wrong_with_a_database(settings: Settings) -> None:
    store = Path(settings.store.path)
    assert damaged(store) == {}
    content = bytearray((store / "calls.db").read_bytes())
    content[4096:8192] = b"\xff" * 4096
    (store / "calls.db").write_bytes(content)
    assert list(damaged(store)) == ["calls.db"]


@pytest.fixture
def lived(settings: Settings) -> Iterator[CallStore]:
    """A store with a call a week ago on Saturday noon, local."""
    store = CallStore(Path(settings.store.path))
    call = Call("c", "1", "pair", "zh", "in", "closed", NOW - 8 * 86_400, ended_at=NOW - 8 * 86_400 + 60)
    store.sync(settings)
    store.start_call(call, None)
    yield store
    store.close()


def test_history_knows_the_last_call_and_what_would_be_usual_since(settings: Settings, lived: CallStore) -> None:
    assert lived.path.exists()
    history = histories(settings, NOW)["1"]
    assert history.last_call == NOW - 8 * 86_400 and history.last_event is None
    assert 45 <= history.expected < 47  # a week of working hours, guessed at one an hour, and two Saturdays' eight o'clock
    assert records_of(settings) == Records(None, 1)


def running(settings: Settings, at: float) -> None:
    """A recorder that tells its live status."""
    folder = run_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    lines = (LineStatus("1", "idle", "2026-11-22T00:39:00.000Z", None, -66.0, (QUIET, CUSTOMER)),)
    write_status(folder, RecorderStatus(at, NOW, True, os.getpid(), lines, (DeviceStatus("tap", "running", 0),), 100.0, 0, 1.0))


def test_while_the_recorder_runs_its_word_counts_and_no_device_is_touched(settings: Settings) -> None:
    running(settings, NOW)
    simulated = replace(settings, simulation=Simulation(start="2026-11-22T00:00:00Z"))
    case = gather(simulated, NOW)
    assert case.heard == {"1": (QUIET, CUSTOMER)} and case.refused == {}
    assert "simulated" in next(finding for finding in examine(case) if finding.check == "clock").seen.en


def test_a_fresh_machine_is_told_where_to_begin_and_not_what_follows_from_it(case: Case) -> None:
    fresh = replace(case, status=replace(GOOD, recorder_running=False, analyzer_running=False, pages_answer=False))
    (finding,) = not_good(replace(fresh, settings=replace(case.settings, line=(), store=Store("/no/such/store"))))
    assert finding.advice is not None and "callbox demo" in finding.advice.en and "docs/install.md" in finding.advice.en


@pytest.mark.parametrize(
    ("language", "mark", "sum_up"), [("en", "WRONG", "2 wrong, 0 to look at"), ("zh", "异常", "2 项异常,0 项注意")]
)
def test_the_command_counts_what_is_wrong(tmp_path: Path, language: str, mark: str, sum_up: str) -> None:
    config = written(Settings(store=Store(str(tmp_path))), tmp_path)
    done = callbox("doctor", "--config", config, CALLBOX_LANG=language, CALLBOX_MODELS=str(tmp_path / "none"))
    assert done.returncode == 2
    assert [line.split()[0] for line in done.stdout.splitlines() if line].count(mark) == 2
    assert done.stdout.splitlines()[-1] == sum_up


def test_a_stopped_recorder_and_a_device_that_is_not_there_on_the_command_line(settings: Settings, tmp_path: Path) -> None:
    done = callbox("doctor", "--json", "--config", written(settings, tmp_path))
    told = answer(done)
    wrong = {finding["check"]: finding for finding in told["findings"] if finding["state"] == "wrong"}
    assert done.returncode == 2 and told["verdict"] == "wrong"
    assert {"service.recorder", "device"} <= set(wrong)
    assert "hw:9,9" in wrong["device"]["seen"]["en"]
    assert {"state", "check", "line", "seen", "advice"} <= set(told["findings"][0])


def test_wrong_settings_are_findings_for_programs_too(tmp_path: Path) -> None:
    config = tmp_path / "callbox.toml"
    config.write_text('[web]\nport = "x"\n[sotre]\n', encoding="utf-8")
    done = callbox("doctor", "--json", "--config", config)
    assert done.returncode == 2
    assert [finding["check"] for finding in answer(done)["findings"]] == ["settings", "settings"]


def test_a_line_is_listened_to_live(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.doctor.listen.follow.__defaults__", (lambda _seconds: None,))
    running(settings, time.time())
    done = callbox("doctor", "--line", "1", "--seconds", "3", "--config", written(settings, tmp_path))
    bars = [line for line in done.stdout.splitlines() if line.startswith("agent ")]
    assert len(bars) == 3 and all("customer" in line and len(line) <= 80 for line in bars)
    assert "listening to line 1" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"), [(("--line", "9"), "Known are: 1"), (("--line", "1", "--seconds", "0"), "from 1 to 600")]
)
def test_a_line_that_is_not_there_is_told(settings: Settings, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = callbox("doctor", *words, "--config", written(settings, tmp_path))
    assert done.returncode == 2 and said in done.stderr
