"""A full disk: nothing crashes, what is there stays, and recording goes on when there is room."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recorder.audio.files import open_call
from recorder.audio.partfile import PartWriter
from recorder.store.disk import DiskGuard
from tests.scenarios.box import RATE, START, Box

MIB = 1 << 20


def alarms(box: Box) -> list[tuple[str, bool]]:
    with box.reader() as reader:
        return [(alarm.kind, alarm.cleared_at is not None) for alarm in reversed(reader.alarms())]


def test_below_the_limit_no_new_call_is_started_and_one_alarm_stands(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60, min_free_mb=100, free_bytes=lambda: 50 * MIB)
    box.answer(0, 10, 20)
    box.answer(0, 30, 40)
    with box.run() as reader:
        assert reader.calls_between(0, 9e9) == []
        gaps = reader.connection.execute("SELECT line, frames, reason FROM gaps").fetchall()
        assert [tuple(gap) for gap in gaps] == [("1", 10 * RATE, "disk_full")] * 2
    assert alarms(box) == [("disk_low", False)]


def test_a_running_call_goes_on_below_the_limit(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60, min_free_mb=100)
    box.free_bytes = lambda: (500 if box.clock.now() < START + 20 else 50) * MIB
    box.answer(0, 10, 40)
    with box.run() as reader:
        (call,) = reader.calls_between(0, 9e9)
    assert call.duration_s == 30.0
    assert alarms(box) == [("disk_low", False)]


def test_when_there_is_room_again_the_rest_of_the_call_is_kept(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60, min_free_mb=100)
    box.free_bytes = lambda: (50 if box.clock.now() < START + 20 else 500) * MIB
    box.answer(0, 10, 40)
    with box.run() as reader:
        (call,) = reader.calls_between(0, 9e9)
        assert call.duration_s == pytest.approx(20, abs=1.1)
        lost = reader.connection.execute("SELECT frames, reason FROM gaps").fetchall()
    assert [gap["reason"] for gap in lost] == ["disk_full"]
    assert lost[0]["frames"] / RATE + (call.duration_s or 0) == pytest.approx(30)
    assert alarms(box) == [("disk_low", True)]
    with open_call(box.store, call.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(40 - audio.duration_s, audio.duration_s, 0, 1))


def test_a_disk_that_refuses_in_mid_call_costs_only_that_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 10, 40)
    real = PartWriter._append

    def append(self: PartWriter, data: bytes) -> None:
        if START + 20 < box.clock.now() < START + 25:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, data)

    monkeypatch.setattr(PartWriter, "_append", append)

    def probe(self: DiskGuard) -> None:
        self._trouble = "" if box.clock.now() > START + 25 else "disk_low"

    monkeypatch.setattr(DiskGuard, "_probe", probe)
    with box.run() as reader:
        (call,) = reader.calls_between(0, 9e9)
        first, second = reader.parts(call.id)
        (gap,) = reader.gaps(call.id)
    assert (call.state, call.duration_s) == ("closed", 30.0)
    assert (first.frames, gap.start_frame, gap.reason) == (10 * RATE, 10 * RATE, "disk_full")
    assert second.frames is not None
    assert 10 * RATE + gap.frames + second.frames == 30 * RATE
    assert gap.frames < 8 * RATE
    assert alarms(box) == [("disk_low", True)]
    with open_call(box.store, call.id) as audio:
        assert audio.duration_s == 30.0
        assert np.array_equal(audio.read(0, 10 * RATE), box.samples(10, 10, 0, 1))
        tail = second.frames
        assert np.array_equal(audio.read(30 * RATE - tail, tail), box.samples(40 - tail / RATE, tail / RATE, 0, 1))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of 8 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    box = Box(small_disk / "store", 150)
    box.answer(0, 10, 140)
    box.answer(1, 20, 30)
    filler = small_disk / "filler"
    recorder = box.recorder()
    going = True
    while going:
        going = recorder.step(0.0)
        second = box.tap.place // RATE
        if second == 40 and not filler.exists():
            filler.write_bytes(b"")
            _fill(filler)
        if second == 80:
            filler.unlink(missing_ok=True)
    recorder.finish()
    with box.reader() as reader:
        calls = {call.line: call for call in reader.calls_between(0, 9e9)}
        assert {line: (call.state, call.duration_s) for line, call in calls.items()} == {
            "1": ("closed", 130.0),
            "2": ("closed", 10.0),
        }
        gaps = reader.gaps(calls["1"].id)
    assert [gap.reason for gap in gaps] == ["disk_full"]
    assert 38 * RATE < gaps[0].frames < 50 * RATE
    with open_call(box.store, calls["1"].id) as audio:
        assert audio.duration_s == 130.0
        assert np.array_equal(audio.read(0, 29 * RATE), box.samples(10, 29, 0, 1))
        assert np.array_equal(audio.read(90 * RATE, 40 * RATE), box.samples(100, 40, 0, 1))
    assert alarms(box) == [("disk_low", True)]


def _fill(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        while True:
            os.write(descriptor, bytes(4096))
    except OSError:
        pass
    finally:
        os.close(descriptor)
