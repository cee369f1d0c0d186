"""A whole recorder with something wrong on its lines: the alarms in calls.db, the levels of its calls, across a restart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recorder.live import read_status
from tests.recorder.lines import hum
from tests.scenarios.box import Box


def kinds(box: Box) -> list[tuple[str, str, bool]]:
    with box.reader() as reader:
        return [(alarm.kind, alarm.subject, alarm.cleared_at is None) for alarm in reversed(reader.alarms())]


def test_hum_and_a_dead_side_are_told_once_each_and_stand_across_a_restart(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 150)
    box.tap.samples[:, 2] = (box.tap.samples[:, 2] + hum(150, -40)).astype(np.int16)  # line 2
    for start in (6, 54, 102):
        box.answer(0, start, start + 40)
        box.speak(start + 1, 38, 0)  # line 1, the agent alone
    with box.run() as reader:
        calls = [call for call in reader.calls_between(0, 4e9) if call.line == "1"]
        agent, customer = reader.levels(calls[-1].id)
        assert len(calls) == 3
    assert sorted(kinds(box)) == [("hum", "2", True), ("one_sided", "1", True)]
    assert (agent.side, customer.side) == ("agent", "customer")
    assert agent.speech_s > 20 and customer.speech_s == 0 and customer.noise_db < -65
    again = Box(tmp_path / "store", 30)
    again.run().close()
    assert len(kinds(box)) == 2


def test_speech_on_a_line_whose_board_says_on_hook_is_told(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 70)
    box.answer(0, 6, 10)  # the board works
    box.speak(15, 50, 0, 1)
    box.run().close()
    assert ("speech_unrecorded", "1", True) in kinds(box)


def test_an_event_told_before_the_first_sound_does_not_stop_the_line(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 30)
    box.event(0, "ring_start", -0.5)
    box.answer(0, 8, 25)
    box.speak(9, 12, 0)
    with box.run() as reader:
        answered = [call for call in reader.calls_between(0, 4e9) if call.state == "closed" and call.line == "1"]
        assert [round(call.duration_s or 0) for call in answered] == [17]


def test_a_good_box_raises_nothing_and_tells_its_levels(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60)
    box.answer(0, 6, 50)
    box.speak(7, 20, 0)
    box.speak(27, 20, 1)
    box.run().close()
    assert kinds(box) == []
    status = read_status(box.settings())
    assert status is not None
    pair = ["agent", "customer"]
    assert [[side.side for side in line.sides] for line in status.lines] == [pair, ["mixed"], pair]
    assert all(side.noise_db < -60 and 0 <= side.clipped <= 1 for line in status.lines for side in line.sides)
