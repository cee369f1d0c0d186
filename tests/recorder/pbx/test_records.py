"""The recorder's book of call records: what comes over the port, the calls it belongs to, and what the box did not record."""

from __future__ import annotations

import dataclasses
import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hw.interfaces import CallRecord, PortLine
from hw.messages import Message
from recorder.pbx.daily import GRACE_S, day_span, names_of
from recorder.pbx.log import last_lines
from recorder.pbx.reconcile import MISSED, REASONS, UNLISTED, Reconciliation, reconcile
from recorder.pbx.records import Records
from recorder.settings.sections import Agent, Assignment, CallRecordSettings, Line, Settings
from recorder.store.calls import Call, Gap
from recorder.store.journal import Journal
from recorder.store.seats import Seats
from recorder.store.writer import CallStore
from recorder.times import from_text
from recorder.watch.alarms import Alarms

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-11-22"
NINE = datetime(2026, 11, 22, 9, tzinfo=ZONE).timestamp()
SETTINGS = Settings(
    line=(Line("1", "tap", (0,), "801", "01"), Line("2", "tap", (1,), "802", "02")),
    agent=(Agent("1001", "李晓敏", "零售组"),),
    assignment=(Assignment("1001", extension="801"),),
    call_records=CallRecordSettings(port="/dev/pbx"),
)
REFUSED = PortLine("refused", "1234567", Message("no date", "没有日期"))


class Box:
    """A store, the records' book, and a clock turned by hand."""

    def __init__(self, folder: Path, settings: Settings = SETTINGS, now: float = NINE) -> None:
        self.now = now
        self.settings = settings
        self.store = CallStore(folder)
        self.store.sync(settings)
        self.journal = Journal(self.store)
        self.restart()

    def restart(self) -> None:
        self.alarms = Alarms(self.journal, lambda: self.now)
        self.records = Records(self.journal, self.settings, Seats(self.settings), self.alarms, lambda: self.now)

    def call(self, name: str, at: float, duration: float = 60.0, line: str = "1", **more: object) -> Call:
        """A call that began `at` seconds after nine, kept and ended."""
        values = {"direction": "in", "state": "closed", "duration_s": duration, "ring_s": 5.0, "ended_at": NINE + at + duration}
        call = Call(name, line, "mono", "zh", started_at=NINE + at, **(values | more))  # type: ignore[arg-type]
        self.store.start_call(call, None)
        self.records.call_ended(name)
        return call

    def record(self, at: float, duration: float | None = 60.0, extension: str = "801", **more: object) -> CallRecord:
        """A record of a call that began then, printed to the minute; it arrives now."""
        start = (NINE + at) // 60 * 60
        raw = f"{start} {duration} {extension} {more}"
        record = CallRecord("x", start, duration, extension, "09", "in", "13800001111", 5.0, raw)
        record = dataclasses.replace(record, **more)  # type: ignore[arg-type]
        self.records.received(record)
        return record

    def go_on(self, seconds: float, every: float | None = None) -> None:
        """Time passes, in steps."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + (every or seconds))
            self.records.step()

    def joined(self) -> list[str | None]:
        return [row["call_id"] for row in self.store.rows("SELECT call_id FROM call_records ORDER BY id")]

    def standing(self) -> dict[str, str]:
        return {alarm.kind: alarm.detail.en for alarm in self.store.open_alarms()}

    def compare(self) -> Reconciliation:
        return reconcile(self.store, names_of(self.settings), *day_span(DAY, "Asia/Shanghai"), min_call_s=1.0)

    def reasons(self, kind: str) -> list[str]:
        return [item.reason for item in self.compare().items if item.kind == kind]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "store")


def test_a_record_that_comes_first_waits_for_its_call(box: Box) -> None:
    box.record(10.0)
    box.go_on(5.0)
    assert box.joined() == [None]
    box.call("a", 10.0)
    box.go_on(5.0)
    assert box.joined() == ["a"]
    call = box.store.call("a")
    assert call is not None
    assert (call.caller_number, call.extension, call.agent_id, call.team) == ("13800001111", "801", "1001", "零售组")


def test_a_burst_is_joined_when_it_is_over_and_as_a_whole(box: Box) -> None:
    """Each record alone would take the other's call."""
    box.call("a", 10.0, 30.0, direction="out", ring_s=None)
    box.call("b", 42.0, 36.0, direction="out", ring_s=None)
    box.record(10.0, 35.0, direction="out", ring_s=None)
    box.go_on(1.0)
    assert box.joined() == [None]
    box.record(42.0, 55.0, direction="out", ring_s=None)
    box.go_on(3.0)
    assert box.joined() == ["a", "b"]


