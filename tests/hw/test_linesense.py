"""The tap board's host driver, against the firmware's own program over a faulty wire."""

from __future__ import annotations

import binascii
from collections.abc import Callable

import pytest
import serial
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import protocol
from firmware.selftest import SelfTest
from firmware.thresholds import DEFAULTS, NAMES
from hw.clock import ManualClock
from hw.errors import DeviceError
from hw.interfaces import SelfTesting
from hw.linesense import SerialLineSense
from tests.hw.wire import Bench, Wire
from tests.hw.wirefaults import faulty


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.sense.open()
    bench.run(500)
    assert bench.kinds() == [(0, "on_hook"), (1, "on_hook")]
    bench.events.clear()
    return bench


def test_events_come_with_the_clocks_time_at_which_they_began(bench: Bench) -> None:
    at = bench.clock.now()
    bench.put(1, "off_hook")
    bench.run(2000)
    bench.put(1, "on_hook")
    bench.run(2000)
    assert bench.kinds() == [(1, "off_hook"), (1, "on_hook")]
    assert [event.at for event in bench.events] == pytest.approx([at, at + 2.0], abs=0.06)
    assert [event.counter for event in bench.events] == [3, 4]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.002, 0.01, 0.03]), st.lists(st.integers(0, 1), min_size=1, max_size=12))
def test_every_event_arrives_once_and_in_order_over_a_bad_wire(seed: int, rate: float, turns: list[int]) -> None:
    bench = Bench(faulty(seed, rate), faulty(seed + 1, rate))
    bench.run_stubbornly(3000)
    want = [(0, "on_hook"), (1, "on_hook")]
    hooks = ["on_hook", "on_hook"]
    for sense in turns:
        hooks[sense] = "off_hook" if hooks[sense] == "on_hook" else "on_hook"
        bench.put(sense, hooks[sense])
        bench.run_stubbornly(1000)
        want.append((sense, hooks[sense]))
    for _ in range(60):
        if len(bench.events) >= len(want):
            break
        bench.run_stubbornly(1000)
    bench.run_stubbornly(2000)
    assert bench.kinds() == want
    assert [event.counter for event in bench.events] == list(range(1, len(want) + 1))


def test_an_event_is_acknowledged_only_when_the_caller_has_come_back(bench: Bench) -> None:
    bench.put(0, "off_hook")
    bench.board_runs(200)
    assert len(bench.sense.poll()) == 1
    bench.board_runs(50)
    assert bench.board.waiting == 1
    bench.sense.poll()
    bench.board_runs(50)
    assert bench.board.waiting == 0


def test_what_a_box_had_not_acknowledged_is_told_to_its_next_life(bench: Bench) -> None:
    bench.put(0, "off_hook")
    bench.board_runs(200)
    assert len(bench.sense.poll()) == 1
    reborn = SerialLineSense("wire", 115200, bench.clock, monotonic=bench.clock.now, opener=bench._plug)
    reborn.open()
    bench.board_runs(300)
    assert [event.kind for event in reborn.poll()] == ["off_hook"]


def test_events_of_a_dead_wire_come_when_it_is_back_with_their_own_time(bench: Bench) -> None:
    bench.wire.cut = True
    at = bench.clock.now()
    bench.put(0, "off_hook")
    with pytest.raises(DeviceError, match="fallen silent") as caught:
        bench.run(20_000)
    assert "wire" in caught.value.message.zh
    bench.sense.close()
    bench.wire.cut = False
    bench.sense.open()
    bench.run(500)
    assert bench.kinds() == [(0, "off_hook")]
    assert bench.events[0].at == pytest.approx(at, abs=0.06)


def test_a_board_that_was_reset_counts_anew_and_is_dated_anew(bench: Bench) -> None:
    bench.reset(0x2222)
    bench.run(1000)
    assert [(event.kind, event.counter) for event in bench.events] == [("on_hook", 1), ("on_hook", 2)]
    at = bench.clock.now()
    bench.put(1, "off_hook")
    bench.run(500)
    assert bench.events[-1].at == pytest.approx(at, abs=0.11)


def test_a_reset_whose_hello_was_lost_is_noticed_all_the_same(bench: Bench) -> None:
    bench.wire.cut = True
    bench.reset(0x3333)
    bench.board_runs(200)
    bench.wire.cut = False
    bench.run(2000)
    assert [(event.kind, event.counter) for event in bench.events] == [("on_hook", 1), ("on_hook", 2)]


