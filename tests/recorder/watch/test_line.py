"""What is wrong with a line: each alarm on both sides of its limit, raised once and cleared once."""

from __future__ import annotations

import numpy as np
import pytest

from hw.messages import Message
from recorder.settings.sections import AlarmLimits
from recorder.watch.figures import decibels
from recorder.watch.latch import Latch, beyond
from tests.recorder.lines import RATE, Watched, hum, noise, speech

SOON = AlarmLimits(stuck_off_hook_min=1.0)


def test_a_good_line_has_nothing_wrong() -> None:
    line = Watched()
    for _ in range(3):
        line.call(speech(30), noise(30)).call(noise(30), speech(30)).hear(noise(10), noise(10))
    assert line.changes == []


@pytest.mark.parametrize(("level", "wrong"), [(-49.0, True), (-45.5, False)])
def test_speech_below_the_limit_is_too_quiet(level: float, wrong: bool) -> None:
    line = Watched().call(speech(160, level) + noise(160, -80), noise(160))
    assert ("level_low" in line.wrong()) == wrong
    if wrong:
        assert line.condition("level_low").detail.en.startswith("agent -4")


def test_too_quiet_is_raised_once_and_cleared_once() -> None:
    line = Watched().call(speech(230, -48) + noise(230, -80), noise(230)).call(speech(130, -30), noise(130))
    assert [change for change in line.changes if change[0] == "level_low"] == [("level_low", True), ("level_low", False)]


def test_a_level_between_its_limits_changes_nothing() -> None:
    quiet = speech(160, -46.5) + noise(160, -80)
    assert "level_low" not in Watched().call(quiet, noise(160)).wrong()
    assert "level_low" in Watched(standing=["level_low"]).call(quiet, noise(160)).wrong()


@pytest.mark.parametrize(("level", "wrong"), [(-8.0, True), (-20.0, False)])
def test_speech_at_full_scale_clips(level: float, wrong: bool) -> None:
    assert ("clipping" in Watched().call(noise(80), speech(80, level)).wrong()) == wrong


def test_clipping_is_raised_once_and_cleared_once() -> None:
    line = Watched().call(speech(150, -6), noise(150)).call(speech(80), noise(80))
    assert [change for change in line.changes if change[0] == "clipping"] == [("clipping", True), ("clipping", False)]


@pytest.mark.parametrize("talking", [False, True])
@pytest.mark.parametrize(("level", "wrong"), [(-44.5, True), (-47.5, False)])
def test_hum_on_an_idle_line_and_beneath_a_call(level: float, wrong: bool, talking: bool) -> None:
    line = Watched()
    sound = speech(70, -30) if talking else noise(70)
    (line.call if talking else line.hear)(sound + hum(70, level), noise(70))
    assert ("hum" in line.wrong()) == wrong


def test_hum_is_raised_once_and_cleared_once() -> None:
    swelling = np.concatenate([hum(90, -44), hum(90, -47), hum(90, -44), hum(90, -54)])
    line = Watched().hear(swelling + noise(360), noise(360))
    assert line.changes == [("hum", True), ("hum", False)]


def test_hum_is_measured_as_loud_as_it_is_at_both_mains() -> None:
    for hz in (50.0, 60.0):
        line = Watched(1, AlarmLimits(mains_hz=hz)).hear(hum(61, -40, hz))
        assert line.watch.levels()[0].hum_db == pytest.approx(-40, abs=0.3)
    off_frequency = Watched(1).hear(hum(61, -40, 50.2))
    assert off_frequency.watch.levels()[0].hum_db == pytest.approx(-40, abs=1.0)


def test_noise_and_a_low_note_are_no_hum() -> None:
    turns = 2 * np.pi * 98.0 * np.arange(70 * RATE) / RATE  # the G of a cello, 2 Hz from the second harmonic
    assert "hum" not in Watched(1).hear(8000 * np.sin(turns)).wrong()
    assert "hum" not in Watched(1).hear(noise(70, -30)).wrong()


def test_one_side_silent_in_two_calls_running() -> None:
    line = Watched().call(speech(30), noise(30))
    assert "one_sided" not in line.wrong()
    line.call(speech(30), noise(30))
    assert line.condition("one_sided").detail == Message("nothing from the customer side", "客户侧没有声音")
    assert line.changes == [("one_sided", True)]


def test_one_side_silent_for_two_minutes_of_one_call_is_told_during_it() -> None:
    line = Watched()
    line.watch.began()
    line.hear(noise(150), speech(150))
    assert "one_sided" not in line.wrong()
    line.hear(noise(40), speech(40))
    assert line.condition("one_sided").detail == Message("nothing from the agent side", "座席侧没有声音")
    line.hear(speech(15), noise(15))
    assert line.changes == [("one_sided", True), ("one_sided", False)]


def test_what_leaks_over_is_not_the_other_side_speaking() -> None:
    line = Watched()
    for _ in range(2):
        line.call(speech(30), speech(30, -46) + noise(30))
    assert "one_sided" in line.wrong()