def test_a_buffer_that_is_printed_hours_later_is_joined(box: Box) -> None:
    for n in range(20):
        box.call(f"c{n}", 300.0 * n, 40.0 + 5 * n)
    box.go_on(6 * 3600.0)
    for n in range(20):
        box.record(300.0 * n, 40.0 + 5 * n)
    box.go_on(3.0)
    assert box.joined() == [f"c{n}" for n in range(20)]


def test_a_buffer_of_a_pbx_an_hour_off_finds_its_own_calls_not_strangers(box: Box) -> None:
    lengths = [30.0 + number for number in random.Random(3).sample(range(120), 40)]
    for n, length in enumerate(lengths):
        box.call(f"c{n}", 170.0 * n, length)
    box.go_on(4 * 3600.0)
    for n, length in enumerate(lengths):
        box.record(170.0 * n - 3600.0, length)
    box.go_on(3.0)
    assert box.joined() == [f"c{n}" for n in range(40)]


def test_what_never_stops_coming_is_joined_nevertheless(box: Box) -> None:
    box.call("a", 10.0)
    for _ in range(40):
        box.record(10.0, raw=f"{box.now}")
        box.go_on(1.0)
    assert "a" in box.joined()


def test_a_line_that_the_pbx_sends_again_counts_once(box: Box) -> None:
    box.call("a", 10.0)
    for _ in range(3):
        box.record(10.0)
        box.go_on(60.0)
    assert box.joined() == ["a", None, None]
    assert (box.compare().records, box.compare().missed) == (1, [])
    assert [line.word for line in last_lines(box.store, 9)] == ["joined", "repeat", "repeat"]


def test_a_pbx_an_hour_off_is_noticed_alarmed_and_followed(box: Box) -> None:
    for n in range(8):
        box.call(f"c{n}", 400.0 * n, 40.0 + 9 * n)
        box.record(400.0 * n + 3600, 40.0 + 9 * n)
        box.go_on(400.0)
    assert box.joined() == [f"c{n}" for n in range(8)]
    assert box.standing() == {"pbx_clock_off": "60 min ahead"}
    box.restart()  # and it is remembered
    box.call("later", 3600.0, 77.0)
    box.record(7200.0, 77.0)
    box.go_on(5.0)
    assert box.joined()[-1] == "later"
    for n in range(60):  # the PBX's clock is put right
        box.call(f"d{n}", 5000.0 + 410.0 * n, 40.0 + 29 * n % 97)
        box.record(5000.0 + 410.0 * n, 40.0 + 29 * n % 97)
        box.go_on(10.0)
    assert box.joined()[-1] == "d59"
    assert box.standing() == {}


def test_a_wrong_layout_is_alarmed_with_an_example_and_cleared_when_it_fits(box: Box) -> None:
    for _ in range(5):
        box.records.received(REFUSED)
    assert box.standing() == {"call_records_unreadable": "'1234567': no date"}
    for n in range(3):
        box.record(60.0 * n)
    assert box.standing() == {}
    assert [line.word for line in last_lines(box.store, 99, refused_only=True)] == ["refused"] * 5
    assert last_lines(box.store, 1, refused_only=True)[0].reason.zh == "没有日期"


def test_half_the_lines_unreadable_is_alarmed_too_and_a_few_are_not(box: Box) -> None:
    for n in range(9):
        box.record(60.0 * n)
        box.records.received(REFUSED)
    assert box.standing() == {}
    for _ in range(2):
        box.records.received(REFUSED)
    assert "call_records_unreadable" in box.standing()


def test_a_full_buffer_in_the_pbx_is_told(box: Box) -> None:
    box.records.received(PortLine("buffer_full", "BFL  11:00 12/09"))
    assert box.standing() == {"call_records_lost": "BFL  11:00 12/09"}


def test_silence_while_calls_happen_is_alarmed_and_ends_with_a_record(box: Box) -> None:
    for n in range(5):
        box.go_on(300.0, 30.0)
        box.call(f"c{n}", box.now - NINE - 60.0)
    box.go_on(60.0, 30.0)
    assert box.standing() == {"call_records_silent": "5 calls without a record"}
    box.record(3000.0)
    assert box.standing() == {}


def test_few_or_short_calls_without_records_are_no_silence(box: Box) -> None:
    for n in range(9):
        box.call(f"s{n}", 60.0 * n, 5.0)
    for n in range(4):
        box.call(f"c{n}", 600 + 60.0 * n)
    box.go_on(7200.0, 60.0)
    assert box.standing() == {}


