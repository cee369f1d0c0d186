"""Call records: the maker's own examples, layouts as data, and what a serial wire does to lines."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from hw.clock import ManualClock
from hw.errors import DeviceError
from hw.interfaces import CallRecord, PortLine
from hw.messages import UserError
from hw.simulated.pbx import SimulatedPbx
from hw.smdr import SerialCallRecords
from hw.smdr_layoutfile import load_layout
from hw.smdr_lines import LineAssembler
from hw.smdr_print import print_record

ZONE = ZoneInfo("Asia/Shanghai")

# The example of the project's notes on PBX call records, as it comes over the wire.
EXAMPLE = "01/02/02 10:07AM 1200  01 <I>                       0'05 00:01'05 9876543210"
HEADER = "  Date     Time    Ext CO        Dial Number        Ring Duration  Acc code  CD "


def at(*moment: int) -> float:
    return datetime(*moment, tzinfo=ZONE).timestamp()


def line(dialled: str, ring: str = "", duration: str = "", extension: str = "1234", when: str = "01/02/02 01:07PM") -> str:
    return f"{when} {extension:5} 01 {dialled:25} {ring:4} {duration:8}"


class Port:
    """A port that gives the chunks it was told, one a read."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)
        self.timeout: float | None = 0.0

    @property
    def in_waiting(self) -> int:
        return len(self.chunks[0]) if self.chunks else 0

    def read(self, size: int = 1) -> bytes:  # noqa: ARG002
        return self.chunks.pop(0) if self.chunks else b""

    def write(self, data: bytes) -> int:  # noqa: ARG002
        raise AssertionError("nothing is ever said to the PBX")

    def close(self) -> None:
        pass


def feed_of(port: Port, form: str = "8N1") -> SerialCallRecords:
    feed = SerialCallRecords(
        "/dev/ttyX", 9600, form, "panasonic_ns1000", ManualClock(at(2026, 11, 22, 9, 30)), "Asia/Shanghai", opener=lambda *_: port
    )
    feed.open()
    return feed


def read(*chunks: bytes, form: str = "8N1") -> list[CallRecord]:
    return [item for item in items(*chunks, form=form) if isinstance(item, CallRecord)]


def items(*chunks: bytes, form: str = "8N1") -> list[CallRecord | PortLine]:
    feed = feed_of(Port(*chunks), form)
    return [item for _ in chunks for item in feed.poll()]


def test_the_makers_example() -> None:
    (record,) = read(EXAMPLE.encode() + b"\r\n")
    assert record == CallRecord(
        layout="panasonic_ns1000",
        started_at=at(2002, 1, 2, 10, 5, 55),  # printed is the end, 10:07
        duration_s=65.0,
        extension="1200",
        trunk="01",
        direction="in",
        number="",
        ring_s=5.0,
        raw=EXAMPLE,
        account="9876543210",
    )


@pytest.mark.parametrize(
    ("dialled", "direction", "number"),
    [
        ("<I>12345678901234567890", "in", "12345678901234567890"),
        ("<I>", "in", ""),
        ("1234567890123456", "out", "1234567890123456"),
        ("<I>ABC COMPANY12345678", "in", "12345678"),
        ("<D>CDE9876<I>Q COMPANY", "in", ""),
        ("<D>CDE9876<I>13800001111", "in", "13800001111"),
        ("ABC COMPANY12345678", "out", "12345678"),
        ("123..............", "out", "123.............."),
        ("123456XX", "out", "123456XX"),
        ("EXT1235", "internal", "1235"),
        ("<I>S003", "in", "003"),
    ],
)
def test_what_the_dialled_column_can_hold(dialled: str, direction: str, number: str) -> None:
    """The examples of the maker's Feature Guide."""
    (record,) = read(line(dialled, "0'05", "00:01'05").encode() + b"\r\n")
    assert (record.direction, record.number) == (direction, number)


def test_a_call_nobody_answered() -> None:
    (record,) = read(line("<I>12345678901234567890", "5'15", "00:00'00").encode() + b"\r\n")
    assert (record.duration_s, record.ring_s) == (0.0, 315.0)
    assert record.started_at == at(2002, 1, 2, 13, 7)


def test_headers_and_other_events_are_no_records_and_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    text = "\r\n".join(["", HEADER, "-" * 80, line("LOG IN"), line("LOG OUT"), line("Check in"), line("Timed Reminder/Start"), ""])
    assert read(EXAMPLE.encode() + b"\r\n" + text.encode()) == read(EXAMPLE.encode() + b"\r\n")
    assert caplog.text == ""


def test_after_the_pbxs_clock_was_set_the_boxs_own_date_serves() -> None:
    records = read(line("123", "", "00:01'00", when="**/**/** 09:29AM").encode() + b"\r\n")
    assert records[0].started_at == at(2026, 11, 22, 9, 28)
    records = read(line("123", "", "00:01'00", when="**/**/** *******").encode() + b"\r\n")
    assert records[0].started_at == at(2026, 11, 22, 9, 29)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\n\x0c", "\n\r", "\r\r\n"])
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_lines_are_whole_however_they_end_and_however_they_come(end: str, size: int) -> None:
    data = (EXAMPLE + end).encode() * 3
    assert [record.raw for record in read(*(data[at : at + size] for at in range(0, len(data), size)))] == [EXAMPLE] * 3


def even_parity(data: bytes) -> bytes:
    return bytes(byte | (byte.bit_count() & 1) << 7 for byte in data)


def test_seven_bits_and_parity() -> None:
    (record,) = read(even_parity(EXAMPLE.encode() + b"\r\n"), form="7E2")
    assert record.raw == EXAMPLE
    assert read(even_parity(EXAMPLE.encode() + b"\r\n")) == []


