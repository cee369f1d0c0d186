"""Call-progress tones told by their cadence, through the voice detector as on a line; and what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from recorder.scenario.sounds import tone
from recorder.signals.cadence import Cadence, Sign
from recorder.signals.voice import VoiceDetector

RATE = 8000
CALLS = sorted((Path(__file__).parents[3] / "console" / "democalls" / "calls").glob("*.flac"))


def signs(samples: NDArray[np.generic], keys: tuple[int, ...] = ()) -> list[Sign]:
    wires = samples.reshape(len(samples), -1).astype(np.int16)
    voice = VoiceDetector(RATE, wires.shape[1])
    cadence = Cadence(RATE, voice.piece)
    found = []
    for at in range(0, len(wires), 800):
        heard = voice.feed(wires[at : at + 800])
        found += cadence.feed(heard.end, heard.tone, heard.other, [key for key in keys if at < key <= at + 800])
    return found


def kinds(samples: NDArray[np.generic], keys: tuple[int, ...] = ()) -> list[str]:
    return [sign.kind for sign in signs(samples, keys)]


def exchange(
    on: float, off: float, bursts: int, *, hz: float = 450.0, dbm: float = -10.0, snr: float = 40.0, channels: int = 1
) -> NDArray[np.float64]:
    """A cadence between 2 s of noise. dbm: dBm0 of the tone; snr: dB of the tone over the noise."""
    time = np.arange(round((on + off) * bursts * RATE)) / RATE
    level = 32768 * 10 ** ((dbm - 3.17) / 20)
    sound = level * np.sin(2 * np.pi * hz * time) * (time % (on + off) < on)
    quiet = np.zeros(2 * RATE)
    samples = np.concatenate([quiet, sound, quiet])
    samples += np.random.default_rng(2).normal(0, level / np.sqrt(2) * 10 ** (-snr / 20), len(samples))
    return np.stack([samples * 0.05, samples], axis=1) if channels == 2 else samples


@pytest.mark.parametrize("hz", [425.0, 437.0, 450.0, 463.0, 475.0])
@pytest.mark.parametrize(("dbm", "snr"), [(0.0, 40.0), (-10.0, 20.0), (-20.0, 15.0), (-30.0, 20.0)])
def test_each_cadence_is_itself(hz: float, dbm: float, snr: float) -> None:
    def heard(on: float, off: float, bursts: int) -> list[str]:
        return kinds(exchange(on, off, bursts, hz=hz, dbm=dbm, snr=snr))

    assert heard(0.35, 0.35, 6) == ["busy"] * 5
    assert heard(0.7, 0.7, 4) == ["congestion"] * 3
    assert heard(1.0, 4.0, 3) == ["ring_back"] * 3
    assert heard(0.4, 4.0, 2) == ["waiting"] * 2
    assert heard(3.0, 0.0, 1) == ["dial"]


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_exchanges_that_keep_bad_time(share: float) -> None:
    assert set(kinds(exchange(0.35 * share, 0.35 * share, 6))) == {"busy"}
    assert set(kinds(exchange(0.7 * share, 0.7 * share, 6))) == {"congestion"}
    assert set(kinds(exchange(1.0 * share, 4.0 * share, 3))) == {"ring_back"}


def test_a_pair_line_hears_it_once() -> None:
    assert kinds(exchange(0.35, 0.35, 4, channels=2)) == ["busy"] * 3


def test_where_it_lay() -> None:
    (first, *_) = signs(exchange(1.0, 4.0, 2))
    assert abs(first.start - 2 * RATE) <= 400
    assert abs(first.end - 3 * RATE) <= 400


@pytest.mark.parametrize(
    "samples",
    [
        exchange(3.0, 0.0, 1, hz=400.0),
        exchange(3.0, 0.0, 1, hz=500.0),
        exchange(0.35, 0.35, 6, hz=620.0),
        exchange(0.1, 0.1, 20),
        exchange(0.5, 0.1, 6),
        exchange(3.0, 0.0, 1, dbm=-55.0, snr=5.0),
        tone("music", 60.0, RATE),
    ],
    ids=["400 Hz", "500 Hz", "620 Hz", "too fast", "uneven", "too quiet", "music"],
)
def test_what_is_no_tone_of_an_exchange(samples: NDArray[np.generic]) -> None:
    assert kinds(samples) == []


def test_dial_tone_broken_off_by_a_key() -> None:
    cut = exchange(1.0, 0.0, 1)
    assert kinds(cut) == ["ring_back"]
    assert kinds(cut, keys=(3 * RATE + 800,)) == ["dial"]


@pytest.mark.parametrize("path", CALLS[:6], ids=lambda path: path.stem)
def test_speech_and_music_of_calls_are_none(path: Path) -> None:
    """Music with lonely notes of 440 Hz passes for a waiting tone, which means nothing until somebody flashes."""
    samples = soundfile.read(path, dtype="int16", always_2d=True)[0]
    assert set(kinds(samples)) <= {"waiting"}
