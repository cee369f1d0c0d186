from __future__ import annotations

import pytest

from analyzer.live.turns import Interleaved
from hw.messages import UserError


class Worker:
    def __init__(self, turns: Interleaved, results: list[bool | UserError]) -> None:
        self._turns = turns
        self._results = results
        self.steps = 0

    def step(self) -> bool:
        self.steps += 1
        self._turns.pause()  # the recogniser between its windows
        self._turns.heed()  # and the throttle
        result = self._results.pop(0) if self._results else False
        if isinstance(result, UserError):
            raise result
        return result


def test_it_goes_on_while_there_is_something_and_never_within_itself() -> None:
    slept = []
    turns = Interleaved(lambda: None)
    turns.throttle = lambda: slept.append(1)
    worker = turns.understanding = Worker(turns, [True, True, False])
    turns.heed()
    assert (worker.steps, slept) == (3, [])
    turns.pause()
    assert slept == [1]


def test_a_database_that_cannot_be_written_is_told_once_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    turns = Interleaved(lambda: None)
    turns.understanding = Worker(turns, [UserError("full", "满"), UserError("full", "满"), False, UserError("full", "满")])
    for _ in range(4):
        turns.heed()
    assert [record.message for record in caplog.records] == ["not understood live: full"] * 2


def test_how_far_the_work_is_is_told_with_live_calls_and_without() -> None:
    told: list[int] = []
    turns = Interleaved(lambda: None)
    turns.told = lambda: told.append(1)
    turns.heed()
    turns.understanding = Worker(turns, [True, False])
    turns.heed()
    assert told == [1, 1]


def test_a_stop_comes_through() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    turns = Interleaved(stop)
    with pytest.raises(KeyboardInterrupt):
        turns.heed()
