"""`callbox bench recorder`: does it notice what it is there to notice?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from hw.interfaces import Samples
from recorder.bench.feed import _Door, play
from recorder.bench.peers import kept_whole
from recorder.bench.recorder import OFF_HOOK_S, RATE, _is_stretch_of, bench_recorder, write_raw


@pytest.fixture
def played(tmp_path: Path) -> Samples:
    write_raw(tmp_path / "tap.raw", 2, 4.0)
    return np.fromfile(tmp_path / "tap.raw", "<i2").reshape(-1, 2)


@pytest.mark.parametrize("early", [0, 37])
def test_a_call_is_one_stretch_of_what_was_played_or_it_is_not(played: Samples, early: int) -> None:
    first = round(OFF_HOOK_S * RATE) - early
    heard = played[first : first + 2 * RATE]
    assert _is_stretch_of(heard, played)
    assert not _is_stretch_of(np.delete(heard, 9000, axis=0), played)
    assert not _is_stretch_of(heard[:, ::-1], played)


def test_a_peers_file_is_whole_or_it_is_not(played: Samples, tmp_path: Path) -> None:
    wanted, out = played[RATE : 3 * RATE], tmp_path / "peer.wav"
    for samples, whole in ((played, True), (np.delete(played, 2 * RATE, axis=0), False), (played[: 2 * RATE], False)):
        soundfile.write(out, samples, RATE, subtype="PCM_16")
        assert kept_whole(out, wanted) is whole
    assert not kept_whole(tmp_path / "none.wav", wanted)


def test_what_a_pipe_has_no_room_for_is_counted_and_nothing_is_shifted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that sleeps through it finds whole blocks, the first ones. The feed plays without waiting here."""
    os.mkfifo(tmp_path / "tap")
    raw = np.arange(RATE * 2, dtype="<i2")
    raw.tofile(tmp_path / "raw")
    monkeypatch.setattr("recorder.bench.feed.BUFFER_S", 0.5)
    monkeypatch.setattr("recorder.bench.feed.time.sleep", lambda _seconds: None)
    reader = os.open(tmp_path / "tap", os.O_RDONLY | os.O_NONBLOCK)
    lost = play(tmp_path / "raw", 2, RATE, time.time(), [tmp_path / "tap"])["tap"]
    kept = np.frombuffer(os.read(reader, 1 << 20), "<i2")
    os.close(reader)
    assert 0 < lost < len(raw)
    assert np.array_equal(kept[: len(kept) // 800 * 800], raw[: len(kept) // 800 * 800])


def test_half_a_block_is_finished_before_the_next(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tap")
    reader = os.open(tmp_path / "tap", os.O_RDONLY | os.O_NONBLOCK)
    door = _Door(tmp_path / "tap", 8192)
    blocks = [bytes([number]) * 5000 for number in range(1, 9)]
    taken, heard = [], b""
    for block in blocks:
        taken.append(door.offer(block))
        if len(taken) % 3 == 0:
            heard += os.read(reader, 1 << 20)
    os.close(reader)
    assert False in taken
    expected = b"".join(block for block, kept in zip(blocks, taken, strict=True) if kept)
    assert expected.startswith(heard)


@pytest.mark.slow
def test_the_bench_compares_what_was_kept_with_what_was_played() -> None:
    """A machine that is too busy for a recorder without its priority loses frames, and the bench says so: no fault of the bench."""
    figures = bench_recorder(lines=2, seconds=5.0)
    assert 0 <= figures["lost_frames"] < 2 * 5 * 8000, "nothing was compared"
    assert figures["identical"] is (figures["lost_frames"] == 0)
    assert {"cpu_percent_per_line", "peak_mb", "worst_write_ms", "worst_delay_ms", "peers"} <= figures.keys()
