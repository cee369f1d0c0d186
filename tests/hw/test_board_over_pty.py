"""The driver on a real pseudo terminal against the firmware, over a wire that drops, doubles and flips bytes: every event, once."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.clock import FastClock
from hw.errors import DeviceError
from hw.interfaces import LineEvent
from hw.linesense import SerialLineSense
from hw.simulated.board import SimulatedBoard
from hw.simulated.voltages import LineAction
from tests.hw.wire import Bench
from tests.hw.wirefaults import faulty

SPEED = 60.0
START = 1_800_000_000.0
GIVE_UP_S = 90.0

FLASH, REVERSE = ("flash", "flash"), ("reverse", "reversed")
"""What is done, and the event it makes."""


def schedule(chance: random.Random, lines: int, calls: int) -> tuple[list[LineAction], dict[int, list[str]]]:
    """Calls on every line, and the events they make."""
    actions, want = [], {}
    for sense in range(lines):
        at, want[sense] = chance.uniform(1.0, 3.0), ["on_hook"]
        for _ in range(calls):
            middle = chance.choice([[], [FLASH], [REVERSE], [REVERSE, FLASH]])
            for action, kind in [("pick_up", "off_hook"), *middle, ("hang_up", "on_hook")]:
                actions.append(LineAction(at, sense, action))
                want[sense].append(kind)
                at += chance.uniform(1.0, 2.5)
    return actions, want


class Run:
    """A board behind a bad wire and a driver that opens its port again whenever it has to."""

    def __init__(self, folder: Path, actions: list[LineAction], lines: int, rate: float, seed: int) -> None:
        self.clock = FastClock(START, time.time(), SPEED)
        self.link = folder / "board"
        self.actions, self.lines, self.rate, self.seed = actions, lines, rate, seed
        self.events: list[LineEvent] = []
        self.opened = 0
        self.board = self.switch_on()
        self.sense = self.start()
        self._open = False

    def switch_on(self) -> SimulatedBoard:
        """A board on the link, its wire spoilt both ways."""
        board = SimulatedBoard(self.link, self.actions, self.clock, START, inputs=self.lines)
        write, fetch = board.port.write, board.port.read
        out, back = faulty(self.seed, self.rate), faulty(self.seed + 1, self.rate)
        board.port.write = lambda data: write(out(data))  # type: ignore[method-assign]
        board.port.read = lambda: back(fetch())  # type: ignore[method-assign]
        board.start()
        return board

    def start(self) -> SerialLineSense:
        """A driver, as a recorder that starts makes one."""
        self._open = False
        return SerialLineSense(str(self.link), 115200, self.clock)

    def poll(self) -> list[LineEvent]:
        try:
            if not self._open:
                self.sense.open()
                self._open, self.opened = True, self.opened + 1
            told = self.sense.poll()
        except DeviceError:
            self.sense.close()
            self._open = False
            return []
        self.events += told
        return told

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + GIVE_UP_S
        while not done() and time.monotonic() < end:
            self.poll()
            time.sleep(0.002)

    def kinds(self) -> dict[int, list[str]]:
        return {sense: [event.kind for event in self.events if event.sense == sense] for sense in range(self.lines)}

    def stop(self) -> None:
        self.sense.close()
        self.board.stop()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def make(actions: list[LineAction], lines: int, rate: float = 0.0, seed: int = 1) -> Run:
        made.append(Run(tmp_path, actions, lines, rate, seed))
        return made[-1]

    yield make
    for run in made:
        run.stop()


def soak(runs: Callable[..., Run], calls: int, rate: float, seed: int) -> dict[str, object]:
    actions, want = schedule(random.Random(seed), 8, calls)
    run, began, processor = runs(actions, 8, rate, seed), time.monotonic(), time.process_time()
    total = sum(map(len, want.values()))
    run.until(lambda: len(run.events) >= total)
    for _ in range(100):  # would anything come twice, it would come now
        run.poll()
        time.sleep(0.002)
    assert run.kinds() == want
    assert [event.counter for event in run.events] == list(range(1, total + 1))
    took = {"seconds": round(time.monotonic() - began, 1), "cpu_s": round(time.process_time() - processor, 1)}
    wire = {"byte_error_rate": rate, "frames_missed": run.sense.frames_missed, "port_opened": run.opened}
    return {"events": total, "seed": seed, **wire, **took}


@pytest.mark.parametrize(("rate", "seed"), [(0.0, 3), (0.005, 4), (0.02, 5)])
def test_every_event_arrives_once_over_a_bad_wire(runs: Callable[..., Run], rate: float, seed: int) -> None:
    soak(runs, 6, rate, seed)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "seed"), [(0.005, 21), (0.01, 22)])
def test_ten_thousand_events_arrive_once(
    runs: Callable[..., Run], capfd: pytest.CaptureFixture[str], rate: float, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.hw.test_board_over_pty.GIVE_UP_S", 290.0)
    figures = soak(runs, 420, rate, seed)
    with capfd.disabled():
        print("\n" + json.dumps(figures))  # noqa: T201


def test_a_box_that_starts_anew_loses_nothing_and_is_told_at_most_what_it_had_not_acknowledged(runs: Callable[..., Run]) -> None:
    actions, want = schedule(random.Random(6), 4, 8)
    run, total = runs(actions, 4, 0.005, 6), sum(map(len, want.values()))
    lives = 0
    end = time.monotonic() + GIVE_UP_S
    while len({event.counter for event in run.events}) < total and time.monotonic() < end:
        told = run.poll()
        if told and len(run.events) // 20 > lives:  # dies with what it was just told unacknowledged
            lives += 1
            run.sense.close()
            run.sense = run.start()
        time.sleep(0.002)
    assert lives >= 3
    first = {event.counter: event for event in reversed(run.events)}
    assert sorted(first) == list(range(1, total + 1))
    in_order = [first[counter] for counter in sorted(first)]
    assert {sense: [event.kind for event in in_order if event.sense == sense] for sense in range(4)} == want


def test_a_board_that_starts_anew_in_the_middle_is_followed(runs: Callable[..., Run]) -> None:
    """Its new life tells first how it finds the lines, then what happens."""
    run = runs([LineAction(4, 0, "pick_up"), LineAction(200, 0, "hang_up")], 1, 0.005, 7)
    run.until(lambda: len(run.events) == 2)
    run.board.stop()
    run.board = run.switch_on()
    run.until(lambda: len(run.events) >= 4)
    assert [event.kind for event in run.events] == ["on_hook", "off_hook", "off_hook", "on_hook"]
    assert [event.counter for event in run.events] == [1, 2, 1, 2]
    assert run.opened >= 2
    assert run.events[-1].at == pytest.approx(START + 200, abs=1.0)


steps = st.lists(st.sampled_from(["hook", "hook", "hook", "box", "cut", "wait"]), min_size=1, max_size=14)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.01, 0.02]), steps)
def test_whatever_befalls_box_and_wire_every_event_is_had_in_order(seed: int, rate: float, befalls: list[str]) -> None:
    """In memory: hooks move, the box dies unacknowledged and starts anew, the wire is cut for three seconds."""
    bench = Bench(faulty(seed, rate), faulty(seed + 1, rate), inputs=1)
    bench.run_stubbornly(1000)
    want = ["on_hook"]
    for what in befalls:
        if what == "hook":
            want.append("off_hook" if want[-1] == "on_hook" else "on_hook")
            bench.put(0, want[-1])
        elif what == "box":
            bench.sense.close()
            bench.sense = SerialLineSense("wire", 115200, bench.clock, monotonic=bench.clock.now, opener=bench._plug)
            bench.open = False
        bench.wire.cut = what == "cut"
        bench.run_stubbornly(3000 if what == "cut" else 1000)
        bench.wire.cut = False
    for _ in range(60):
        if {event.counter for event in bench.events} == set(range(1, len(want) + 1)):
            break
        bench.run_stubbornly(1000)
    had = {event.counter: event.kind for event in bench.events}
    assert [had.get(counter) for counter in range(1, len(want) + 1)] == want
