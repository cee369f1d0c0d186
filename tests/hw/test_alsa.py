"""AlsaSource's errors and overruns; what it delivers is in tests/contracts."""

from __future__ import annotations

from pathlib import Path

import alsaaudio
import numpy as np
import pytest

from hw.alsa import TRIES, AlsaSource
from hw.errors import DeviceError, DeviceStuckError
from hw.simulated.tap import alsa_config
from tests.hw.fakes import ScriptedPcm

PERIOD = np.arange(1600, dtype="<i2").tobytes()


class Ticks:
    """A monotonic clock that shows what it is told; step: seconds it moves on by itself with each look."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 100.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def opened(monkeypatch: pytest.MonkeyPatch, pcm: ScriptedPcm, ticks: Ticks) -> AlsaSource:
    monkeypatch.setattr(alsaaudio, "PCM", lambda **_: pcm)
    source = AlsaSource("scripted", 2, 8000, 100, ticks)
    source.open()
    return source


def test_an_overrun_is_reported_as_lost_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = Ticks()
    source = opened(monkeypatch, ScriptedPcm([(800, PERIOD), (-32, b""), (800, PERIOD)], waiting=400), ticks)
    assert source.read().lost_frames == 0
    ticks.now += 2.5
    block = source.read()
    assert block.lost_frames == 2.5 * 8000 + 400
    assert block.samples.shape == (800, 2)


def test_a_short_read_is_delivered_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    source = opened(monkeypatch, ScriptedPcm([(0, b""), (10, PERIOD[:40])]), Ticks())
    block = source.read()
    assert block.samples.tolist() == [[2 * n, 2 * n + 1] for n in range(10)]
    assert block.lost_frames == 0


def test_a_device_gone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    source = opened(monkeypatch, ScriptedPcm([alsaaudio.ALSAAudioError("No such device [hw:1]")]), Ticks())
    with pytest.raises(DeviceError, match="stopped delivering") as caught:
        source.read()
    assert "scripted" in caught.value.message.zh
    assert not isinstance(caught.value, DeviceStuckError)


@pytest.mark.parametrize("reads", [[(0, b"")] * 20, [(-32, b"")] * TRIES], ids=["zero frames", "overruns only"])
def test_a_stuck_device_says_so_in_a_second(monkeypatch: pytest.MonkeyPatch, reads: list[tuple[int, bytes] | Exception]) -> None:
    ticks = Ticks(0.05)
    source = opened(monkeypatch, ScriptedPcm(reads), ticks)
    before = ticks.now
    with pytest.raises(DeviceStuckError, match="no samples") as caught:
        source.read()
    assert "scripted" in caught.value.message.zh
    assert ticks.now - before < 1.2


@pytest.mark.parametrize(
    ("reason", "advice", "advice_zh"),
    [
        ("No such file or directory [x]", "arecord -L", "arecord -L"),
        ("Device or resource busy [x]", "in use", "占用"),
        ("Permission denied [x]", "group audio", "audio 组"),
        ("Invalid argument [x]", "callbox.toml", "callbox.toml"),
    ],
)
def test_opening_errors_say_what_to_do(monkeypatch: pytest.MonkeyPatch, reason: str, advice: str, advice_zh: str) -> None:
    def fail(**_: object) -> None:
        raise alsaaudio.ALSAAudioError(reason)

    monkeypatch.setattr(alsaaudio, "PCM", fail)
    with pytest.raises(DeviceError) as caught:
        AlsaSource("hw:7", 2, 8000, 100).open()
    assert advice in caught.value.message.en
    assert advice_zh in caught.value.message.zh
    assert "hw:7" in caught.value.message.en


def test_a_real_missing_device_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "asound.conf"
    config.write_text(alsa_config("other", tmp_path / "x.raw"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    with pytest.raises(DeviceError, match="no audio device nosuch"):
        AlsaSource("nosuch", 2, 8000, 100).open()


def test_a_device_of_another_rate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alsaaudio, "PCM", lambda **_: ScriptedPcm([]))
    with pytest.raises(DeviceError, match="2 channels at 8000 Hz") as caught:
        AlsaSource("scripted", 2, 48000, 100).open()
    assert "48000" in caught.value.message.zh
