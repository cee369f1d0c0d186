"""Speech, and what is none: noise, hum, tones, clicks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from recorder.signals.voice import VoiceDetector

RATE = 8000
CALL = Path(__file__).parents[3] / "console" / "democalls" / "calls" / "shoes_perfect.flac"
TIME = np.arange(20 * RATE) / RATE
HISS = np.random.default_rng(7).normal(0, 15, len(TIME))


def heard(samples: NDArray[np.floating], block: int = 800) -> tuple[float, float]:
    """Seconds of speech, seconds of tone."""
    detector = VoiceDetector(RATE, 1)
    mono = samples.astype(np.int16)[:, None]
    answers = [detector.feed(mono[start : start + block]) for start in range(0, len(mono), block)]
    assert answers[-1].end == len(mono)
    return sum(len(one.speech) for one in answers) * 0.02, sum(len(one.tone) for one in answers) * 0.02


@pytest.mark.parametrize(
    "samples",
    [
        HISS,
        HISS * 20,
        HISS + 300 * np.sin(2 * np.pi * 50 * TIME),
        HISS + 2000.0,
        np.zeros_like(TIME),
        HISS + 8000 * (np.arange(len(TIME)) % 4000 == 0),
    ],
    ids=["line noise", "loud noise", "hum", "DC", "digital silence", "clicks"],
)
def test_what_is_no_speech(samples: NDArray[np.floating]) -> None:
    speech, tone = heard(samples)
    assert speech < 0.1
    assert tone == 0


@pytest.mark.parametrize(("on", "period", "expected"), [(1, 1, 20), (0.35, 0.7, 10), (1, 5, 4)])
def test_call_progress_tones_are_tones(on: float, period: float, expected: float) -> None:
    speech, tone = heard(HISS + 3000 * np.sin(2 * np.pi * 450 * TIME) * (TIME % period < on))
    assert speech == 0
    assert tone == pytest.approx(expected, rel=0.1)


def test_speech_is_heard_whatever_the_block() -> None:
    samples = soundfile.read(CALL, dtype="int16")[0].max(axis=1).astype(np.float64)
    found = [heard(samples, block)[0] for block in (800, 777, 8000)]
    assert found[0] > 0.3 * len(samples) / RATE
    assert max(found) - min(found) < 0.5


def test_a_quiet_line_is_heard_too() -> None:
    samples = soundfile.read(CALL, dtype="int16")[0].max(axis=1).astype(np.float64)
    hiss = np.random.default_rng(7).normal(0, 6, len(samples))
    assert heard(samples * 10 ** (-20 / 20) + hiss)[0] > 0.5 * heard(samples + hiss)[0]  # without the gain a sixtieth


def test_a_loss_keeps_the_count() -> None:
    detector = VoiceDetector(RATE, 1)
    detector.feed(np.zeros((850, 1), np.int16))
    assert detector.skip(1000).end == 1850
    assert detector.feed(np.zeros((800, 1), np.int16)).end == 2650
