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
from hw.interfaces import CallRecord
from hw.messages import UserError
from hw.simulated.pbx import SimulatedPbx
from hw.smdr import LineAssembler, SerialCallRecords
from hw.smdr_layout import load_layout

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
    feed = feed_of(Port(*chunks), form)
    return [record for _ in chunks for record in feed.poll()]


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
        ("EXT1235", "unknown", "1235"),
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


records = st.builds(
    CallRecord,
    layout=st.just("panasonic_ns1000"),
    started_at=st.integers(1_600_000_000, 1_900_000_000).map(lambda minute: minute // 60 * 60.0),
    duration_s=st.integers(0, 9 * 3600).map(float),
    extension=st.from_regex(r"[0-9]{2,5}", fullmatch=True),
    trunk=st.from_regex(r"[0-9]{2}", fullmatch=True),
    direction=st.sampled_from(["in", "out"]),
    number=st.from_regex(r"[0-9]{3,20}", fullmatch=True),
    ring_s=st.one_of(st.none(), st.integers(0, 599).map(float)),
    raw=st.just(""),
)


@given(records)
def test_what_the_simulated_pbx_prints_is_read_back(record: CallRecord) -> None:
    layout = load_layout("panasonic_ns1000")
    printed = layout.format(record, ZONE)
    got = layout.parse(printed, ZONE, record.started_at)
    assert record.started_at - 60 < got.started_at <= record.started_at  # minutes are all it prints
    for name in ("duration_s", "extension", "trunk", "direction", "number", "ring_s"):
        assert getattr(got, name) == getattr(record, name)


def test_the_simulated_pbx_prints_the_makers_example_to_the_letter() -> None:
    layout = load_layout("panasonic_ns1000")
    assert layout.format(layout.parse(EXAMPLE, ZONE, 0.0), ZONE) == EXAMPLE.removesuffix(" 9876543210")


# Other makers, from the project's notes: no code, only data.
NEC = r"""
kind = "columns"
skip = ['^\s*CLASS']
[fields]
class = [1, 4]
time = [6, 10]
date = [12, 16]
trunk = [18, 21]
duration = [23, 30]
extension = [32, 41]
number = [43, 62]
[time]
is = "start"
date = "%d/%m"
clock = "%H:%M"
resolution_s = 60
[spans]
duration = '(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)'
[[direction]]
field = "class"
pattern = '^PI|^IV'
is = "in"
[[direction]]
field = "class"
pattern = '^PO|^OG'
is = "out"
[[number]]
field = "number"
pattern = '^(?P<number>[0-9*#]+)'
"""

ESI = r"""
kind = "csv"
[fields]
class = 1
date = 2
time = 3
duration = 4
extension = 5
number = 6
trunk = 8
[time]
is = "end"
date = "%m%d%Y"
clock = "%H%M%S"
resolution_s = 1
[spans]
duration = '(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d)'
[[direction]]
field = "class"
pattern = 'I'
is = "in"
[[number]]
field = "number"
pattern = '^(?P<number>[0-9]+)$'
"""

AVAYA = r"""
kind = "columns"
[fields]
time = [1, 4]
duration = [6, 9]
number = [23, 37]
[time]
is = "end"
clock = "%H%M"
resolution_s = 60
[spans]
duration = '(?P<h>\d)(?P<m>\d\d)(?P<t>\d)'
[[number]]
field = "number"
pattern = '(?P<number>[0-9]+)'
"""


def test_another_makers_layout_is_only_data(tmp_path: Path) -> None:
    for name, text in (("nec", NEC), ("esi", ESI), ("avaya", AVAYA)):
        (tmp_path / f"{name}.toml").write_text(text)
    now = at(2026, 1, 3, 0, 10)
    out = load_layout("nec", tmp_path).parse("POT  10:52 12/09 002  00:00:10 2001       2142623801           08754", ZONE, now)
    assert (out.direction, out.number, out.extension, out.trunk, out.duration_s) == ("out", "2142623801", "2001", "002", 10.0)
    assert out.started_at == at(2025, 9, 12, 10, 52)
    missed = load_layout("nec", tmp_path).parse(
        "PIN  10:53 12/09 002                      2142623801           NO ANSWER", ZONE, now
    )
    assert (missed.direction, missed.duration_s) == ("in", None)
    came = load_layout("esi", tmp_path).parse(
        '"I","07042002","000852","000059","101","9724229700","ESTECH SYS INC. ","54"', ZONE, now
    )
    assert (came.direction, came.number, came.extension, came.trunk) == ("in", "9724229700", "101", "54")
    assert came.started_at == at(2002, 7, 4, 0, 7, 53)
    dateless = load_layout("avaya", tmp_path).parse("2359 0105             13800001111", ZONE, now)
    assert (dateless.number, dateless.duration_s, dateless.started_at) == ("13800001111", 630.0, at(2026, 1, 2, 23, 48, 30))


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
    assert b"".join(sent).split(b"\r\n")[2:] == [EXAMPLE.removesuffix(" 9876543210").encode()] * 2 + [b""]
    pbx.stop()
