"""Lines without a sense whose calls have records: a call that falls silent waits for its record, and the record's length tells what
was one call. Without records everything is as silence alone would have it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.line.actions import Action, Cut, Drop, End, NextPart, Start, Timing
from recorder.line.hangover import FEWEST, MOST_SEAMS, HangOver
from recorder.line.segmenter import Segmenter
from recorder.signals.voice import Heard

RATE, PIECE = 8000, 160
TIMING = Timing(RATE, RATE // 2, int(0.3 * RATE), 8 * RATE, RATE, 3600 * RATE, 3 * RATE, 60 * RATE)
PROMPT = (True,) * FEWEST


class Line:
    """A line whose records have come so far, fed in blocks of 100 ms; times in seconds."""

    def __init__(self, prompt: tuple[bool, ...] = PROMPT) -> None:
        self.segmenter = Segmenter(TIMING, "none", prompt=prompt)
        self.end = 0
        self.actions: list[Action] = []

    def hear(self, until: float, *, speech: bool = False, keys: bool = False) -> Line:
        while self.end < round(until * RATE):
            pieces = tuple(range(self.end + PIECE, self.end + 801, PIECE))
            self.end += 800
            self.actions += self.segmenter.audio(Heard(self.end, pieces if speech else (), keys=(self.end,) if keys else ()))
        return self

    def record(self, talked_s: float | None) -> Line:
        self.segmenter.record(self.end, talked_s)
        return self


def frames(seconds: float) -> int:
    return round(seconds * RATE)


def dead_air() -> Line:
    """Speech from 10 to 20 s and from 40 to 55 s."""
    return Line().hear(10).hear(20, speech=True).hear(40).hear(55, speech=True)


def test_a_record_of_the_whole_length_makes_one_call_of_both_pieces() -> None:
    line = dead_air().hear(57).record(46.0).hear(64)
    assert line.actions == [Start(frames(9.5)), NextPart(frames(39.5), seam=True), End(frames(56))]


def test_a_record_of_the_last_piece_makes_two_calls() -> None:
    line = dead_air().hear(57).record(16.0).hear(64)
    assert line.actions[-1] == End(frames(56), cuts=(Cut(frames(21), frames(39.5)),))


@pytest.mark.parametrize("talked", [None, 300.0])
def test_a_record_that_says_nothing_of_their_length_makes_two(talked: float | None) -> None:
    last = dead_air().hear(57).record(talked).hear(64).actions[-1]
    assert isinstance(last, End)
    assert len(last.cuts) == 1


def test_without_a_record_they_are_two_calls_after_a_while() -> None:
    line = dead_air().hear(114.9)
    assert not any(isinstance(action, End) for action in line.actions)
    line.hear(116)
    assert line.actions[-1] == End(frames(56), cuts=(Cut(frames(21), frames(39.5)),))


def test_a_record_ends_the_wait() -> None:
    line = Line().hear(10).hear(20, speech=True).hear(45)
    assert line.actions == [Start(frames(9.5))]
    line.record(11.0).hear(45.1)
    assert line.actions == [Start(frames(9.5)), End(frames(21))]


def test_a_record_within_the_hang_over_ends_the_call_at_its_end_as_ever() -> None:
    line = Line().hear(10).hear(20, speech=True).hear(22).record(10.0).hear(27.9)
    assert line.actions == [Start(frames(9.5))]
    assert line.hear(28.1).actions[-1] == End(frames(21))


@pytest.mark.parametrize("prompt", [(), (True,), (True, False, False)])
def test_where_records_do_not_come_silence_decides(prompt: tuple[bool, ...]) -> None:
    line = Line(prompt).hear(10).hear(20, speech=True).hear(28.1)
    assert line.actions == [Start(frames(9.5)), End(frames(21))]


def test_a_line_whose_records_come_later_than_the_hang_over_learns_to_wait() -> None:
    line, at = Line(()), 10
    for _ in range(FEWEST):
        line.hear(at).hear(at + 5, speech=True).hear(at + 20).record(5.0)
        at += 40
    before = len(line.actions)
    line.hear(at).hear(at + 5, speech=True).hear(at + 20)
    assert [type(action) for action in line.actions[before:]] == [Start]


def test_a_line_whose_records_stay_away_gives_up_waiting() -> None:
    line, at = Line((True, True, True)), 10
    waited = []
    for _ in range(6):
        line.hear(at).hear(at + 5, speech=True).hear(at + 15)
        waited.append(line.segmenter.state == "talking")
        line.hear(at + 80)
        at += 100
    assert waited == [True] * 4 + [False] * 2


def test_calls_close_together_without_records_are_parted_after_a_few() -> None:
    line, at = Line((True,) * 10), 10
    for _ in range(MOST_SEAMS + 1):
        line.hear(at).hear(at + 10, speech=True)
        at += 25
    line.hear(at)
    (end,) = [action for action in line.actions if isinstance(action, End)]
    assert [cut.next_start for cut in end.cuts] == [frames(seconds - 0.5) for seconds in (35, 60, 85)]


def test_a_noise_waits_for_no_record() -> None:
    assert Line().hear(10).hear(10.6, speech=True).hear(19).actions == [Start(frames(9.5)), Drop()]


def test_keys_after_a_long_silence_are_the_next_call() -> None:
    line = Line().hear(10).hear(20, speech=True).hear(35).hear(35.1, keys=True)
    assert line.actions[-1] == End(frames(21))
    start = line.hear(40).hear(45, speech=True).actions[-1]
    assert isinstance(start, Start)
    assert start.direction == "out"


def test_a_click_in_the_silence_is_nobody_speaking() -> None:
    line = Line().hear(10).hear(20, speech=True).hear(35).hear(35.1, speech=True).hear(36).record(11.0).hear(44)
    assert [type(action) for action in line.actions] == [Start, End]


def test_a_stop_in_the_wait_ends_the_call_with_its_last_word() -> None:
    line = Line().hear(10).hear(20, speech=True).hear(40)
    assert line.segmenter.finish() == [End(frames(21))]


def test_three_pieces_of_which_the_last_two_are_one_call() -> None:
    line = dead_air().hear(75).hear(80, speech=True).hear(82).record(41.0).hear(90)
    assert line.actions[-1] == End(frames(81), cuts=(Cut(frames(21), frames(39.5)),))


TALKS = st.lists(st.tuples(st.integers(15, 120), st.integers(1, 900)), min_size=1, max_size=12)
"""Tenths of a second of speech, and of silence after it."""

Told = tuple[int, float | None]
"""When a record comes, in tenths of a second, and the length it tells."""


@settings(max_examples=150, deadline=None)
@given(TALKS)
def test_without_records_a_line_that_waits_finds_what_silence_alone_finds(talks: list[tuple[int, int]]) -> None:
    assert calls(talks, prompt=(True,) * 10) == calls(talks, prompt=())


@settings(max_examples=150, deadline=None)
@given(TALKS, st.lists(st.tuples(st.integers(0, 9000), st.none() | st.floats(0, 400)), max_size=8))
def test_whatever_records_say_pieces_are_only_put_together(talks: list[tuple[int, int]], records: list[Told]) -> None:
    """Every call is a run of those that silence alone finds, and nothing of them is lost."""
    alone, told = calls(talks, prompt=()), calls(talks, prompt=PROMPT, records=records)
    assert {start for start, _ in told} <= {start for start, _ in alone}
    assert {end for _, end in told} <= {end for _, end in alone}
    assert all(end <= start for (_, end), (start, _) in pairwise(told))
    assert told[0][0] == alone[0][0]
    assert told[-1][1] == alone[-1][1]


def calls(talks: list[tuple[int, int]], *, prompt: tuple[bool, ...], records: Iterable[Told] = ()) -> list[tuple[int, int]]:
    """First and last frame of each call."""
    line, at, due = Line(prompt), 10, sorted(records, key=lambda record: record[0])
    for talk, rest in talks:
        for length, speech in ((talk, True), (rest, False)):
            for tenth in range(at, at + length):
                while due and due[0][0] <= tenth:
                    line.record(due.pop(0)[1])
                line.hear((tenth + 1) / 10, speech=speech)
            at += length
    line.actions += line.segmenter.finish()
    marks: list[int] = []
    for action in line.actions:
        if isinstance(action, Start):
            marks.append(action.frame)
        elif isinstance(action, End):
            marks += [mark for cut in action.cuts for mark in (cut.end, cut.next_start)] + [action.frame]
    return list(zip(marks[::2], marks[1::2], strict=True))


def test_a_record_waited_for_in_vain_counts_once_it_comes() -> None:
    hang_over = HangOver(TIMING, (True, False, False))
    hang_over.began(0)
    assert hang_over.over(frames(20), frames(10))
    assert not hang_over.waits
    hang_over.record(frames(30), 10.0)
    assert not hang_over.waits
    hang_over.heard(frames(30))
    assert hang_over.waits


def test_a_record_ahead_of_the_audio_waits_for_it() -> None:
    """A recorder that is behind gets the records of calls it has not heard yet."""
    line = Line()
    for at, talked in ((22, 10.0), (72, 10.0)):
        line.segmenter.record(frames(at), talked)
    line.hear(10).hear(20, speech=True).hear(60).hear(70, speech=True).hear(90)
    assert line.actions == [Start(frames(9.5)), End(frames(21)), Start(frames(59.5)), End(frames(71))]
