"""Sound files through the simulated tap and the real recorder: each one call, whatever the others are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from hw.interfaces import Samples
from hw.messages import UserError
from recorder.audio.files import open_call
from recorder.replay import replay
from recorder.settings.sections import Agent, Assignment, Settings, Store
from recorder.store.reader import CallReader
from recorder.store.writer import CallStore
from tests.scenarios.box import spoken

RATE = 8000


def pair(seconds: float) -> Samples:
    return np.stack([spoken(seconds), spoken(seconds)[::-1]], axis=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=Store(str(tmp_path / "store"), min_free_mb=0))


def test_every_good_file_is_one_call_and_bad_ones_are_told(tmp_path: Path, settings: Settings) -> None:
    hold = np.concatenate([pair(5), np.zeros((20 * RATE, 2), np.int16), pair(5)])
    soundfile.write(tmp_path / "hold.wav", hold, RATE)
    soundfile.write(tmp_path / "mono.flac", pair(7)[:, :1], RATE)
    soundfile.write(tmp_path / "fast.wav", np.random.default_rng(1).normal(0, 0.1, (44_100 * 6, 2)), 44_100)
    soundfile.write(tmp_path / "three.wav", np.zeros((RATE, 3), np.int16), RATE)
    soundfile.write(tmp_path / "short.wav", pair(10), RATE)
    whole = (tmp_path / "short.wav").read_bytes()
    (tmp_path / "short.wav").write_bytes(whole[: 44 + 6 * RATE * 4])
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("no sound at all", encoding="utf-8")
    names = ["hold.wav", "empty.wav", "mono.flac", "text.wav", "missing.wav", "fast.wav", "three.wav", "short.wav"]
    seen: list[float] = []
    outcome = replay([tmp_path / name for name in names], settings, 20.0, lambda done, total: seen.append(done / total))

    assert [path.name for path, _ in outcome.calls] == ["hold.wav", "mono.flac", "fast.wav", "short.wav"]
    told = " ".join(error.en for error in outcome.errors)
    for word in ("empty.wav is empty", "text.wav is no sound file", "missing.wav does not exist", "three.wav has 3 channels"):
        assert word in told
    assert seen[-1] == pytest.approx(1.0)
    assert seen == sorted(seen)
    expected = {"hold.wav": hold, "mono.flac": pair(7)[:, :1], "short.wav": pair(10)[: 6 * RATE]}
    for path, call_id in outcome.calls:
        with open_call(tmp_path / "store", call_id) as audio, CallReader(tmp_path / "store") as reader:
            call = reader.call(call_id)
            assert call is not None
            assert (call.state, call.source, call.direction, call.hung_up_by) == ("closed", str(path), "unknown", None)
            assert reader.gaps(call_id) == []
            if path.name in expected:
                assert np.array_equal(audio.read(0, audio.frames), expected[path.name])
            else:
                assert (audio.rate, audio.duration_s) == (RATE, pytest.approx(6.0, abs=0.01))
    left = {path.name for path in (tmp_path / "store").iterdir()} - {"calls.db-wal", "calls.db-shm"}
    assert left == {"audio", "calls.db", "evidence", "recorder.lock"}


def test_who_sits_where_is_not_forgotten(tmp_path: Path, settings: Settings) -> None:
    store = CallStore(tmp_path / "store")
    store.sync(Settings(agent=(Agent("a", "A"),), assignment=(Assignment("a", extension="801"),)))
    soundfile.write(tmp_path / "one.wav", pair(2), RATE)
    replay([tmp_path / "one.wav"], settings, 20.0, language="en")
    assert store.connection.execute("SELECT count(*) FROM assignments").fetchone()[0] == 1
    (call,) = store.calls_closed_since()
    assert call.language == "en"


def test_what_cannot_work_at_all_is_told(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UserError, match="speed"):
        replay([], settings, 0)
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot work there"):
        replay([tmp_path / "one.wav"], Settings(store=Store(str(blocked / "store"))), 10)


def test_nothing_to_replay_is_no_error(settings: Settings) -> None:
    outcome = replay([], settings, 10)
    assert (outcome.calls, outcome.errors) == ([], [])
