"""What the firmware makes of a line's voltage."""

from __future__ import annotations

import math
import random

import pytest

from firmware.linestate import LineState
from firmware.protocol import KINDS
from tests.firmware.lines import Volts, events, flat, ring

IDLE, TALK = flat(-48.0), flat(-9.0)


def near(got: list[tuple[str, int]], want: list[tuple[str, int]], within: int = 60) -> None:
    assert [kind for kind, _ in got] == [kind for kind, _ in want]
    for (kind, at), (_, due) in zip(got, want, strict=True):
        assert abs(at - due) <= within, f"{kind} at {at}, due {due}"


@pytest.mark.parametrize("step_ms", [2, 5, 10])
@pytest.mark.parametrize("hz", [16.0, 20.0, 25.0])
@pytest.mark.parametrize("rms", [40.0, 75.0, 90.0])
@pytest.mark.parametrize("rest", [-48.0, -60.0, 48.0])
def test_a_call_comes_in_is_answered_and_ends(step_ms: int, hz: float, rms: float, rest: float) -> None:
    """Every ring of the field's range, and weak ones at the end of a long line, with each burst told by itself."""
    bell, still = ring(hz, rms, rest), flat(rest)
    talk = flat(math.copysign(9.0, rest))
    got = events([(1.0, still), (1.0, bell), (4.0, still), (1.0, bell), (0.7, still), (3.0, talk), (2.0, still)], step_ms)
    reversals = [event for event in got if event[0] == "reversed"]
    assert len(reversals) == (1 if rest > 0 else 0)  # the line was first seen the other way round
    bursts = [("ring_start", 1000), ("ring_stop", 2000), ("ring_start", 6000), ("ring_stop", 7000)]
    want = [*bursts, ("off_hook", 7700), ("on_hook", 10700)]
    near([event for event in got if event[0] != "reversed"], want, within=80)


@pytest.mark.parametrize("volts", [6.0, 9.0, 12.0])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_off_hook_is_told_with_the_moment_it_began(volts: float, sign: float) -> None:
    got = events([(0.5, flat(sign * 48.0)), (1.0, flat(sign * volts)), (1.0, flat(sign * 48.0))])
    near([event for event in got if event[0] != "reversed"], [("off_hook", 500), ("on_hook", 1500)], within=5)


def test_answering_in_the_middle_of_a_ring_ends_the_ring_first() -> None:
    near(events([(1.0, IDLE), (0.5, ring()), (2.0, TALK)]), [("ring_start", 1000), ("ring_stop", 1500), ("off_hook", 1500)])


@pytest.mark.parametrize("ms", [90, 100, 250, 600, 690])
def test_a_flash_is_no_hang_up(ms: int) -> None:
    near(events([(0.5, IDLE), (1.0, TALK), (ms / 1000, IDLE), (1.0, TALK)]), [("off_hook", 500), ("flash", 1500)], within=5)


@pytest.mark.parametrize("ms", [20, 40, 60, 70])
def test_a_bounce_is_nothing(ms: int) -> None:
    near(events([(0.5, IDLE), (1.0, TALK), (ms / 1000, IDLE), (1.0, TALK)]), [("off_hook", 500)], within=5)


def test_a_long_break_is_a_hang_up_and_a_new_call() -> None:
    got = events([(0.5, IDLE), (1.0, TALK), (0.8, IDLE), (1.0, TALK)])
    near(got, [("off_hook", 500), ("on_hook", 1500), ("off_hook", 2300)], within=5)


@pytest.mark.parametrize("make_ms", [35, 40])
def test_dial_pulses_are_neither_flash_nor_hang_up(make_ms: int) -> None:
    digit = [(0.1 - make_ms / 1000, IDLE), (make_ms / 1000, TALK)] * 10
    got = events([(0.5, IDLE), (1.0, TALK), *digit, (0.7, TALK), *digit, (1.0, TALK), (2.0, IDLE)])
    near(got, [("off_hook", 500), ("on_hook", 5200)], within=40)


def test_a_hook_that_bounces_is_told_once() -> None:
    bounce: list[tuple[float, Volts]] = [(0.015, TALK), (0.02, IDLE), (0.01, TALK), (0.015, IDLE)]
    near(events([(0.5, IDLE), *bounce, (1.0, TALK), *bounce, (1.5, IDLE)]), [("off_hook", 560), ("on_hook", 1560)], within=70)


def test_polarity_turning_over_is_told_each_time() -> None:
    got = events([(0.5, IDLE), (1.0, TALK), (2.0, flat(9.0)), (1.0, TALK), (2.0, IDLE)])
    near(got, [("off_hook", 500), ("reversed", 1500), ("reversed", 3500), ("on_hook", 4500)], within=5)


def test_a_cut_wire_is_told_once_and_again_when_it_is_mended() -> None:
    near(events([(0.5, IDLE), (5.0, flat(0.4)), (1.0, IDLE)]), [("no_line", 500), ("on_hook", 5500)], within=5)
    got = events([(0.5, IDLE), (1.0, TALK), (5.0, flat(-1.0)), (1.0, TALK)])
    near(got, [("off_hook", 500), ("no_line", 1500), ("off_hook", 6500)], within=5)


def test_the_exchanges_short_gap_is_no_dead_line() -> None:
    near(events([(0.5, IDLE), (1.0, TALK), (0.8, flat(0.0)), (1.0, TALK)]), [("off_hook", 500)], within=5)


def test_a_ring_on_a_cut_line_is_impossible_and_slow_or_fast_swings_are_no_ring() -> None:
    for hz in (3.0, 8.0, 12.0, 33.0, 50.0):
        assert [kind for kind, _ in events([(3.0, ring(hz))]) if kind.startswith("ring")] == []


def test_speech_and_hum_on_the_loop_change_nothing() -> None:
    noise = random.Random(3)
    talk = lambda t: -9.0 + 2.5 * math.sin(2 * math.pi * 50 * t) + noise.uniform(-3, 3)  # noqa: E731
    near(events([(0.5, IDLE), (20.0, talk), (2.0, IDLE)]), [("off_hook", 500), ("on_hook", 20500)], within=10)


def test_single_wild_samples_change_nothing() -> None:
    line = LineState()
    told = []
    for number in range(4000):
        mv = 150_000 if number % 97 == 50 else 0 if number % 89 == 30 else -48_000
        told += line.update(number * 5, mv)
    assert [KINDS[kind] for kind, _ in told] == ["on_hook"]


def test_what_a_new_board_finds_is_told() -> None:
    for volts, kind, state in ((-48.0, "on_hook", "idle"), (-9.0, "off_hook", "off_hook"), (0.1, "no_line", "no_line")):
        line = LineState()
        assert line.state() == "unknown"
        told = [event for ms in range(0, 2000, 5) for event in line.update(ms, int(volts * 1000))]
        assert [(KINDS[number], at) for number, at in told] == [(kind, 0)]
        assert line.state() == state


def test_a_board_started_while_it_rings_hears_the_ring() -> None:
    line = LineState()
    told = [event for ms in range(0, 900, 5) for event in line.update(ms, round(ring()(ms / 1000) * 1000))]
    assert KINDS.index("ring_start") in [kind for kind, _ in told]
    assert line.state() == "ringing"
