"""What every line-sense feed must do."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable

import pytest

from hw.errors import DeviceError
from hw.interfaces import LINE_EVENT_KINDS, Clock, LineEvent, LineSense


class LineSenseContract:
    """Subclasses give a feed, its clock, and `play`, which lets the same call happen on input 1 and returns when it began (UTC).

    The call: on-hook at first, rings once, is answered, hangs up.
    """

    CALL = ("on_hook", "ring_start", "ring_stop", "off_hook", "on_hook")

    @pytest.fixture
    @abstractmethod
    def sense(self) -> LineSense: ...

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Clock: ...

    @pytest.fixture
    @abstractmethod
    def play(self, sense: LineSense) -> Callable[[], None]: ...

    def test_reading_before_opening_fails(self, sense: LineSense) -> None:
        with pytest.raises(DeviceError):
            sense.poll()

    def test_closing_twice_does_no_harm_and_reading_then_fails(self, sense: LineSense) -> None:
        sense.close()
        sense.open()
        sense.close()
        sense.close()
        with pytest.raises(DeviceError):
            sense.poll()

    def test_a_call_is_told_once_in_order_and_no_later_than_now(
        self, sense: LineSense, clock: Clock, play: Callable[[], None]
    ) -> None:
        sense.open()
        events: list[LineEvent] = []
        for _ in range(2000):
            play()
            told = sense.poll()
            assert all(event.at <= clock.now() for event in told)
            events += [event for event in told if event.sense == 1]
            if len(events) == len(self.CALL):
                break
        assert tuple(event.kind for event in events) == self.CALL
        assert set(self.CALL) <= set(LINE_EVENT_KINDS)
        times = [event.at for event in events]
        counters = [event.counter for event in events]
        assert times == sorted(times)
        assert counters == sorted(set(counters))
        sense.close()

    def test_poll_never_waits(self, sense: LineSense) -> None:
        sense.open()
        began = time.process_time(), time.monotonic()
        for _ in range(50):
            sense.poll()
        sense.close()
        assert time.monotonic() - began[1] < 2.0
