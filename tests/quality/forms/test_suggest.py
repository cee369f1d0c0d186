from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.result import Hit, Utterance
from analyzer.rules.engine import check
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.rulebook import load
from quality.forms.documents import load_form
from quality.forms.suggest import coverage, machine_score, suggest, suggest_taboos

FORM = load_form()
A, C = "agent", "customer"


def talk(*turns: tuple[str, str] | tuple[str, str, float]) -> list[Utterance]:
    """Turns of 3 s each; a third value is seconds of silence before the turn."""
    said, now = [], 0.0
    for side, text, *pause in turns:
        now += pause[0] if pause else 0.2
        said.append(Utterance(now, now + 3, side, text, 0.9))
        now += 3
    return said


def hit(rule: str, evidence: str = "", confidence: float = 0.9) -> Hit:
    return Hit(rule, A, 1.0, 2.0, evidence, confidence)


def grade(item: str, utterances: list[Utterance], *hits: Hit, acoustics: dict[str, object] | None = None) -> str | None:
    return suggest(FORM, hits, utterances, acoustics or {})[item].grade


POLITE = talk(
    (A, "您好，云帆科技，工号八零零一，请问有什么可以帮您？"), (C, "我想查订单，我姓周。"),
    (A, "好的，周先生，请问您怎么称呼，全名是？"),    (C, "周明。"), (A, "请问还有其他问题吗？"), (C, "没有了。"),
    (A, "感谢您的来电，祝您生活愉快，再见。"),
)  # fmt: skip
CURT = talk((A, "喂，说。"), (C, "我姓周，我要退货。"), (A, "退不了。"), (C, "为什么？"), (A, "就是退不了。"))


@pytest.mark.parametrize(
    ("item", "polite", "curt"),
    [("standard_greeting", "excellent", "bad"), ("ask_name", "excellent", "bad"), ("ask_need", "excellent", "bad"),
     ("use_surname", "excellent", "bad"), ("anything_else", "excellent", "bad"), ("thanks_for_calling", "excellent", "bad"),
     ("no_interruption", "excellent", "excellent"), ("hold_reason", "na", "na"), ("hold_music", "na", "na"),
     ("listening", None, None), ("correct_information", None, None)],
)  # fmt: skip
def test_what_is_said_decides(item: str, polite: str | None, curt: str | None) -> None:
    assert grade(item, POLITE) == polite
    assert grade(item, CURT, hit("opening"), hit("closing")) == curt


def test_surname_known_to_nobody_is_no_fault() -> None:
    assert grade("use_surname", talk((A, "您好，请问有什么可以帮您？"), (C, "查订单。"), (A, "好的。"))) is None


def test_homophones_of_the_recogniser_are_heard() -> None:
    assert grade("thanks_for_calling", talk((A, "您好。"), (C, "好。"), (A, "干谢您的来店，再见。"))) == "excellent"


def test_english_calls_are_heard() -> None:
    english = talk(
        (A, "Thank you for calling Acme, this is Ann. How may I help you?"), (C, "My washer is broken."),
        (A, "May I have your name, please?"), (C, "John Smith."), (A, "Thank you, Mr. Smith. Is there anything else?"),
        (C, "No."), (A, "Thanks for calling, goodbye."),
    )  # fmt: skip
    for item in ("standard_greeting", "ask_name", "ask_need", "use_surname", "anything_else", "thanks_for_calling"):
        assert grade(item, english) == "excellent", item


HELD = talk((A, "我帮您查一下，请稍等。"), (C, "好。"), (A, "让您久等了，查到了。", 20.0))
HOLD_ITEMS = ("hold_music", "hold_reason", "hold_apology", "hold_update")


def test_a_good_hold() -> None:
    found = suggest(FORM, [], HELD, {"music": [{"start": 8.0, "end": 20.0}]})
    assert [found[i].grade for i in HOLD_ITEMS] == ["excellent"] * 4


@pytest.mark.parametrize(
    ("lacks", "grades"),
    [("20 s: 未说明原因 no reason given", [None, "bad", "excellent", "excellent"]),
     ("20 s: 返回后未致歉 no apology after", [None, "excellent", "bad", "excellent"]),
     ("130 s: 未说明原因 no reason given; 超过 over 120 s", [None, "bad", "excellent", "bad"])],
)  # fmt: skip
def test_what_a_hold_lacks_decides(lacks: str, grades: list[str | None]) -> None:
    """The words are those of analyzer.rules.kinds.hold."""
    for call in (HELD, POLITE):  # whether or not the announcement was recognised: the rule noticed the hold
        found = suggest(FORM, [hit("hold_notice", lacks)], call)
        assert [found[i].grade for i in HOLD_ITEMS] == grades