def test_noise_costs_only_the_line_it_is_in(caplog: pytest.LogCaptureFixture) -> None:
    good = EXAMPLE.encode() + b"\r\n"
    data = b"\xff\xfe\x80" + good + b"\x00" * 9 + good + b"\xf0garbage\x9f\r\n" + good.replace(b"10:07", b"1\xb0:07") + good
    assert len(read(data)) == 3
    assert caplog.text.count("not understood") == 2
    assert "damaged on the wire" in caplog.text


def test_a_line_that_never_ends_is_not_kept() -> None:
    assembler = LineAssembler()
    for _ in range(1000):
        assert assembler.feed(b"x" * 100) == []
        assert len(assembler._rest) <= 512
    assert assembler.feed(b"\r\nwhole\r\n")[-1] == "whole"


def test_a_port_opened_in_the_middle_of_a_line_is_no_alarm(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert len(read(EXAMPLE[40:].encode() + b"\r\n" + EXAMPLE.encode() + b"\r\n")) == 1
    assert caplog.text == ""


@given(st.binary(max_size=400))
def test_no_bytes_upset_it(noise: bytes) -> None:
    records = read(noise, b"\r\n", EXAMPLE.encode() + b"\r\n")
    assert records[-1].raw == EXAMPLE


def test_the_simulated_pbx_prints_the_makers_example_to_the_letter() -> None:
    layout = load_layout("panasonic_ns1000")
    assert print_record(layout, layout.parse(EXAMPLE, ZONE, 0.0), ZONE) == EXAMPLE


def test_an_unknown_layout_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match="did you mean 'panasonic_ns1000'") as caught:
        load_layout("panasonic_ns100")
    assert "panasonic_ns1000" in caught.value.message.zh


def test_a_port_that_fails_is_a_device_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise serial.SerialException("device disconnected")

    port = Port(b"x")
    feed = feed_of(port)
    monkeypatch.setattr(port, "read", fail)
    with pytest.raises(DeviceError, match="has gone"):
        feed.poll()


def test_the_twin_prints_each_record_at_its_time_and_keeps_what_does_not_fit(tmp_path: Path) -> None:
    clock = ManualClock(1000.0)
    record = load_layout("panasonic_ns1000").parse(EXAMPLE, ZONE, 0.0)
    pbx = SimulatedPbx(tmp_path / "pbx", [(1010.0, record), (1005.0, record)], clock, "panasonic_ns1000", "Asia/Shanghai")
    sent: list[bytes] = []
    pbx._port.write = lambda data: sent.append(data[:50]) or len(data[:50])  # type: ignore[method-assign,func-returns-value]
    for _ in range(4):
        pbx.advance()
    assert b"".join(sent).count(b"\r\n") == 2  # the page header
    clock.advance(5.0)
    for _ in range(4):
        pbx.advance()
    assert b"".join(sent).count(b"10:07AM") == 1
    clock.advance(5.0)
    for _ in range(4):
        pbx.advance()
    assert b"".join(sent).split(b"\r\n")[2:] == [EXAMPLE.encode()] * 2 + [b""]
    pbx.stop()


def test_what_cannot_be_read_comes_out_as_it_came_with_the_reason() -> None:
    good = EXAMPLE.encode() + b"\r\n"
    wrong = EXAMPLE.replace("00:01", "0a:01").encode() + b"\r\n"
    refused = items(good + b"1\xb07 what\r\n" + good + wrong)[1::2]
    assert [type(item) for item in refused] == [PortLine, PortLine]
    assert [item.raw[:4] for item in refused] == ["1\ufffd7 ", "01/0"]
    assert all(item.kind == "refused" and item.reason and item.reason.zh != item.reason.en for item in refused)
    assert "0a:01" in refused[1].reason.en


def test_the_wrong_number_of_data_bits_is_named() -> None:
    data = (b"\r\n" + even_parity(EXAMPLE.encode()) + b"\r\n") * 2
    refused = items(data)[-1]
    assert isinstance(refused, PortLine)
    assert refused.reason is not None
    assert 'format = "7E1"' in refused.reason.en


def test_a_line_without_an_end_is_read_after_a_while() -> None:
    clock = ManualClock(at(2026, 11, 22, 9, 30))
    feed = SerialCallRecords(
        "x", 9600, "8N1", "panasonic_ns1000", clock, "Asia/Shanghai", opener=lambda *_: Port(b"\r\n" + EXAMPLE.encode())
    )
    feed.open()
    assert feed.poll() == []
    clock.advance(4.0)
    assert feed.poll() == []
    clock.advance(1.0)
    assert [item.raw for item in feed.poll()] == [EXAMPLE]
    clock.advance(9.0)
    assert feed.poll() == []


def test_half_a_line_waits_for_its_other_half() -> None:
    clock = ManualClock(at(2026, 11, 22, 9, 30))
    port = Port(EXAMPLE[:50].encode(), b"", EXAMPLE[50:].encode() + b"\r\n")
    feed = SerialCallRecords("x", 9600, "8N1", "panasonic_ns1000", clock, "Asia/Shanghai", opener=lambda *_: port)
    feed.open()
    for _ in range(2):
        assert feed.poll() == []
        clock.advance(60.0)
    assert [item.raw for item in feed.poll()] == [EXAMPLE]


def test_a_gigantic_line_costs_itself_only() -> None:
    assert [record.raw for record in read(b"x" * 100_000, b"y" * 300 + b"\r\n" + EXAMPLE.encode() + b"\r\n")] == [EXAMPLE]
    assert [record.raw for record in read(b"x" * 100_000 + b"\r\n" + EXAMPLE.encode() + b"\r\n")] == [EXAMPLE]
