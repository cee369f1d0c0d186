"""The demo's timetable."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from analyzer.result import CallFacts
from console.demo.bundle import BundledCall
from console.demo.plan import BY_VOICE, CHANNELS, ENGLISH, LINES, MONO, TAIL_S, plan


def call(name: str, seconds: float, language: str = "zh", direction: str = "in") -> BundledCall:
    return BundledCall(name, Path(f"{name}.flac"), seconds, CallFacts(language=language, ring_s=5.0, direction=direction))


CALLS = [
    call("a_perfect", 40),
    *(call(f"c{n}", 20 + 5 * n) for n in range(9)),
    call("repair", 240, "en"),
    call("out", 30, direction="out"),
]


def test_every_call_happens_and_the_calm_one_on_the_special_lines_too() -> None:
    placed = plan(CALLS).placed
    assert {one.call.name for one in placed} == {one.name for one in CALLS}
    assert [one.call.name for one in placed if one.line in (MONO, BY_VOICE)] == ["a_perfect", "a_perfect"]
    assert [one.call.name for one in placed if one.line is ENGLISH] == ["repair"]


def test_calls_on_a_line_never_overlap() -> None:
    placed = plan(CALLS).placed
    for line in LINES:
        here = [one for one in placed if one.line is line]
        assert all(after.rings_at > before.ends_at for before, after in pairwise(here))


def test_an_incoming_call_rings_before_its_audio_and_an_outgoing_one_does_not() -> None:
    for one in plan(CALLS).placed:
        assert one.starts_at - one.rings_at == (0.0 if one.call.facts.direction == "out" else 5.0)


def test_the_tap_runs_on_long_enough_for_the_last_call_to_end_by_silence() -> None:
    timetable = plan(CALLS)
    assert timetable.ends_at == max(one.ends_at for one in timetable.placed) + TAIL_S


def test_no_channel_and_no_sense_is_used_twice() -> None:
    channels = [channel for line in LINES for channel in line.channels]
    senses = [line.sense for line in LINES if line.sense >= 0]
    assert sorted(channels) == list(range(CHANNELS)) and len(set(senses)) == len(senses)
