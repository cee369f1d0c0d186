"""The crash-safe part: whatever is cut off or garbage at its end, what was written before is there."""

from __future__ import annotations

import errno
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw.interfaces import Samples
from recorder.audio.flac import convert, file_digest
from recorder.audio.partfile import NotAPartError, PartHeader, PartWriter, blocks, claimed, read_header, was_ended

HEADER = PartHeader("p", "c", 1, "线路 1", "pair", "zh", "in", 1795308557.5, 8000, 2, "1001", "零售组")


def noise(frames: int, channels: int = 2, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).integers(-3000, 3000, (frames, channels)).astype(np.int16)


def read(path: Path) -> Samples:
    return np.concatenate([np.zeros((0, 2), np.int16), *blocks(path)])


def written(folder: Path, pieces: list[Samples], end: int | None = None) -> Path:
    writer = PartWriter(folder / "p.part", HEADER)
    for piece in pieces:
        writer.write(piece)
    if end is not None:
        writer.end(end)
    writer.close()
    return writer.path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    pieces = [noise(800), noise(3), noise(1600)]
    path = written(tmp_path, pieces, end=2403)
    assert read_header(path) == HEADER
    assert was_ended(path)
    assert np.array_equal(read(path), np.concatenate(pieces))


def test_a_late_end_cuts(tmp_path: Path) -> None:
    path = written(tmp_path, [noise(800), noise(800)], end=1000)
    assert np.array_equal(read(path), np.concatenate([noise(800), noise(800)])[:1000])


def test_garbage_after_the_end_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, [noise(800), noise(800)], end=1000)
    with path.open("ab") as file:
        file.write(os.urandom(5000))
    assert len(read(path)) == 1000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 12_000), garbage=st.binary(max_size=300))
def test_any_cut_and_any_garbage_leave_whole_blocks(tmp_path: Path, cut: int, garbage: bytes) -> None:
    pieces = [noise(700, seed=seed) for seed in range(4)]
    path = written(tmp_path, pieces)
    start = path.stat().st_size - 4 * (12 + 2800)
    data = path.read_bytes()
    path.write_bytes(data[: start + cut] + garbage)
    whole = min(4, cut // 2812)
    assert np.array_equal(read(path)[: whole * 700], np.concatenate([np.zeros((0, 2), np.int16), *pieces[:whole]]))
    assert len(read(path)) in {whole * 700, whole * 700 + 700}  # garbage may happen to be what was cut
    assert not was_ended(path)
    path.unlink()


def test_a_flipped_bit_ends_it_there(tmp_path: Path) -> None:
    path = written(tmp_path, [noise(800), noise(800), noise(800)])
    data = bytearray(path.read_bytes())
    data[-4000] ^= 1
    path.write_bytes(data)
    assert len(read(path)) == 800


@pytest.mark.parametrize("content", [b"", b"CALLBOX PART 1\n", b"RIFF" + bytes(100), b"CALLBOX PART 1\n" + b"\xff" * 50])
def test_a_file_without_a_header_is_no_part(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(content)
    with pytest.raises(NotAPartError):
        read_header(path)


def test_a_part_being_written_is_held(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path / "p.part", HEADER)
    with claimed(writer.path) as free:
        assert not free
    writer.close()
    with claimed(writer.path) as free:
        assert free


def test_it_is_flushed_to_the_disk_within_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, synced = [0.0], []
    monkeypatch.setattr(os, "fdatasync", lambda _fd: synced.append(now[0]))
    writer = PartWriter(tmp_path / "p.part", HEADER, monotonic=lambda: now[0])
    for step in range(100):
        now[0] = step / 10
        writer.write(noise(800))
    writer.close()
    assert max(later - earlier for earlier, later in pairwise(synced)) <= 0.91
    assert synced[-1] >= 9


def test_a_full_disk_leaves_no_half_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = PartWriter(tmp_path / "p.part", HEADER)
    writer.write(noise(800))
    real, calls = os.write, []

    def full(descriptor: int, data: bytes) -> int:
        calls.append(1)
        if len(calls) == 1:
            return real(descriptor, data[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        writer.write(noise(800, seed=2))
    monkeypatch.setattr(os, "write", real)
    writer.write(noise(800, seed=3))
    writer.end(1600)
    writer.close()
    assert np.array_equal(read(writer.path), np.concatenate([noise(800), noise(800, seed=3)]))


def test_flac_holds_the_same_samples(tmp_path: Path) -> None:
    pieces = [noise(50_000, seed=seed) for seed in range(4)]
    done = convert(written(tmp_path, pieces, end=150_001))
    assert done is not None
    samples, rate = soundfile.read(done.path, dtype="int16")
    assert (rate, done.frames) == (8000, 150_001)
    assert np.array_equal(samples, np.concatenate(pieces)[:150_001])
    assert (done.bytes, done.sha256) == (done.path.stat().st_size, file_digest(done.path))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["p.flac", "p.part"]


def test_a_part_without_audio_makes_no_file(tmp_path: Path) -> None:
    assert convert(written(tmp_path, [])) is None
    assert [path.name for path in tmp_path.iterdir()] == ["p.part"]


def test_a_conversion_that_fails_leaves_the_part_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, [noise(800)])

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        convert(path)
    assert [one.name for one in tmp_path.iterdir()] == ["p.part"]
