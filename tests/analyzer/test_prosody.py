"""Pitch and pauses of made-up voices with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.prosody import prosody
from analyzer.result import Utterance
from analyzer.speakers.pitch import UNVOICED, PitchListener
from tests.analyzer.voices import buzz


def _said(start: float, end: float, side: str = "agent") -> Utterance:
    return Utterance(start, end, side, "好", 1.0)


def test_a_voice_that_rises_by_an_octave() -> None:
    listener = PitchListener()
    for hertz in (120.0,) * 12 + (240.0,) * 2:
        listener.listen(buzz(hertz, 1.0))
    said = [_said(n, n + 1) for n in range(14)]
    found = prosody(said, {"agent": [(0.0, 14.0)]}, {"agent": listener.semitones(700)})["pitch"]["agent"]
    assert found["median_hz"] == found["start_hz"] == pytest.approx(120, rel=0.02)
    assert found["rise"] == pytest.approx(12, abs=0.5)  # lags are whole samples
    assert found["movement"] == pytest.approx(0, abs=0.5)
    assert found["spread"] == pytest.approx(12 * np.sqrt(12 * 2) / 14, abs=0.3)


def test_a_glide_moves_as_fast_as_it_glides() -> None:
    glide = np.linspace(0, 6, 100, dtype=np.float32)  # six semitones in two seconds
    found = prosody([_said(0, 2)], {"agent": [(0.0, 2.0)]}, {"agent": glide})["pitch"]["agent"]
    assert found["movement"] == pytest.approx(3.0, abs=0.1)


def test_who_has_no_pitch_has_no_measures() -> None:
    silent = np.full(100, UNVOICED, np.float32)
    found = prosody([_said(0, 2)], {"agent": [(0.0, 2.0)], "customer": []}, {"agent": silent})
    assert set(found["pitch"]["agent"].values()) == {None}
    assert found["pauses"]["customer"]["per_minute"] is None


def test_pauses_are_ones_own_and_neither_breaths_nor_silences() -> None:
    # 0.1 s is none, 0.5 s and 1.0 s are, 3 s is a silence, and in the last one the customer speaks.
    agent = [(0.0, 10.0), (10.1, 20.0), (20.5, 30.0), (31.0, 40.0), (43.0, 50.0), (51.0, 60.0)]
    found = prosody([], {"agent": agent, "customer": [(50.2, 50.8)]}, {})["pauses"]["agent"]
    spoken = sum(b - a for a, b in agent)
    assert (found["count"], found["longest_s"], found["mean_s"]) == (2, 1.0, 0.75)
    assert found["per_minute"] == pytest.approx(120 / spoken, abs=0.1)
    assert found["share"] == pytest.approx(1.5 / (1.5 + spoken), abs=0.001)
