"""The box stops in mid-call, in any way: what was recorded is there afterwards, and says what happened to it."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from hw.interfaces import LineEvent
from hw.messages import UserError
from hw.simulated.script import write_events
from hw.simulated.tap import TapCall, build_tap
from recorder.audio.files import open_call
from recorder.ids import new_id
from recorder.restart.bookkeeping import Bookkeeper
from recorder.restart.recovery import flac_header
from recorder.settings.cli import show
from recorder.settings.sections import Device, Line, Settings, Simulation, Store
from recorder.store.dividing import divide
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB
from recorder.store.writer import CallStore
from recorder.times import to_text
from tests.scenarios.box import RATE, SPEECH, START, Box


def abandoned(folder: Path, until: float = 30) -> Box:
    """A recorder that stopped at `until` without a word, in the middle of a call that began at 10 s."""
    box = Box(folder / "store", 60)
    box.answer(0, 10, 50)
    recorder = box.recorder()
    while box.tap.place < until * RATE:
        recorder.step(0.0)
    # What the kernel does when a process dies: its files are closed, its locks are gone.
    for device in recorder.devices.values():
        for line in device.lines:
            if line._call is not None:
                line._call._piece.writer.close()
    recorder._store.close()
    return box


def restarted(box: Box) -> Box:
    """The same store, after the restart of the box: quiet lines."""
    later = Box(box.store, 2)
    recorder = later.recorder()
    (books,) = (keeper for keeper in recorder._keepers if isinstance(keeper, Bookkeeper))
    while recorder.step(0.0) or books.looking:
        pass
    recorder.finish()
    return later


def part_of(box: Box) -> Path:
    (part,) = (box.store / "audio").rglob("*.part")
    return part


def test_a_call_that_was_cut_off_is_recovered(tmp_path: Path) -> None:
    box = abandoned(tmp_path)
    restarted(box)
    with box.reader() as reader:
        (call,) = reader.calls_closed_since()
        (part,) = reader.parts(call.id)
    assert (call.state, call.duration_s, part.state) == ("interrupted", 20.0, "recovered")
    assert call.ended_at == pytest.approx(START + 30, abs=0.01)
    with open_call(box.store, call.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(10, 20, 0, 1))
    assert list((box.store / "audio").rglob("*.part")) == []


def test_garbage_at_the_end_is_ignored(tmp_path: Path) -> None:
    box = abandoned(tmp_path)
    with part_of(box).open("ab") as file:
        file.write(np.random.default_rng(1).bytes(10_000))
    restarted(box)
    with box.reader() as reader:
        (call,) = reader.calls_closed_since()
    with open_call(box.store, call.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(10, 20, 0, 1))


def test_a_part_without_a_start_is_kept_aside(tmp_path: Path) -> None:
    box = abandoned(tmp_path)
    part = part_of(box)
    part.write_bytes(b"\0" * 5000)
    restarted(box)
    assert part.with_suffix(".part.damaged").read_bytes() == b"\0" * 5000
    with box.reader() as reader:
        (call,) = reader.calls_closed_since()
        assert (call.state, call.duration_s, reader.parts(call.id)) == ("interrupted", 0.0, [])
    with pytest.raises(UserError, match="has no audio"):
        open_call(box.store, call.id)


def test_healthy_files_are_left_alone(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 10, 30)
    box.run().close()
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in box.store.rglob("*.flac")}
    assert before
    restarted(box)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in box.store.rglob("*.flac")} == before


def test_a_stop_between_file_and_row_loses_nothing(tmp_path: Path) -> None:
    box = abandoned(tmp_path)
    with sqlite3.connect(box.store / CALLS_DB) as db:
        for table in ("gaps", "parts", "calls"):
            db.execute(f"DELETE FROM {table}")
    db.close()
    restarted(box)
    with box.reader() as reader:
        (call,) = reader.calls_closed_since()
    assert (call.line, call.state, call.direction, call.agent_id, call.duration_s) == ("1", "interrupted", "in", "1001", 20.0)


def test_a_part_that_went_to_another_call_before_the_stop_stays_there(tmp_path: Path) -> None:
    """As recorder.store.dividing leaves it: the file still names the call it was begun for."""
    box = abandoned(tmp_path)
    with CallStore(box.store) as store:
        (whole,) = store.calls_between(0, 9e9)
        (part,) = store.parts(whole.id)
        rest = dataclasses.replace(whole, id=new_id(whole.started_at + 5), answered_at=None)
        divide(store, whole.id, rest, [part], 0)
    restarted(box)
    with box.reader() as reader:
        assert reader.parts(whole.id) == []
        (kept,) = reader.parts(rest.id)
        header = flac_header(box.store / kept.path)
    assert (kept.id, kept.state, header and header.call_id) == (part.id, "recovered", rest.id)


def test_a_stop_while_converting_converts_again(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 10, 30)
    recorder = box.recorder()
    recorder._shop.closer._offer = lambda: None  # type: ignore[method-assign]
    while recorder.step(0.0):
        pass
    for writer in recorder._shop.closer._writers.values():
        writer.close()
    recorder._store.close()
    with pytest.raises(UserError, match="still being recorded"), box.reader() as reader:
        open_call(box.store, reader.calls_between(0, 9e9)[0].id)
    restarted(box)
    with box.reader() as reader:
        (call,) = reader.calls_closed_since()
        assert (call.state, call.duration_s, reader.parts(call.id)[0].state) == ("closed", 20.0, "closed")


def test_a_damaged_database_is_made_again_from_the_files(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 5.5, 20)
    box.answer(0, 30, 40)
    box.speak(10, 20, 3, 4)
    with box.run() as reader:
        before = {call.id: (call.line, call.duration_s, call.direction) for call in reader.calls_between(0, 9e9)}
    for path in box.store.glob(f"{CALLS_DB}*"):
        path.write_bytes(b"garbage" * 3000)
    restarted(box)
    with box.reader() as reader:
        found = reader.calls_between(0, 9e9)
        assert {call.id: (call.line, call.duration_s, call.direction) for call in found} == before
        assert [alarm.kind for alarm in reader.open_alarms()] == ["database_damaged"]
    for call in found:
        open_call(box.store, call.id).close()
    assert list(box.store.glob("calls.db.damaged-*"))


def test_another_recorders_part_is_left_to_it(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 10, 50)
    recorder = box.recorder()
    while box.tap.place < 30 * RATE:
        recorder.step(0.0)
    guest = Box(box.store, 2)
    guest_recorder = guest.recorder()  # a second owner would be a mistake; even that must not touch what is being written
    assert part_of(box).exists()
    guest_recorder.finish()
    while recorder.step(0.0):
        pass
    recorder.finish()
    with box.reader() as reader:
        assert [part.frames for part in reader.parts(reader.calls_between(0, 9e9)[0].id)] == [40 * RATE]


@pytest.mark.parametrize("how", ["missing", "truncated", "not audio", "outside"])
def test_a_file_that_is_not_right_is_told(tmp_path: Path, how: str) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 10, 30)
    with box.run() as reader:
        (call,) = reader.calls_between(0, 9e9)
        path = box.store / reader.parts(call.id)[0].path
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    elif how == "not audio":
        path.write_bytes(b"x" * 5000)
    else:
        with sqlite3.connect(box.store / CALLS_DB) as db:
            db.execute("UPDATE parts SET path = '../../../etc/passwd'")
        db.close()
    with pytest.raises(UserError) as caught, open_call(box.store, call.id) as audio:
        audio.read(0, audio.frames)
    assert caught.value.message.zh


def test_killed_in_mid_call_less_than_a_second_is_lost(tmp_path: Path) -> None:
    """The real process, the real ALSA plugin, a real SIGKILL."""
    tap = build_tap([TapCall(0.5, SPEECH, (0, 1))], tmp_path / "tap", 2)
    start = round(time.time() + 1.5, 3)
    write_events(tmp_path / "events", [LineEvent(0, "off_hook", start + 0.5, 1)])
    config = tmp_path / "callbox.toml"
    settings = Settings(
        store=Store(path=str(tmp_path / "store"), min_free_mb=0),
        device=(Device("tap", tap.pcm, 2),),
        line=(Line("1", "tap", (0, 1), sense=0),),
        simulation=Simulation(1.0, to_text(start), to_text(start), str(tmp_path / "events")),
    )
    config.write_text(show(settings), encoding="utf-8")
    command = [sys.executable, "-m", "recorder", "--config", str(config)]
    process = subprocess.Popen(command, env=os.environ | tap.environment(), stderr=subprocess.PIPE)
    time.sleep(max(0.0, start + 6 - time.time()))
    process.kill()
    killed_at = time.time()
    process.communicate()
    config.write_text(show(_stopping(settings)), encoding="utf-8")
    again = subprocess.run(command, env=os.environ | tap.environment(), stderr=subprocess.PIPE, timeout=60, check=False)
    assert again.returncode == 0, again.stderr.decode()
    with CallReader(tmp_path / "store") as reader:
        (call,) = reader.calls_closed_since()
    assert call.state == "interrupted"
    assert call.duration_s is not None
    assert killed_at - (start + 0.5) - call.duration_s < 1.0
    truth = soundfile.read(SPEECH, dtype="int16")[0]
    with open_call(tmp_path / "store", call.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), truth[: audio.frames])


def _stopping(settings: Settings) -> Settings:
    """The same, long over: the recorder takes up what is left and ends."""
    now = to_text(time.time() - 100)
    return dataclasses.replace(settings, simulation=Simulation(1.0, now, now, settings.simulation.events, stop_after_s=1.0))


def test_asked_to_stop_it_ends_the_call_and_leaves_with_0(tmp_path: Path) -> None:
    tap = build_tap([TapCall(0.2, SPEECH, (0, 1))], tmp_path / "tap", 2)
    start = time.time() + 1.5
    config = tmp_path / "callbox.toml"
    settings = Settings(
        store=Store(path=str(tmp_path / "store"), min_free_mb=0),
        device=(Device("tap", tap.pcm, 2),),
        line=(Line("1", "tap", (0, 1)),),
        simulation=Simulation(1.0, to_text(start), to_text(start)),
    )
    config.write_text(show(settings), encoding="utf-8")
    command = [sys.executable, "-m", "recorder", "--config", str(config)]
    process = subprocess.Popen(command, env=os.environ | tap.environment(), stderr=subprocess.PIPE)
    time.sleep(max(0.0, start + 4 - time.time()))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    with CallReader(tmp_path / "store") as reader:
        (call,) = reader.calls_closed_since()
        assert (call.state, reader.parts(call.id)[0].state) == ("closed", "closed")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(), "There is nothing to record"),
        (Settings(device=(Device("tap", "nowhere", 2),), line=(Line("1", "tap", (0, 1)),)), "nowhere"),
    ],
    ids=["no lines", "no device"],
)
def test_what_cannot_record_says_so_in_one_line(tmp_path: Path, settings: Settings, said: str) -> None:
    config = tmp_path / "callbox.toml"
    config.write_text(show(dataclasses.replace(settings, store=Store(path=str(tmp_path / "store")))), encoding="utf-8")
    command = [sys.executable, "-m", "recorder", "--config", str(config)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, timeout=60, check=False, env=os.environ | {"CALLBOX_LANG": "en"})
    words = ended.stderr.decode().strip().splitlines()
    assert ended.returncode == 1
    assert said in words[-1]
    assert "Traceback" not in ended.stderr.decode()
