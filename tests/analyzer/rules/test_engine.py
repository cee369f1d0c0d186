"""Languages, channels, facts, and measures as the engine sees them."""

from __future__ import annotations

from itertools import pairwise

from analyzer.result import CallFacts, Utterance
from analyzer.rules.engine import check
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.rulebook import load
from analyzer.rules.truth import evidence_of
from tests.analyzer.rules.cases import cases

BOOK = load()


def rules(evidence: CallEvidence) -> set[str]:
    return {h.rule for h in check(BOOK, evidence)}


def test_an_empty_call_breaks_nothing() -> None:
    assert check(BOOK, CallEvidence(0.0, 2, ())) == []
    assert check(BOOK, CallEvidence(30.0, 1, ())) == []


def test_chinese_words_say_nothing_of_an_english_call() -> None:
    turns = [
        {"side": "agent", "text": "Thank you for calling Platinum Motors, this is Michelle, how can I help you today?"},
        {"side": "customer", "text": "Hi Michelle, the service light came on and I would like an appointment."},
        {"side": "agent", "text": "Of course, what was your last name so I can look you up in the system?"},
        {"side": "customer", "text": "It is Miller."},
        {"side": "agent", "text": "Okay, you are all set for Tuesday at eight. Thank you for calling, have a great day."},
    ]
    assert rules(evidence_of(turns, CallFacts(language="en"))) == set()


def test_on_one_channel_nobody_is_told_apart() -> None:
    turns = [
        {"side": "agent", "text": "您好，这里是星河商城，请问有什么可以帮您？"},
        {"side": "customer", "text": "我要投诉，你神经病啊。"},
        {"side": "agent", "text": "我保证您明天能收到。"},
    ]
    found = check(BOOK, evidence_of(turns, channels=1))
    assert {h.side for h in found if h.rule == "overpromise"} == {"mixed"}
    assert {h.rule for h in found} & {"opening", "insult", "sensitive_word", "talk_over", "customer_anger"} == set()
    two = check(BOOK, evidence_of(turns))
    sure = {h.rule: h.confidence for h in two}
    assert all(h.confidence < sure["overpromise"] for h in found if h.rule == "overpromise")


def test_line_sense_decides_who_hung_up() -> None:
    turns = [{"side": "agent", "text": "感谢您的来电，再见。"}]
    assert "agent_hung_up_first" in rules(evidence_of(turns, CallFacts(hung_up_by="agent")))
    assert "agent_hung_up_first" not in rules(evidence_of(turns, CallFacts(hung_up_by="customer")))
    assert "agent_hung_up_first" not in rules(evidence_of(turns))


def test_music_without_a_word_is_a_hold_not_dead_air() -> None:
    base = evidence_of([{"side": "customer", "text": "帮我查一下。"}, {"side": "agent", "text": "查到了。", "pause_s": 20}])
    acoustics = {**base.acoustics, "music": [{"start": 3.0, "end": 20.0}]}
    fired = rules(CallEvidence(base.duration_s, 2, base.utterances, acoustics))
    assert "hold_notice" in fired
    assert "dead_air" not in fired


def test_anger_is_fused_from_voice_level_and_words() -> None:
    def call(emotion: float, level: float, words: str) -> CallEvidence:
        calm = {"angry": 0.1, "happy": 0.0, "neutral": 0.9, "sad": 0.0}
        cross = {"angry": emotion, "happy": 0.0, "neutral": 1 - emotion, "sad": 0.0}
        turns = [
            Utterance(0, 11, "customer", "你好我想问一下我的订单什么时候能够送到我家里来", 1.0, calm, -28.0),
            Utterance(12, 16, "customer", words, 1.0, cross, level),
            Utterance(17, 21, "customer", "你们看看吧", 1.0, cross, level),
        ]
        rise = {"level_db": {"customer": {"rise": level + 28.0}}}
        return CallEvidence(25, 2, tuple(turns), rise)

    assert "customer_anger" in rules(call(0.95, -20.0, "你们到底怎么回事"))
    assert "customer_anger" not in rules(call(0.1, -28.0, "你们到底怎么回事"))
    assert "customer_anger" not in rules(call(0.6, -28.0, "我再看看别的吧"))
    assert "customer_anger" in rules(call(0.1, -28.0, "太过分了，你们什么态度啊"))


def test_hits_are_in_order_and_do_not_lie_over_one_another() -> None:
    for case in cases()[::5]:  # all of them are checked rule by rule in test_cases
        hits = case.hits(BOOK)
        assert [h.start for h in hits] == sorted(h.start for h in hits)
        for rule in {h.rule for h in hits}:
            own = [h for h in hits if h.rule == rule]
            assert all(a.end <= b.start or a.start == b.start for a, b in pairwise(own))
        assert all(0.0 < h.confidence <= 1.0 for h in hits)


def test_the_companys_own_name_is_its_name() -> None:
    turns = [{"side": "agent", "text": "您好，飞燕，请讲。"}]
    bare = evidence_of(turns)
    named = CallEvidence(bare.duration_s, 2, bare.utterances, bare.acoustics, bare.facts, company=("飞燕",))
    assert "opening" in rules(bare)
    assert "opening" not in rules(named)