def test_the_rule_on_holds_still_says_what_the_form_looks_for() -> None:
    call = talk((A, "请稍等。"), (C, "好。"), (A, "查到了。", 130.0))
    silence = {"start": call[1].end, "end": call[2].start}
    hits = check(load(), CallEvidence(call[-1].end, 2, tuple(call), {"silences": [silence]}))
    assert [suggest(FORM, hits, call)[i].grade for i in HOLD_ITEMS] == [None, "bad", "bad", "bad"]


def test_unannounced_silence_is_a_wait_without_reason() -> None:
    assert grade("hold_reason", POLITE, hit("dead_air", "12.0 s")) == "poor"


def test_a_customer_who_talks_meanwhile_is_not_waiting() -> None:
    chatter = [(C, "我上次也是这样等的。")] * 5
    assert grade("hold_reason", talk((A, "您稍等。"), *chatter, (A, "好的。"))) == "na"


@pytest.mark.parametrize(("times", "expected"), [(0, "excellent"), (1, "fair"), (2, "poor"), (3, "bad"), (7, "bad")])
def test_more_faults_are_worse(times: int, expected: str) -> None:
    assert grade("no_interruption", POLITE, *[hit("talk_over")] * times) == expected


def test_talk_over_cannot_be_judged_on_a_mono_line() -> None:
    mono = talk(("mixed", "您好，请问有什么可以帮您？"), ("mixed", "我想查订单。"))
    assert grade("no_interruption", mono) is None
    assert grade("ask_need", mono) == "excellent"


def test_unsure_hits_conclude_nothing() -> None:
    assert grade("correct_information", POLITE, hit("overpromise", confidence=0.4)) is None
    assert grade("correct_information", POLITE, hit("overpromise", confidence=0.6)) == "poor"


def test_only_hits_with_fitting_words_count() -> None:
    assert grade("product_knowledge", POLITE, hit("forbidden_phrase", "喂")) is None
    assert grade("product_knowledge", POLITE, hit("forbidden_phrase", "这个我不清楚")) == "poor"


def test_the_worst_opinion_holds_and_its_hit_is_shown() -> None:
    found = suggest(FORM, [hit("courtesy"), hit("insult", "神经病")], POLITE)["polite"]
    assert found.grade == "bad"
    assert [m.hit for m in found.moments] == [0, 1]
    assert "侮辱" in found.reason.zh
    assert "insult" in found.reason.en


def test_taboos_are_pointed_at_and_never_decided() -> None:
    found = suggest_taboos(FORM, [hit("insult", "神经病"), hit("opening")])
    assert list(found) == ["abuse"]
    assert found["abuse"].grade is None
    assert found["abuse"].moments[0].text == "神经病"


def test_a_silent_call_has_no_score() -> None:
    found = suggest(FORM, [], [])
    assert {s.grade for s in found.values()} == {None}
    assert machine_score(FORM, found) is None
    assert coverage(FORM, found) == 0


def test_machine_scores_tell_good_from_bad() -> None:
    good, bad = suggest(FORM, [], POLITE), suggest(FORM, [hit("opening"), hit("closing"), hit("argue"), hit("courtesy")], CURT)
    assert machine_score(FORM, good) == 100
    low = machine_score(FORM, bad)
    assert low is not None
    assert low < 60
    assert 0.4 < coverage(FORM, good) < 1


RULES = sorted({rule for item in FORM.items.values() for evidence in item.evidence for rule in evidence.rules})


@settings(deadline=None, max_examples=40)  # other programs share the machine: no time limit
@given(st.lists(st.sampled_from(RULES), max_size=12))
def test_a_further_fault_never_raises_an_item(rules: list[str]) -> None:
    order = [None, *sorted(FORM.shares, key=lambda g: FORM.shares[g], reverse=True)]
    for fewer, more in pairwise([rules[:n] for n in range(len(rules) + 1)]):
        before, after = (suggest(FORM, [hit(r, "不清楚") for r in some], POLITE) for some in (fewer, more))
        assert all(order.index(before[i].grade) <= order.index(after[i].grade) for i in FORM.items if before[i].grade != "na")
