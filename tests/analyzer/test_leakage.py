"""What leaks from one channel into the other is not heard twice; what somebody says softly is heard."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.hearing import Hearing, listen
from hw.interfaces import Samples
from tests.analyzer.sounds import HeldAudio, call, hiss


def _leaky(both: Samples, db: float, delay: int) -> Samples:
    """Each channel with the other one in it, softer and later."""
    other = np.roll(both[:, ::-1], delay, axis=0) * 10 ** (db / 20)
    return np.clip(both + other, -32768, 32767).astype(np.int16)


def _seconds(hearing: Hearing) -> list[float]:
    return [sum(end - start for start, end in side.speech) for side in hearing.sides]


@pytest.mark.parametrize(("db", "delay"), [(-15, 0), (-20, 240), (-30, 600)])
def test_leakage_is_not_speech(db: float, delay: int) -> None:
    clean = listen(HeldAudio(call()))
    leaky = listen(HeldAudio(_leaky(call(), db, delay)))
    for before, after in zip(clean.sides, leaky.sides, strict=True):
        assert len(after.utterances) == len(before.utterances)
    assert _seconds(leaky) == pytest.approx(_seconds(clean), rel=0.1)


def test_one_side_alone_leaks_nothing_into_the_other() -> None:
    """The other never speaks: everything in its channel is leakage."""
    both = call()
    both[:, 1] = hiss(len(both) / 8000)[: len(both)]
    sides = listen(HeldAudio(_leaky(both, -18, 80))).sides
    assert len(sides[0].utterances) >= 5
    assert sides[1].utterances == []


def test_a_soft_speaker_is_heard_through_a_loud_one() -> None:
    """Both speak at once, the customer 16 dB under the agent on a line that is always soft."""
    both = call("bank_talk_over").astype(float)
    expected = _seconds(listen(HeldAudio(both.astype(np.int16))))[1]
    both[:, 1] *= 10 ** (-16 / 20)
    found = _seconds(listen(HeldAudio(both.astype(np.int16))))[1]
    assert found > 0.85 * expected