def test_every_call_that_was_missed_has_its_reason(box: Box) -> None:
    box.go_on(3 * 3600.0, 60.0)
    box.records.close()  # off from twelve
    box.store.add_gap(Gap("2", NINE + 3600.0, 800, "overrun"))
    box.record(600.0)
    box.record(900.0, extension="899")
    box.record(1200.0, direction="internal", number="802")
    box.record(1500.0, 0.0, condition="unanswered")
    box.record(1800.0, 1.0)
    box.record(3590.0, extension="802")
    box.record(5 * 3600.0)
    assert box.reasons(MISSED) == ["unknown", "not_tapped", "internal", "unanswered", "too_short", "audio_lost", "recorder_off"]
    result = box.compare()
    assert [item.reason for item in result.missed] == ["unknown", "audio_lost", "recorder_off"]
    assert result.recorded_share == 0.0


def test_every_call_without_a_record_has_its_reason(box: Box) -> None:
    box.go_on(2100.0, 60.0)
    box.records.received(REFUSED)
    box.go_on(1900.0, 60.0)
    box.alarms.set("call_records_gone", "/dev/pbx", True)
    box.record(600.0, direction="internal", number="802")
    box.call("mine", 600.0)
    box.call("other side", 600.0, line="2")
    box.call("rang", 900.0, state="unanswered", duration_s=None)
    box.call("short", 1200.0, 1.5)
    box.call("unread", 2000.0)
    box.call("gone", 4100.0)
    box.call("why", 3000.0)
    box.go_on(5.0)
    assert box.reasons(UNLISTED) == ["internal", "unanswered", "too_short", "unreadable", "unknown", "records_gone"]
    assert {item.reason for item in box.compare().unlisted} == {"unreadable", "unknown", "records_gone"}


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(reason.en and reason.zh and reason.en != reason.zh for reason in REASONS.values())


def test_each_day_is_compared_at_night_and_again_when_records_come_late(box: Box) -> None:
    midnight = day_span(DAY, "Asia/Shanghai")[1]
    box.call("a", 600.0)
    box.record(600.0)
    box.call("b", 1200.0, 90.0)
    box.record(1800.0, 70.0)
    box.go_on(midnight + GRACE_S - 60 - box.now, 600.0)
    assert box.store.reconciled_days() == []
    box.go_on(180.0, 60.0)
    box.go_on(3600.0, 60.0)
    (day,) = box.store.reconciled_days()
    assert (day.day, day.records, day.calls, day.matched, day.missed, day.unlisted) == (DAY, 2, 2, 1, 1, 1)
    assert day.recorded_share == 0.5
    assert [(item.kind, item.reason, item.line) for item in box.store.reconciled_items(DAY)] == [
        ("unlisted", "unknown", "1"),
        ("missed", "unknown", ""),
    ]
    assert {(alarm.kind, alarm.subject) for alarm in box.store.open_alarms()} == {("calls_missed", DAY), ("records_missing", DAY)}
    box.record(1200.0, 90.0)
    box.go_on(180.0, 60.0)
    (day,) = box.store.reconciled_days()
    assert (day.matched, day.missed, day.unlisted) == (2, 1, 0)
    assert {alarm.kind for alarm in box.store.open_alarms()} == {"calls_missed"}
    box.go_on(86_400.0, 1800.0)  # the next day has nothing to complain about
    assert box.standing() == {}


def test_a_restart_compares_what_was_left(box: Box) -> None:
    box.call("a", 600.0)
    box.records.close()
    box.now += 3 * 86_400
    box.restart()
    box.go_on(600.0, 60.0)
    assert [(day.day, day.unlisted) for day in box.store.reconciled_days()] == [(DAY, 1)]
    assert box.standing() == {}  # no records at all: another alarm's matter


def test_days_of_a_zone_with_summer_time() -> None:
    start, end = day_span("2026-10-25", "Europe/Berlin")
    assert end - start == 25 * 3600
    assert from_text("2026-10-24T22:00:00Z") == start


def test_a_guest_and_a_box_without_a_port_watch_nothing(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", dataclasses.replace(SETTINGS, call_records=CallRecordSettings()))
    for n in range(9):
        box.call(f"c{n}", 60.0 * n)
    box.go_on(2 * 86_400.0, 3600.0)
    assert (box.standing(), box.store.reconciled_days()) == ({}, [])


@pytest.mark.parametrize("offset", [0.0, 3600.0])
def test_no_record_has_two_calls_and_no_whole_call_two_records(box: Box, offset: float) -> None:
    for n in range(12):
        box.call(f"c{n}", 95.0 * n, 50.0 + n % 4)
        box.record(95.0 * n + offset, 50.0 + n % 4)
    box.go_on(5.0)
    found = [call for call in box.joined() if call]
    assert len(found) == len(set(found))
