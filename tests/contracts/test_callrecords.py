"""What every call-record feed must do; the PBX's twin prints behind a pseudo terminal, or into memory."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw.clock import ManualClock
from hw.errors import DeviceError
from hw.interfaces import CallRecord, CallRecordFeed
from hw.simulated.pbx import SimulatedPbx
from hw.smdr import SerialCallRecords
from hw.smdr_layout import load_layout
from tests.hw.test_smdr import ZONE, Port

NOW = 1_800_000_000.0
RECORDS = [
    CallRecord("panasonic_ns1000", NOW - 300 + 60 * n, 30.0 + n, f"10{n}", f"0{n}", way, f"1380000111{n}", ring, "")
    for n, (way, ring) in enumerate([("in", 8.0), ("out", None), ("in", 3.0)])
]


class CallRecordFeedContract:
    """Subclasses give a feed whose PBX prints RECORDS once it is open; `wait` lets the world go on a little."""

    @pytest.fixture
    @abstractmethod
    def feed(self) -> CallRecordFeed: ...

    @pytest.fixture
    @abstractmethod
    def wait(self) -> Callable[[], None]: ...

    def test_reading_before_opening_fails(self, feed: CallRecordFeed) -> None:
        with pytest.raises(DeviceError):
            feed.poll()

    def test_closing_twice_does_no_harm_and_reading_then_fails(self, feed: CallRecordFeed) -> None:
        feed.close()
        feed.open()
        feed.close()
        feed.close()
        with pytest.raises(DeviceError):
            feed.poll()

    def test_records_come_once_each_in_order(self, feed: CallRecordFeed, wait: Callable[[], None]) -> None:
        feed.open()
        got: list[CallRecord] = []
        for _ in range(500):
            wait()
            got += feed.poll()
            if len(got) >= len(RECORDS):
                break
        assert [(r.extension, r.trunk, r.direction, r.number, r.duration_s, r.ring_s) for r in got] == [
            (r.extension, r.trunk, r.direction, r.number, r.duration_s, r.ring_s) for r in RECORDS
        ]
        assert all(abs(a.started_at - b.started_at) < 60 for a, b in zip(got, RECORDS, strict=True))
        assert all(r.raw for r in got)
        assert feed.poll() == []
        feed.close()


class TestSerialCallRecordsOverAPty(CallRecordFeedContract):
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(NOW)

    @pytest.fixture
    def feed(self, tmp_path: Path, clock: ManualClock) -> Iterator[CallRecordFeed]:
        due = [(NOW + 1, record) for record in RECORDS]
        pbx = SimulatedPbx(tmp_path / "pbx", due, clock, "panasonic_ns1000", "Asia/Shanghai")
        pbx.start()
        feed = SerialCallRecords(str(tmp_path / "pbx"), 9600, "7E2", "panasonic_ns1000", clock, "Asia/Shanghai")
        yield feed
        feed.close()
        pbx.stop()

    @pytest.fixture
    def wait(self, clock: ManualClock) -> Callable[[], None]:
        def go_on() -> None:
            clock.advance(0.5)
            time.sleep(0.01)

        return go_on


class TestSerialCallRecordsInMemory(CallRecordFeedContract):
    @pytest.fixture
    def feed(self) -> CallRecordFeed:
        layout = load_layout("panasonic_ns1000")
        lines = [f"{layout.format(record, ZONE)}\r\n".encode() for record in RECORDS]
        port = Port(*lines)
        return SerialCallRecords("memory", 9600, "8N1", layout, ManualClock(NOW), "Asia/Shanghai", opener=lambda *_: port)

    @pytest.fixture
    def wait(self) -> Callable[[], None]:
        return lambda: None