def test_events_the_board_gave_up_are_missed_loudly_and_the_rest_go_on(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.wire.cut = True
    for _ in range(130):
        for kind in ("off_hook", "on_hook"):
            bench.put(0, kind)
            bench.board_runs(1000)
    bench.wire.cut = False
    bench.sense.close()
    bench.sense.open()
    bench.run(10_000)
    assert len(bench.events) == 200
    assert [event.counter for event in bench.events] == list(range(63, 263))
    assert "60 line events lost" in caplog.text


def test_a_clock_that_was_set_is_followed_within_a_minute(bench: Bench) -> None:
    for jump in (-3600.0, 3600.0):
        bench.clock.advance(jump)
        bench.sense._monotonic = lambda: 0.0
        bench.run(70_000)
        at = bench.clock.now()
        bench.put(0, "off_hook" if jump < 0 else "on_hook")
        bench.run(1500)
        assert bench.events[-1].at == pytest.approx(at, abs=0.11)


def test_the_least_delay_seen_decides_not_the_last(bench: Bench) -> None:
    """A box that looks only every 0.9 s sees heartbeats up to that late; over a minute some come at once."""
    bench.run(60_300, poll_ms=900)
    at = bench.clock.now()
    bench.put(0, "off_hook")
    bench.run(1800, poll_ms=900)
    assert bench.events[-1].at == pytest.approx(at, abs=0.11)


class OtherVersion(Wire):
    """A board of another release."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version

    def hello(self) -> bytes:
        payload = bytes([self.version]) + b"whatever it says then"
        body = bytes([len(payload), 0, protocol.HELLO]) + payload
        return protocol.SYNC + body + binascii.crc32(body).to_bytes(4, "little")

    def write(self, data: bytes) -> int:
        self._box += self.hello()
        return len(data)


def driver(wire: Wire) -> SerialLineSense:
    clock = ManualClock()
    wire.timeout = 0.05
    return SerialLineSense("/dev/ttyX", 115200, clock, monotonic=clock.now, opener=lambda *_: wire)


@pytest.mark.parametrize(
    ("step", "en", "zh"), [(-1, "older firmware.*Put the firmware", "较旧"), (1, "newer firmware.*Upgrade the box", "较新")]
)
def test_another_protocol_version_is_refused_with_what_to_do(step: int, en: str, zh: str) -> None:
    ours = protocol.VERSION
    with pytest.raises(DeviceError, match=rf"{en}") as caught:
        driver(OtherVersion(ours + step)).open()
    assert f"version {ours + step}, this box speaks version {ours}" in caught.value.message.en
    assert zh in caught.value.message.zh


def test_a_board_of_another_release_that_is_plugged_in_later_is_refused_too(bench: Bench) -> None:
    bench.wire._box += OtherVersion(9).hello()
    with pytest.raises(DeviceError, match="newer firmware"):
        bench.run(100)


def test_a_port_where_nobody_answers_is_named() -> None:
    with pytest.raises(DeviceError, match="No tap board answers at /dev/ttyX") as caught:
        driver(Wire()).open()
    assert "/dev/ttyX" in caught.value.message.zh


@pytest.mark.parametrize("failing", ["read", "write"])
def test_a_port_that_fails_is_a_device_error(bench: Bench, failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise serial.SerialException("device disconnected")

    monkeypatch.setattr(bench.wire, failing, fail)
    bench.put(0, "off_hook")
    with pytest.raises(DeviceError, match="has gone"):
        bench.run(2000)


def test_a_board_that_takes_no_bytes_does_not_stop_the_box(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise serial.SerialTimeoutException("Write timeout")

    write: Callable[[bytes], int] = bench.wire.write
    monkeypatch.setattr(bench.wire, "write", full)
    bench.put(0, "off_hook")
    bench.run(2000)
    monkeypatch.setattr(bench.wire, "write", write)
    bench.run(2000)
    assert bench.kinds() == [(0, "off_hook")]
    assert bench.board.waiting == 0


def test_thresholds_are_set_from_the_box_and_kept_by_the_board(bench: Bench) -> None:
    assert bench.sense.thresholds() == dict(zip(NAMES, DEFAULTS, strict=True))
    wanted = (1600, 20000, 26000, 60000, 45, 900, 90, 600)
    assert list(bench.sense.set_thresholds(wanted).values()) == list(wanted)
    bench.reset(0x2222)
    bench.run(500)
    assert list(bench.sense.thresholds().values()) == list(wanted)


def test_thresholds_that_cannot_be_are_refused_by_name_and_by_the_board(bench: Bench) -> None:
    for place, value, name in ((0, 60000, "dead_mv"), (2, 9000, "loop_mv"), (7, 99, "flash_max_ms"), (6, 450, "flash_min_ms")):
        values = list(DEFAULTS)
        values[place] = value
        values[7] = 400 if name == "flash_min_ms" else values[7]
        with pytest.raises(ValueError, match=name):
            bench.sense.set_thresholds(values)
    with pytest.raises(ValueError, match="number"):
        bench.sense.set_thresholds(DEFAULTS[:3])
    bench.sense._send(protocol.SET_THRESHOLDS, *(1, 1, 1, 1, 1, 1, 1, 1))
    bench.board_runs(100)
    assert list(bench.sense.thresholds().values()) == list(DEFAULTS)


def test_events_that_come_while_the_box_asks_something_are_not_lost(bench: Bench) -> None:
    bench.put(1, "off_hook")
    bench.board_runs(200)
    assert bench.sense.voltages() == [-48.0, -9.0]
    assert [event.kind for event in bench.sense.poll()] == ["off_hook"]


def test_a_board_that_gives_no_answer_is_a_device_error(bench: Bench) -> None:
    bench.wire.cut = True
    with pytest.raises(DeviceError, match="No tap board answers"):
        bench.sense.voltages()
    bench.sense.close()
    with pytest.raises(DeviceError, match="before it was opened"):
        bench.sense.thresholds()


@pytest.mark.parametrize("first", [2**32 - 3, 2**32 - 1, 2**31 - 2])
def test_counters_go_round_without_a_loss(first: int, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.first = first
    bench.reset(0x7777)
    bench.sense.open()
    want = [(0, "on_hook"), (1, "on_hook")]
    for number in range(8):
        kind = "off_hook" if number % 2 == 0 else "on_hook"
        bench.put(0, kind)
        bench.run(1000)
        want.append((0, kind))
    assert bench.kinds() == want
    assert [event.counter for event in bench.events] == [(first + number) % 2**32 for number in range(10)]
    assert bench.board.waiting == 0
    assert "lost" not in caplog.text


def test_frame_numbers_go_round_and_losses_on_the_wire_are_counted(bench: Bench) -> None:
    bench.run(300_000)
    assert bench.sense.frames_missed == 0
    bench.wire.cut = True
    bench.board_runs(3000)
    bench.wire.cut = False
    bench.run(2000)
    assert bench.sense.frames_missed == 3


def test_the_boards_self_test_is_heard_once_each_way(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    test = SelfTest(2, lambda: 0, lambda: 32768, lambda: 0)
    bench.board._selftest = test
    bench.put(1, "off_hook")
    bench.levels[1] = 203_000
    bench.run(3000)
    assert bench.sense.health.faults == ("reference",)
    assert bench.sense.health.stuck == (1,)
    assert isinstance(bench.sense, SelfTesting)
    trouble = bench.sense.trouble
    assert trouble
    assert trouble.en == "self-test fails: reference, input 1 is stuck at the end of its scale"
    assert trouble.zh == "自检失败：2.5 V 基准电压，输入 1 停在量程尽头"
    assert caplog.text.count("self-test fails: reference") == 1
    assert caplog.text.count("input 1 is stuck") == 1
    test._reads = (lambda: 49648, lambda: 32768, lambda: 0)
    bench.levels[1] = -48_000
    bench.run(3000)
    assert bench.sense.health.faults == ()
    assert bench.sense.trouble is None
    assert "passes again" in caplog.text


def test_events_given_up_are_told_while_the_box_listens_again(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.keep = 4
    bench.reset(0x5555)
    bench.run(1000)
    bench.wire.cut = True
    for kind in ("off_hook", "on_hook") * 4:
        bench.put(0, kind)
        bench.board_runs(1000)
    bench.wire.cut = False
    bench.events.clear()
    bench.run(3000)
    assert [event.kind for event in bench.events] == ["off_hook", "on_hook"] * 2
    assert bench.sense.health.lost == 4
    assert "4 line events lost" in caplog.text
    assert "given up 4 line events that the box had not acknowledged" in caplog.text


def test_a_watchdog_reset_is_told(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.reset(0x2345)
    bench.board._started = protocol.STARTS.index("watchdog")
    bench.run(500)
    assert "its watchdog has reset it" in caplog.text


def test_an_echoing_cable_does_no_harm(bench: Bench) -> None:
    bench.wire._box += protocol.encode(0, protocol.ACK, 0x1111, 77) + protocol.encode(1, protocol.GET_VOLTAGES)
    bench.put(0, "off_hook")
    bench.run(1000)
    assert bench.kinds() == [(0, "off_hook")]
