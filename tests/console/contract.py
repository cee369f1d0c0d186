"""What `callbox analyze --json` and `callbox demo --json` promise to print of a call: keys and types."""

from __future__ import annotations

from typing import Any

from analyzer.result import EMOTIONS, SIDES

NUMBER = (int, float)
CALL = {
    "duration_s": NUMBER, "channels": int, "utterances": list, "rule_hits": list, "scores": dict, "acoustics": dict,
    "cpu_s": NUMBER, "wall_s": NUMBER, "warnings": list, "deductions": list, "rulebook_version": str, "pipeline_version": str,
}  # fmt: skip
UTTERANCE = {"start": NUMBER, "end": NUMBER, "side": str, "text": str, "confidence": NUMBER, "emotion": dict}
HIT = {"rule": str, "side": str, "start": NUMBER, "end": NUMBER, "evidence": str, "confidence": NUMBER}
SCORES = {"compliance": NUMBER, "experience": NUMBER, "risk": NUMBER, "form": (*NUMBER, type(None))}


def check_call(call: dict[str, Any]) -> None:
    """Fails unless `call` is as promised; more keys are allowed."""
    _check(call, CALL)
    _check(call["scores"], SCORES)
    assert all(value is None or 0 <= value <= 100 for value in call["scores"].values())
    for utterance in call["utterances"]:
        _check(utterance, UTTERANCE)
        assert utterance["side"] in SIDES and 0 <= utterance["start"] < utterance["end"] <= call["duration_s"] + 0.1
        if utterance["emotion"]:
            assert set(utterance["emotion"]) == set(EMOTIONS)
            assert abs(sum(utterance["emotion"].values()) - 1) < 0.01
    for hit in call["rule_hits"]:
        _check(hit, HIT)
        assert 0 <= hit["confidence"] <= 1 and hit["start"] <= hit["end"]


def _check(value: dict[str, Any], promised: dict[str, Any]) -> None:
    for name, kind in promised.items():
        assert isinstance(value[name], kind) and (kind is bool or not isinstance(value[name], bool)), (name, value[name])
