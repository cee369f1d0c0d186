"""The simulated tap, read back through real pyalsaaudio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from hw.alsa import AlsaSource
from hw.interfaces import Samples
from hw.messages import UserError
from hw.simulated.tap import Tap, TapCall, build_tap


def recording(path: Path, seconds: float, channels: int, rate: int = 8000, seed: int = 1) -> Samples:
    samples = np.random.default_rng(seed).integers(-9000, 9000, (round(seconds * rate), channels)).astype(np.int16)
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return samples


def heard(tap: Tap, monkeypatch: pytest.MonkeyPatch) -> Samples:
    monkeypatch.setenv(*next(iter(tap.environment().items())))
    source = AlsaSource(tap.pcm, tap.channels, tap.rate, 100)
    source.open()
    blocks = [source.read().samples for _ in range(round(tap.duration_s * 10))]
    source.close()
    return np.concatenate(blocks)


def test_calls_come_back_unchanged_where_they_were_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = recording(tmp_path / "pair.flac", 2.5, 2)
    mono = recording(tmp_path / "mono.wav", 1.7, 1, seed=2)
    calls = [
        TapCall(3.0, tmp_path / "mono.wav", (15,)),
        TapCall(0.5, tmp_path / "pair.flac", (3, 2)),
        TapCall(3.25, tmp_path / "pair.flac", (2, 3)),
    ]
    tap = build_tap(calls, tmp_path / "tap", 16, tail_s=2.25)
    assert tap.duration_s == 8.0
    audio = heard(tap, monkeypatch)
    assert np.array_equal(audio[4000:24000, [3, 2]], pair)
    assert np.array_equal(audio[26000:46000, [2, 3]], pair)
    assert np.array_equal(audio[24000:37600, [15]], mono)


def test_line_noise_lies_between_the_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording(tmp_path / "mono.wav", 1.0, 1)
    tap = build_tap([TapCall(1.0, tmp_path / "mono.wav", (0,))], tmp_path / "tap", 4, tail_s=3.0)
    audio = heard(tap, monkeypatch).astype(float)
    idle = np.concatenate([audio[:8000, 0], audio[16000:, 0], audio[:, 3]])
    assert 20 * np.log10(np.sqrt(np.mean(idle**2)) / 32768) == pytest.approx(-66.0, abs=0.3)


def test_other_rates_are_resampled_to_length_and_pitch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = np.arange(44100 * 2) / 44100
    tone = np.rint(8000 * np.sin(2 * np.pi * 500 * seconds)).astype(np.int16)
    soundfile.write(tmp_path / "tone.wav", np.stack([tone, -tone], axis=1), 44100)
    tap = build_tap([TapCall(1.0, tmp_path / "tone.wav", (0, 1))], tmp_path / "tap", 2, tail_s=1.0)
    audio = heard(tap, monkeypatch).astype(float)
    assert tap.duration_s == 4.0
    spectrum = np.abs(np.fft.rfft(audio[8000:24000, 0]))
    assert np.argmax(spectrum) * 8000 / 16000 == 500
    expected = 8000 * np.sin(2 * np.pi * 500 * np.arange(16000) / 8000)
    assert np.max(np.abs(audio[8000:24000, 0] - expected)[100:-100]) < 200
    assert np.max(np.abs(audio[8000:24000, 0] + audio[8000:24000, 1])) <= 2  # the resampler rounds with dither


def test_a_pair_on_one_wire_is_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = recording(tmp_path / "pair.wav", 1.0, 2)
    tap = build_tap([TapCall(0.0, tmp_path / "pair.wav", (0,))], tmp_path / "tap", 1, tail_s=1.0)
    assert np.array_equal(heard(tap, monkeypatch)[:8000, 0], pair.sum(axis=1, dtype=np.int16))


def test_one_line_cannot_carry_two_calls(tmp_path: Path) -> None:
    recording(tmp_path / "a.wav", 2.0, 1)
    calls = [TapCall(0.0, tmp_path / "a.wav", (0,)), TapCall(1.9, tmp_path / "a.wav", (0,))]
    with pytest.raises(UserError, match="channel 0") as caught:
        build_tap(calls, tmp_path / "tap", 1)
    assert "通道 0" in caught.value.message.zh


@pytest.mark.parametrize("channels", [(0, 1), (4,), (), (-1,)])
def test_calls_must_fit_their_channels(tmp_path: Path, channels: tuple[int, ...]) -> None:
    recording(tmp_path / "mono.wav", 0.1, 1)
    with pytest.raises(UserError):
        build_tap([TapCall(0.0, tmp_path / "mono.wav", channels)], tmp_path / "tap", 4)


def test_a_file_that_is_no_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("no audio")
    with pytest.raises(UserError, match=r"x\.wav"):
        build_tap([TapCall(0.0, tmp_path / "x.wav", (0,))], tmp_path / "tap", 1)
    with pytest.raises(UserError, match=r"y\.wav"):
        build_tap([TapCall(0.0, tmp_path / "y.wav", (0,))], tmp_path / "tap", 1)
