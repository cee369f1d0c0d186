"""One line's calls: events first, voice where there are none, late events, and any order of anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hw.interfaces import LINE_EVENT_KINDS
from recorder.line.actions import KINDS, Action, Drop, End, Learned, NextPart, Start, Timing, Unanswered
from recorder.line.segmenter import Segmenter
from recorder.signals.voice import Heard

RATE = 8000
PIECE = 160
TIMING = Timing(RATE, RATE // 2, int(0.3 * RATE), 8 * RATE, RATE, 3600 * RATE, 2 * RATE + RATE)


class Line:
    """A segmenter fed in blocks of 100 ms; times in seconds."""

    def __init__(self, *, release: str = "none", timing: Timing = TIMING) -> None:
        self.segmenter = Segmenter(timing, release)
        self.end = 0
        self.actions: list[Action] = []

    def event(self, kind: str, at: float) -> None:
        self.segmenter.event(kind, round(at * RATE))

    def hear(self, until: float, what: str = "") -> Line:
        """Up to `until`: "speech", "tone" or nothing."""
        while self.end < round(until * RATE):
            pieces = tuple(range(self.end + PIECE, self.end + 801, PIECE))
            self.end += 800
            heard = Heard(self.end, pieces if what == "speech" else (), pieces if what == "tone" else ())
            self.actions += self.segmenter.audio(heard)
        return self

    def busy_tone(self, seconds: float) -> Line:
        """0.35 s on, 0.35 s off (as near as blocks of 0.1 s come)."""
        stop = self.end / RATE + seconds
        while self.end / RATE < stop:
            self.hear(self.end / RATE + 0.4, "tone").hear(self.end / RATE + 0.3)
        return self

    def finish(self) -> list[Action]:
        self.actions += self.segmenter.finish()
        return self.actions


def frames(seconds: float) -> int:
    return round(seconds * RATE)


def test_a_ring_and_an_answer_make_an_incoming_call() -> None:
    line = Line().hear(10)
    for kind, at in (("ring_start", 10), ("ring_stop", 11), ("ring_start", 15), ("off_hook", 15.5), ("on_hook", 40)):
        line.event(kind, at)
    line.hear(50)
    assert line.actions == [Start(frames(15.5), "in", 5.5, 2, answered=True), End(frames(40))]


def test_off_hook_without_a_ring_is_a_call_out() -> None:
    line = Line()
    line.event("off_hook", 3)
    line.event("on_hook", 9)
    assert line.hear(10).actions == [Start(frames(3), "out", answered=True), End(frames(9))]


def test_a_ring_nobody_answers_is_told() -> None:
    line = Line()
    for at in (2, 7):
        line.event("ring_start", at)
        line.event("ring_stop", at + 1)
    assert line.hear(13.9).actions == []
    assert line.hear(15).actions == [Unanswered(frames(2), frames(8), 6.0, 2)]
    assert line.segmenter.state == "idle"


def test_flash_and_silence_stay_one_call() -> None:
    line = Line()
    line.event("off_hook", 1)
    line.event("flash", 20)
    line.event("on_hook", 90)
    assert line.hear(100).actions == [Start(frames(1), "out", answered=True), End(frames(90))]


def test_back_to_back_calls_are_two() -> None:
    line = Line()
    for kind, at in (("off_hook", 1), ("on_hook", 10), ("off_hook", 10.35), ("on_hook", 20)):
        line.event(kind, at)
    line.hear(30, "speech")
    assert [type(action) for action in line.actions] == [Start, End, Start, End]
    assert line.actions[2] == Start(frames(10.35), "out", answered=True)


def test_a_ring_during_a_call_means_that_its_end_was_missed() -> None:
    line = Line()
    for kind, at in (("off_hook", 1), ("ring_start", 30), ("off_hook", 33), ("on_hook", 50)):
        line.event(kind, at)
    line.hear(60)
    assert line.actions[1:3] == [End(frames(30)), Start(frames(33), "in", 3.0, 1, answered=True)]


def test_late_events_cut_at_the_right_frames() -> None:
    line = Line().hear(12)
    line.event("off_hook", 10.2)
    line.hear(30)
    line.event("on_hook", 28.5)
    line.event("off_hook", 29)
    line.hear(31)
    assert line.actions == [Start(frames(10.2), "out", answered=True), End(frames(28.5)), Start(frames(29), "out", answered=True)]


def test_an_event_too_late_for_the_look_back_says_what_is_missing() -> None:
    line = Line().hear(20)
    line.event("off_hook", 10)
    start = line.hear(20.1).actions[0]
    assert isinstance(start, Start)
    assert start.frame == frames(20.1) - TIMING.look_back
    assert start.late_frames == start.frame - frames(10)


def test_an_event_ahead_of_its_audio_waits_for_it() -> None:
    line = Line().hear(5)
    line.event("off_hook", 6)
    assert line.hear(5.9).actions == []
    assert line.hear(6.1).actions == [Start(frames(6), "out", answered=True)]


def test_voice_begins_and_silence_ends_a_call_without_a_sense() -> None:
    line = Line().hear(10).hear(20, "speech").hear(26).hear(30, "speech").hear(50)
    assert line.actions == [Start(frames(9.5)), End(frames(31))]


def test_a_short_noise_is_dropped() -> None:
    line = Line().hear(10).hear(10.6, "speech").hear(30)
    assert line.actions == [Start(frames(9.5)), Drop()]


def test_busy_tone_parts_two_calls_on_a_voice_line() -> None:
    line = Line().hear(1).hear(20, "speech").busy_tone(4).hear(25).hear(40, "speech").hear(60)
    assert [type(action) for action in line.actions] == [Start, End, Start, End]
    assert line.actions[1] == End(frames(21), "customer")


def test_ring_back_during_a_transfer_does_not() -> None:
    line = Line().hear(1).hear(20, "speech")
    for at in (21, 26, 31):
        line.hear(at).hear(at + 1, "tone").hear(at + 3).hear(at + 3.5, "speech")
    assert [type(action) for action in line.finish()] == [Start, End]


def test_who_hung_up() -> None:
    def end(release: str, kinds: list[tuple[str, float]], busy: bool = False) -> str | None:
        line = Line(release=release)
        for kind, at in kinds:
            line.event(kind, at)
        line.hear(1).hear(20, "speech")
        if busy:
            line.busy_tone(3)
        line.event("on_hook", line.end / RATE)
        ended = line.hear(line.end / RATE + 1).actions[-1]
        assert isinstance(ended, End)
        return ended.hung_up_by

    came = [("ring_start", 0.1), ("off_hook", 0.5)]
    assert end("none", came) is None
    assert end("none", came, busy=True) == "customer"
    assert end("tone", came) == "agent"
    assert end("tone", came, busy=True) == "customer"
    assert end("reversed", came) == "agent"
    assert end("reversed", [*came, ("reversed", 19)]) == "customer"
    assert end("reversed", [("off_hook", 0.5), ("reversed", 2)]) == "agent"
    assert end("reversed", [("off_hook", 0.5), ("reversed", 2), ("reversed", 19)]) == "customer"


def test_before_the_board_has_spoken_and_after_it_is_gone_voice_decides() -> None:
    line = Line().hear(10).hear(20, "speech").hear(40)
    assert line.actions == [Start(frames(9.5)), End(frames(21))]
    line.event("off_hook", 45)
    line.hear(50, "speech")
    line.segmenter.sense_lost()
    line.hear(70)
    assert [type(action) for action in line.actions[2:]] == [Start, End]


def test_the_board_takes_over_a_call_that_voice_began() -> None:
    line = Line().hear(10).hear(20, "speech")
    line.event("off_hook", 19.9)
    line.event("on_hook", 60)
    line.hear(70)
    assert line.actions == [Start(frames(9.5)), Learned("out", None, None), End(frames(60))]


def test_a_long_call_goes_on_in_parts() -> None:
    timing = Timing(RATE, 0, 2400, 8 * RATE, RATE, 10 * RATE, 2 * RATE)
    line = Line(timing=timing)
    line.event("off_hook", 1)
    line.event("on_hook", 25)
    assert line.hear(30).actions[1:] == [NextPart(frames(11)), NextPart(frames(21)), End(frames(25))]


def test_a_flash_begins_a_part_and_the_next_one_ends_the_hold() -> None:
    line = Line().hear(1)
    for kind, at in (("ring_start", 1), ("off_hook", 2), ("flash", 20), ("flash", 30), ("on_hook", 40)):
        line.event(kind, at)
    line.hear(50)
    assert line.actions[1:] == [NextPart(frames(20), "held"), NextPart(frames(30), "resumed"), End(frames(40))]


def test_a_short_break_of_the_hook_is_a_flash() -> None:
    line = Line().hear(1)
    for kind, at in (("ring_start", 1), ("off_hook", 2), ("on_hook", 20), ("off_hook", 20.2), ("on_hook", 40)):
        line.event(kind, at)
    line.hear(50)
    assert line.actions[1:] == [NextPart(frames(20), "held"), End(frames(40))]


STEPS = st.one_of(
    st.tuples(st.sampled_from(LINE_EVENT_KINDS), st.integers(-3 * RATE, RATE)),
    st.tuples(st.sampled_from(["speech", "silence", "tone", "busy", "ring_back"]), st.integers(1, 12 * RATE)),
    st.tuples(st.sampled_from(["key"]), st.integers(1, RATE)),
    st.tuples(st.sampled_from(["again", "lost"]), st.just(0)),
    st.tuples(st.sampled_from(["sense_lost"]), st.just(0)),
    st.tuples(st.sampled_from(["record"]), st.integers(0, 60)),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["none", "tone", "reversed"]), st.booleans(), st.lists(STEPS, max_size=40))
def test_any_order_gives_a_consistent_set_of_calls(release: str, whole: bool, steps: list[tuple[str, int]]) -> None:
    """Events late, early, twice or lost, sounds of any kind in between."""
    timing = Timing(RATE, RATE // 2, 2400, 8 * RATE, RATE, 5 * RATE, 3 * RATE, 20 * RATE)
    segmenter = Segmenter(timing, release, whole=whole, prompt=(True,) * 5)
    end, actions, told = 0, [], ("flash", 0)
    for what, number in steps:
        if what in LINE_EVENT_KINDS:
            told = (what, max(0, end + number))
            segmenter.event(*told)
        elif what == "again":
            segmenter.event(*told)
        elif what == "lost":
            end += RATE
            actions += segmenter.audio(Heard(end))
        elif what == "sense_lost":
            segmenter.sense_lost()
        elif what == "record":
            segmenter.record(end, float(number))
        else:
            new = []
            for heard in blocks(what, end, number):
                new += segmenter.audio(heard)
                assert all(not isinstance(one, Start | NextPart) or heard.end - one.frame <= timing.look_back for one in new)
                actions += new
                new = []
            end += number
    actions += segmenter.finish()
    check_consistent(actions, end)
    assert segmenter.state == "idle"


def blocks(what: str, start: int, frames: int) -> Iterator[Heard]:
    """What a stretch of one kind of sound gives, a second at a time."""
    period = {"busy": 5600, "ring_back": 40_000}.get(what, 1)
    on = {"busy": 2800, "ring_back": RATE}.get(what, 1)
    for at in range(start, start + frames, RATE):
        end = min(at + RATE, start + frames)
        pieces = tuple(range(at + PIECE, end + 1, PIECE))
        toned = tuple(frame for frame in pieces if (frame - start) % period < on) if what in {"tone", "busy", "ring_back"} else ()
        yield Heard(end, pieces if what == "speech" else (), toned, keys=(at,) if what == "key" else ())


def check_consistent(actions: list[Action], end: int) -> None:
    """Calls begin and end in turn, never overlap, and lie within the audio: parts and idle time add up to all of it."""
    marks: list[int] = []
    seams: list[int] = []
    is_open, last_kind = False, "talk"
    for action in actions:
        match action:
            case Start(frame):
                assert not is_open
                is_open, last_kind, seams = True, "talk", [frame]
                marks.append(frame)
            case NextPart(frame, kind):
                assert is_open
                assert frame > marks[-1]
                assert kind in {None, *KINDS} - {"talk", "transferred"}
                marks.append(frame)
                seams += [frame] if action.seam else []
                last_kind = kind or last_kind
            case End(frame):
                assert is_open
                assert not action.transferred or last_kind == "held"
                check_cuts(action, seams)
                marks.append(frame)
                is_open = False
            case Drop():
                assert is_open
                is_open = False
            case Unanswered(frame, stopped):
                assert not is_open
                assert frame <= stopped
                marks += [frame, stopped]
            case Learned():
                assert is_open
    assert not is_open
    assert all(earlier <= later for earlier, later in pairwise(marks))
    assert all(0 <= mark <= end for mark in marks)


def check_cuts(end: End, seams: list[int]) -> None:
    """A call is cut at its seams only, and each piece has a length. seams: with the call's start."""
    starts = [seams[0], *(cut.next_start for cut in end.cuts)]
    assert set(starts) <= set(seams)
    ends = [*(cut.end for cut in end.cuts), end.frame]
    assert all(start < stop for start, stop in zip(starts, ends, strict=True))
    assert all(stop <= start for stop, start in zip(ends, starts[1:], strict=False))
