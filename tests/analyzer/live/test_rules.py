from __future__ import annotations

from analyzer.live.rules import ANGER, alerting, live_part, new_hits
from analyzer.result import Hit
from analyzer.rules.rulebook import load


def test_only_what_was_said_is_judged_early_never_what_was_not() -> None:
    early = set(live_part(load()).ids())
    assert {"insult", "sensitive_word", "forbidden_phrase", "shirk", "overpromise", "private_contact", ANGER, "agent_tone"} <= early
    assert not early & {
        "opening", "closing", "verify_identity", "courtesy", "thanks", "filler_words", "dead_air", "hold_notice", "talk_over",
        "speech_rate", "monologue", "ring_slow", "agent_hung_up_first",
    }  # fmt: skip


def test_what_goes_on_the_alert_list() -> None:
    assert {"insult", "sensitive_word", ANGER} <= alerting(load())
    assert not alerting(load()) & {"forbidden_phrase", "opening"}


def test_a_mood_that_goes_on_is_one_hit() -> None:
    first, longer = Hit(ANGER, "customer", 3, 9, "x", 0.8), Hit(ANGER, "customer", 3, 20, "x; y", 0.9)
    other = Hit(ANGER, "agent", 3, 20, "x; y", 0.9)
    assert new_hits([longer, other], [first]) == [other]
