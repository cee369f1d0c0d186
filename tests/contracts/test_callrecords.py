"""What every call-record feed must do; the PBX's twin prints behind a pseudo terminal, into memory, or over TCP."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw.clock import ManualClock
from hw.errors import DeviceError
from hw.interfaces import CallRecord, CallRecordFeed
from hw.simulated.pbx import SimulatedPbx
from hw.smdr import LineFeed, SerialCallRecords
from hw.smdr_layoutfile import load_layout
from hw.smdr_lines import LineReader
from hw.smdr_print import print_record
from hw.smdr_tcp import TcpClientWire, TcpServerWire
from tests.hw.test_smdr import ZONE, Port

NOW = 1_800_000_000.0
RECORDS = [
    CallRecord("panasonic_ns1000", NOW - 300 + 60 * n, 30.0 + n, f"10{n}", f"0{n}", way, f"1380000111{n}", ring, "")
    for n, (way, ring) in enumerate([("in", 8.0), ("out", None), ("in", 3.0)])
]


PRINTED = b"".join(print_record(load_layout("panasonic_ns1000"), record, ZONE).encode() + b"\r\n" for record in RECORDS)


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
        got: list[CallRecord] = []  # nothing else is printed
        for _ in range(500):
            wait()
            got += [item for item in feed.poll() if isinstance(item, CallRecord)]
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
        lines = [f"{print_record(layout, record, ZONE)}\r\n".encode() for record in RECORDS]
        port = Port(*lines)
        return SerialCallRecords("memory", 9600, "8N1", layout, ManualClock(NOW), "Asia/Shanghai", opener=lambda *_: port)

    @pytest.fixture
    def wait(self) -> Callable[[], None]:
        return lambda: None


class TestCallRecordsFromAPbxThatIsTheServer(CallRecordFeedContract):
    """As a Mitel: the box connects, twice in the second test."""

    @pytest.fixture
    def feed(self) -> Iterator[CallRecordFeed]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            stop = threading.Event()
            thread = threading.Thread(target=serve, args=(server, stop))
            thread.start()
            feed = LineFeed(TcpClientWire(*server.getsockname()), line_reader())
            yield feed
            feed.close()
            stop.set()
            thread.join()

    @pytest.fixture
    def wait(self) -> Callable[[], None]:
        return lambda: time.sleep(0.005)


class TestCallRecordsFromAPbxThatCalls(CallRecordFeedContract):
    @pytest.fixture
    def wire(self) -> TcpServerWire:
        return TcpServerWire("127.0.0.1", 0)

    @pytest.fixture
    def feed(self, wire: TcpServerWire) -> Iterator[CallRecordFeed]:
        feed = LineFeed(wire, line_reader())
        yield feed
        feed.close()

    @pytest.fixture
    def wait(self, wire: TcpServerWire) -> Iterator[Callable[[], None]]:
        callers: list[socket.socket] = []

        def call_once() -> None:
            if not callers:
                callers.append(socket.create_connection(("127.0.0.1", wire.port)))
                callers[0].sendall(PRINTED)
            time.sleep(0.005)

        yield call_once
        for caller in callers:
            caller.close()


def line_reader() -> LineReader:
    return LineReader(load_layout("panasonic_ns1000"), ManualClock(NOW), "Asia/Shanghai")


def serve(server: socket.socket, stop: threading.Event) -> None:
    """Print RECORDS to everybody who connects."""
    server.settimeout(0.02)
    callers = []
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            callers.append(server.accept()[0])
            callers[-1].sendall(PRINTED)
    for caller in callers:
        caller.close()
