"""Silences, overlaps, pace, levels and turns from utterances and speech."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from analyzer.acoustics import is_backchannel, measure
from analyzer.result import Utterance


def say(start: float, end: float, side: str, text: str, level_db: float = -25.0) -> Utterance:
    return Utterance(start, end, side, text, 0.9, {}, level_db)


def test_silences_are_between_people_not_after_them() -> None:
    said = (say(1, 3, "agent", "您好"), say(15, 17, "customer", "喂"))
    found = measure(said, {"agent": [(1, 3)], "customer": [(15, 17)]}, [], 60.0)
    assert found["silences"] == [{"start": 3, "end": 15}]
    assert found["longest_silence_s"] == 12
    assert found["speech_share"] == {"agent": round(2 / 60, 4), "customer": round(2 / 60, 4)}


def test_a_click_does_not_end_a_silence() -> None:
    said = (say(1, 3, "agent", "您好"), say(15, 17, "customer", "喂"))
    found = measure(said, {"agent": [(1, 3), (9.0, 9.2)], "customer": [(15, 17)]}, [], 20.0)
    assert found["longest_silence_s"] == 12


def test_who_joins_while_the_other_speaks() -> None:
    said = (say(0, 6, "customer", "我想说的是这样的"), say(4, 9, "agent", "这个不行"))
    found = measure(said, {"agent": [(4, 9)], "customer": [(0, 6)]}, [], 10.0)
    assert found["overlaps"] == [{"start": 4, "end": 6, "started_by": "agent", "after_s": 4, "text": "这个不行"}]


def test_pace_counts_speech_time_and_only_what_was_understood() -> None:
    said = (say(0, 6, "agent", "一二三四五六七八九十"), say(8, 20, "agent", ""))
    found = measure(said, {"agent": [(1, 4), (8, 20)], "customer": []}, [], 20.0)
    rate = found["rate"]
    assert isinstance(rate, dict)
    assert rate["agent"]["overall"] == 200.0
    assert rate["customer"]["overall"] is None


def test_loudness_against_ones_own_start() -> None:
    said = (say(0, 10, "customer", "慢慢说", -30), say(12, 15, "customer", "快点", -20))
    levels = measure(said, {"customer": [(0, 10), (12, 15)]}, [], 15.0)["level_db"]
    assert isinstance(levels, dict)
    assert levels["customer"]["start"] == -30
    assert levels["customer"]["rise"] == 10


def test_a_listeners_sign_ends_no_turn() -> None:
    said = (say(0, 20, "agent", "我给您介绍一下"), say(19, 20, "customer", "嗯嗯"), say(21, 50, "agent", "然后是这样"))
    found = measure(said, {"agent": [(0, 20), (21, 50)], "customer": [(19, 20)]}, [], 50.0)
    assert found["longest_turn_s"] == {"agent": 50, "customer": 0}
    assert found["turns"] == {"agent": 1, "customer": 0}


def test_backchannels() -> None:
    assert is_backchannel("嗯，好的。")
    assert is_backchannel("Okay, yeah")
    assert not is_backchannel("好的我帮您查一下")


SPANS = st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 9)).map(lambda s: (s[0], s[0] + s[1])), max_size=6).map(sorted)


@given(SPANS, SPANS, st.booleans())
def test_any_speech_measures_to_json(agent: list[tuple[float, float]], customer: list[tuple[float, float]], mono: bool) -> None:
    sides = {"mixed": agent} if mono else {"agent": agent, "customer": customer}
    said = sorted((say(s, e, side, "好的您说") for side, spans in sides.items() for s, e in spans), key=lambda u: u.start)
    found = measure(said, sides, [], 60.0)
    assert json.loads(json.dumps(found)) == found


def test_where_nothing_was_recorded_there_is_no_silence() -> None:
    """A pause from 4 to 40 s between two words leaves two seconds before it and three after it; one after the last word nothing."""
    said = {"agent": [(0.0, 2.0)], "customer": [(43.0, 45.0)]}
    assert measure([], said, [], 60.0)["longest_silence_s"] == 41.0
    paused = measure([], said, [], 60.0, [(4.0, 40.0), (44.5, 55.0)])
    assert paused["silences"] == [{"start": 2.0, "end": 4.0}, {"start": 40.0, "end": 43.0}]
    assert paused["speech_s"] == measure([], said, [], 60.0)["speech_s"]
