"""Hold music and tones are told from speech; speech is never taken for music."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.hearing import listen
from hw.interfaces import Samples
from tests.analyzer.sounds import CALLS, HeldAudio, call, hiss, tone, tune


def _music_s(samples: Samples) -> float:
    return sum(end - start for start, end in listen(HeldAudio(samples)).music)


@pytest.mark.parametrize("path", sorted(CALLS.glob("*.flac")), ids=lambda path: path.stem)
def test_no_speech_of_the_bundled_calls_is_music(path: object) -> None:
    hearing = listen(HeldAudio(call(getattr(path, "stem"))))  # noqa: B009
    speech = [span for side in hearing.sides for span in side.speech]
    assert speech
    for start, end in hearing.music:
        assert not [s for s in speech if s[0] < end and s[1] > start]
    assert sum(end - start for start, end in hearing.music) <= 0.25 * hearing.duration_s


def test_a_tune_is_music_and_not_recognised() -> None:
    samples = tune(20)
    hearing = listen(HeldAudio(samples))
    assert _music_s(samples) > 17
    assert sum(u.speech[1] - u.speech[0] for u in hearing.sides[0].utterances) < 2


@pytest.mark.parametrize("hertz", [450.0, 1000.0])
def test_a_steady_tone_is_kept_out(hertz: float) -> None:
    assert _music_s(tone(hertz, 10)) > 9
    assert listen(HeldAudio(tone(hertz, 10))).sides[0].utterances == []


def test_music_between_speech_is_found_where_it_is() -> None:
    speech = call()[:, 0]
    samples = np.concatenate([speech[: 20 * 8000], hiss(1), tune(30), hiss(1), speech[20 * 8000 : 40 * 8000]])
    hearing = listen(HeldAudio(samples))
    (start, end) = hearing.music[0][0], hearing.music[-1][1]
    assert start == pytest.approx(21, abs=1.5)
    assert end == pytest.approx(51, abs=1.5)
    alone = listen(HeldAudio(np.concatenate([speech[: 20 * 8000], hiss(32), speech[20 * 8000 : 40 * 8000]])))
    assert len(hearing.sides[0].utterances) == len(alone.sides[0].utterances)


def test_silence_and_hiss_are_no_music() -> None:
    assert _music_s(hiss(10)) == 0
    assert _music_s(hiss(10, amplitude=3000)) == 0
    assert _music_s(np.zeros(80000, np.int16)) == 0


def test_busy_tone_is_kept_out() -> None:
    """0.35 s on, 0.35 s off, at 450 Hz (China)."""
    beep = np.concatenate([tone(450, 0.35), np.zeros(2800, np.int16)])
    hearing = listen(HeldAudio(np.tile(beep, 20) + hiss(14)))
    assert sum(u.speech[1] - u.speech[0] for u in hearing.sides[0].utterances) < 0.5


@pytest.mark.parametrize("amplitude", [300, 2000])
def test_speech_over_mains_hum_is_no_music(amplitude: int) -> None:
    speech = call()[:, 0]
    t = np.arange(len(speech)) / 8000
    hum = sum(amplitude / n * np.sin(2 * np.pi * 50 * n * t) for n in (1, 3, 5, 7))
    noisy = np.clip(speech + hum, -32768, 32767).astype(np.int16)
    assert _music_s(noisy) == 0
