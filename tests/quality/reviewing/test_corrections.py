from __future__ import annotations

from analyzer.result import Hit, Utterance
from quality.reviewing.corrections import corrected, judged, likeliest, missed
from quality.reviewing.labels import Label

SAID = Utterance(2.0, 4.0, "customer", "我要罪款", 0.9, {"neutral": 0.7, "angry": 0.3}, role_confidence=0.6)
HIT = Hit("shirk", "agent", 5.0, 7.0, "不归我管", 0.8)


def label(field: str, before: str, after: str, span: tuple[float, float] = (2.0, 4.0), side: str = "customer") -> Label:
    return Label("call", *span, side, field, before, after, by="li")


def test_people_are_right_and_the_machines_own_stays() -> None:
    labels = [label("text", "我要罪款", "我要退款"), label("side", "customer", "agent"), label("emotion", "neutral", "angry")]
    (said,) = corrected([SAID], labels)
    assert (said.now.text, said.now.side, likeliest(said.now), said.now.role_confidence) == ("我要退款", "agent", "angry", None)
    assert said.machine == SAID
    assert said.by == {"text": "li", "side": "li", "emotion": "li"}


def test_a_label_stays_with_a_stretch_that_a_new_analysis_cut_a_little_differently() -> None:
    (near,) = corrected([SAID], [label("text", "x", "我要退款", (2.1, 4.2))])
    assert near.now.text == "我要退款"
    for far in (label("text", "x", "y", (3.0, 5.0)), label("text", "x", "y", (0.0, 9.0)), label("text", "x", "y", side="agent")):
        assert corrected([SAID], [far])[0].now == SAID


def test_a_correction_taken_back_is_none() -> None:
    (said,) = corrected([SAID], [label("text", "我要退款", "我要罪款")])
    assert (said.now, said.by) == (SAID, {})


def test_findings_are_judged_by_rule_and_place() -> None:
    other = Hit("argue", "agent", 5.0, 7.0, "不归我管", 0.8)
    found = judged([HIT, other], [label("hit", "shirk", "wrong", (5.0, 7.0), "agent")])
    assert [(x.verdict, x.by) for x in found] == [("wrong", "li"), ("", "")]


def test_a_finding_without_length_is_still_found() -> None:
    point = Hit("ring_slow", "-", 0.0, 0.0, "20 s", 1.0)
    assert judged([point], [label("hit", "ring_slow", "wrong", (0.0, 0.05))])[0].verdict == "wrong"


def test_what_the_machine_missed() -> None:
    mine = label("hit", "insult", "missed", (5.0, 7.0))
    assert missed([mine, label("hit", "shirk", "wrong"), label("text", "a", "b")]) == [mine]