def test_voice_mails_apart_short_calls_and_monologues_with_a_word_in_them_are_no_one_sided_line() -> None:
    yes = np.concatenate([noise(20), speech(4), noise(6)])
    line = Watched().call(speech(15), noise(15)).call(speech(15), noise(15)).call(speech(30), yes)
    line.call(speech(30), yes).call(speech(30), noise(30)).call(speech(4), noise(4))
    assert line.changes == []


def test_a_mono_line_has_no_sides() -> None:
    assert "one_sided" not in {condition.kind for condition in Watched(1).watch.conditions()}


@pytest.mark.parametrize(("seconds", "wrong"), [(55, False), (65, True)])
def test_off_hook_without_a_word_is_stuck(seconds: int, wrong: bool) -> None:
    line = Watched(2, SOON)
    line.watch.began()
    line.hear(noise(seconds), noise(seconds))
    assert ("stuck_off_hook" in line.wrong()) == wrong


@pytest.mark.parametrize("end", ["on-hook", "speech"])
def test_stuck_is_over_with_on_hook_or_speech(end: str) -> None:
    line = Watched(2, SOON)
    line.watch.began()
    line.hear(noise(70), noise(70))
    if end == "on-hook":
        line.watch.ended()
        line.hear(noise(1), noise(1))
    else:
        line.hear(speech(5), noise(5))
    assert line.changes == [("stuck_off_hook", True), ("stuck_off_hook", False)]


def test_speech_on_a_line_nobody_records() -> None:
    line = Watched().hear(speech(10), noise(10)).hear(noise(60), noise(60))
    assert line.changes == []
    line.hear(speech(30), noise(30)).hear(noise(200), noise(200))
    line.call(speech(5), noise(5))
    assert line.changes == [("speech_unrecorded", True), ("speech_unrecorded", False)]


def test_a_line_lives_by_events_calls_and_speech_and_not_by_noise() -> None:
    line = Watched()
    assert line.watch.lived() is None
    line.hear(noise(3), noise(3))
    assert line.watch.lived() is False
    line.hear(speech(4), noise(4))
    assert line.watch.lived() is True
    line.hear(noise(60), noise(60))
    line.watch.lived()
    line.watch.event()
    assert line.watch.lived() is True
    line.hear(noise(3), noise(3))
    assert line.watch.lived() is False


@pytest.mark.parametrize("kind", ["hum", "level_low", "clipping", "one_sided", "stuck_off_hook", "speech_unrecorded"])
def test_after_a_restart_an_alarm_stands_until_the_line_shows_that_it_is_over(kind: str) -> None:
    line = Watched(standing=[kind]).hear(noise(20), noise(20))
    assert line.wrong() == {kind}
    line.call(speech(130), speech(130)).hear(noise(61), noise(61))
    assert line.changes == [(kind, False)]


def test_the_figures_of_a_call() -> None:
    line = Watched().call(speech(60, -30) + noise(60, -80), noise(60, -60) + hum(60, -55))
    agent, customer = line.levels
    assert (agent.side, customer.side) == ("agent", "customer")
    assert agent.speech_db == pytest.approx(-31, abs=1.5)
    assert agent.speech_s == pytest.approx(42, abs=5)  # without breaths, and until the floor is found
    assert (customer.speech_db, customer.speech_s) == (None, 0.0)
    assert customer.hum_db == pytest.approx(-55, abs=1)
    assert customer.noise_db == pytest.approx(-54.5, abs=1.5)  # noise and hum together, its quiet pieces
    assert customer.measured_s == pytest.approx(60, abs=1.1)


def test_a_call_of_less_than_a_second_has_no_figures() -> None:
    assert Watched().call(speech(0.5), noise(0.5)).levels == []


def test_lost_audio_is_not_measured() -> None:
    line = Watched()
    line.watch.began()
    line.hear(speech(1.5), noise(1.5))
    line.watch.lost()
    line.hear(speech(1.0), noise(1.0))
    assert [side.measured_s for side in line.watch.ended()] == [2.0, 2.0]


def test_levels_now_of_silence_and_full_scale() -> None:
    (silent,) = Watched(1).hear(np.zeros(RATE)).watch.levels()
    assert (silent.peak_db, silent.rms_db, silent.speech_db, silent.clipped) == (-96.0, -96.0, None, 0.0)
    square = np.where(np.arange(RATE) % 8 < 4, 40000, -40000)
    (loud,) = Watched(1).hear(square).watch.levels()
    assert (loud.peak_db, loud.clipped) == (0.0, 1.0)


def test_decibels_have_a_floor() -> None:
    assert decibels(0.0) == -96.0 and decibels(32768.0**2) == 0.0


def test_a_latch_goes_on_after_enough_and_off_at_once() -> None:
    latch = Latch(2)
    assert [latch.feed(verdict) for verdict in (True, False, True, None, True, True, None, False)] == [
        False, False, False, False, True, True, True, False,
    ]  # fmt: skip


def test_limits_may_lie_either_way() -> None:
    assert [beyond(value, 5, 3) for value in (5, 4, 3)] == [True, None, False]
    assert [beyond(value, 3, 5) for value in (3, 4, 5)] == [True, None, False]
