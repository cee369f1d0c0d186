"""Turns, pauses and marks of a call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.result import Hit, Utterance
from quality.calls.rows import CallView, GapView
from quality.calls.views import Views
from quality.reviewing.labels import Label
from quality.reviewing.notes import Note
from tests.webui.makebox import TestBox
from webui.desk.talk import Pause, Remark, Turn, marks_of_hits, mood_paths, spoken, talk, turns


@pytest.fixture
def call(box: TestBox) -> CallView:
    call = Views(box.store).call(box.ids["rude"])
    assert call is not None
    return call


def said_of(call: CallView) -> list[Turn | Pause | Remark]:
    return talk(call, turns(call, ()))


def said(
    start: float, end: float, side: str = "agent", text: str = "你好", *, mood: str = "neutral", share: float = 0.9
) -> Utterance:
    return Utterance(start, end, side, text, 0.9, {mood: share, "sad": 1 - share})


def test_long_silence_and_lost_audio_stand_between_the_turns(call: CallView) -> None:
    gap = GapView(0.0, 20.0, 3.0, "overrun")
    found = said_of(replace(call, utterances=(said(0, 2), said(4, 6), said(12, 14), said(25, 26)), gaps=(gap,), hits=()))
    pauses = [(entry.start, entry.seconds, entry.gap) for entry in found if isinstance(entry, Pause)]
    assert pauses == [(6, 6, None), (20.0, 3.0, gap)]
    assert [entry.said.start for entry in found if isinstance(entry, Turn)] == [0, 4, 12, 25]


def test_hits_belong_to_the_turn_they_begin_in_of_their_side(call: CallView) -> None:
    hits = (
        Hit("shirk", "agent", 0.5, 1.0, "不归我管", 0.9), Hit("shirk", "agent", 1.2, 1.6, "没办法", 0.9),
        Hit("customer_anger", "customer", 0.5, 1.0, "生气", 0.9), Hit("talk_over", "agent", 2.5, 3.0, "1 s", 0.9),
    )  # fmt: skip
    turns = said_of(replace(call, utterances=(said(0, 2, text="这不归我管"), said(0.4, 3, "customer")), hits=hits, gaps=()))
    assert [turn.rules for turn in turns if isinstance(turn, Turn)] == [("shirk",), ("customer_anger",)]
    assert turns[0].text == "这<mark>不归我管</mark>"  # type: ignore[union-attr]


@pytest.mark.parametrize(("mood", "share", "shown"), [("angry", 0.9, "angry"), ("angry", 0.5, ""), ("neutral", 0.9, "")])
def test_a_mood_is_named_only_when_it_is_sure(call: CallView, mood: str, share: float, shown: str) -> None:
    turn = said_of(replace(call, utterances=(said(0, 2, mood=mood, share=share),), hits=(), gaps=()))[0]
    assert isinstance(turn, Turn)
    assert turn.mood == shown


def test_marks_lie_inside_the_lane_and_the_wide_ones_below(call: CallView) -> None:
    hits = (Hit("shirk", "agent", 99.99, 100.0, "", 0.9), Hit("courtesy", "agent", 0.0, 100.0, "", 0.9))
    marks = list(marks_of_hits(replace(call, hits=hits, gaps=()), 100.0))
    assert [mark.kind for mark in marks] == ["hit wide", "hit"]
    assert min(mark.x for mark in marks) >= 0
    assert max(mark.x + mark.width for mark in marks) < 100.001


def test_notes_stand_at_their_moment(call: CallView) -> None:
    note = Note("n1", 5.0, "听这里", "li", 0.0)
    found = talk(replace(call, gaps=()), turns(replace(call, utterances=(said(0, 2), said(8, 9)), hits=()), ()), [note])
    assert [type(entry).__name__ for entry in found] == ["Turn", "Pause", "Remark", "Turn"]


def test_what_is_skipped_is_where_nobody_speaks_for_long(call: CallView) -> None:
    heard = spoken(replace(call, utterances=(said(1, 2), said(3.5, 5), said(9, 10), said(9.5, 11, "customer"))))
    assert heard == [(0.6, 5.4), (8.6, 11.4)]
    assert spoken(replace(call, utterances=())) == []


def test_a_lane_is_one_path_a_mood(call: CallView) -> None:
    made = turns(replace(call, utterances=(said(0, 10), said(10.2, 20), said(50, 60, mood="angry"), said(0, 5, "customer"))), ())
    assert mood_paths(made, "agent", 100.0) == {"neutral": "M0.0 0h200.0v10H0.0z", "angry": "M500.0 0h100.0v10H500.0z"}


def test_a_fault_that_people_say_is_none_has_no_mark(call: CallView) -> None:
    labels = [Label(call.row.id, hit.start, hit.end, hit.side, "hit", hit.rule, "wrong") for hit in call.hits[:1]]
    assert len(list(marks_of_hits(call, 60.0, labels))) == len(call.hits) - 1
