"""The doctor's level meter: what a level means, how it is drawn, and what is heard when no recorder has the device."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from console.doctor.listen import listen
from quality.health.meter import WIDTH, bar, level_finding, loudest
from recorder.settings.sections import AlarmLimits, Device, Line, Settings
from tests.console.card import QUIET, Card
from tests.recorder.lines import RATE, channels, hum, noise, speech

TAPPED = Settings(device=(Device("tap", "hw:9,9", 2),), line=(Line("1", "tap", (0, 1), "801"),))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "noise"),
        ({"rms_db": -30.0, "peak_db": -12.0}, "sound"),
        ({"rms_db": -12.0, "peak_db": 0.0, "clipped": 0.01}, "clipping"),
        ({"rms_db": -12.0, "peak_db": 0.0, "clipped": 0.001}, "sound"),
        ({"rms_db": -40.0, "noise_db": -41.0, "hum_db": -40.5}, "hum"),
        ({"rms_db": -25.0, "noise_db": -41.0, "hum_db": -41.5}, "hum"),
        ({"rms_db": -25.0, "noise_db": -36.0, "hum_db": -45.0}, "sound"),
        ({"rms_db": -60.0, "noise_db": -70.0, "speech_db": -55.0}, "low"),
        ({"rms_db": -82.0, "peak_db": -70.0}, "silence"),
        ({"rms_db": -96.0, "peak_db": -96.0}, "nothing"),
    ],
)
def test_what_a_level_means(changes: dict[str, float], verdict: str) -> None:
    finding = level_finding("1", replace(QUIET, **changes), AlarmLimits())
    assert finding.figures["verdict"] == verdict
    assert finding.ok == (verdict in ("noise", "sound"))


def test_a_bar_is_as_long_as_the_level_is_loud() -> None:
    drawn = [bar(replace(QUIET, rms_db=rms, peak_db=peak)) for rms, peak in ((-96, -96), (-45, -22.5), (0, 0))]
    assert [one.count("█") for one in drawn] == [0, WIDTH // 2, WIDTH - 1]
    assert [one.find("|") for one in drawn] == [-1, WIDTH * 3 // 4, WIDTH - 1]
    assert {len(one) for one in drawn} == {WIDTH}


def test_the_loudest_second_of_a_test_counts() -> None:
    loud = replace(QUIET, rms_db=-20.0, noise_db=-50.0)
    assert loudest([(QUIET,), (loud,), (QUIET,)]) == (replace(loud, noise_db=QUIET.noise_db),)


def test_without_a_recorder_the_device_is_opened_heard_and_let_go() -> None:
    card = Card(channels(speech(5) + noise(5), hum(5, -40)))
    heard, refused = listen(TAPPED, lambda _device: card)
    assert refused == {} and card.opened == 0
    agent, customer = (level_finding("1", side, AlarmLimits()).figures["verdict"] for side in heard["1"])
    assert (agent, customer) == ("sound", "hum")


def test_a_line_on_the_wrong_channel_is_heard_as_nothing() -> None:
    heard, _ = listen(TAPPED, lambda _device: Card(channels(speech(5), np.zeros(5 * RATE))))
    assert level_finding("1", heard["1"][1], AlarmLimits()).state == "wrong"
