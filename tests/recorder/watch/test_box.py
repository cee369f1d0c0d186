"""Dead lines, the clock, restarts: what the whole box watches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.settings.sections import Line, Settings, Simulation
from recorder.signals.levels import CallLevels
from recorder.store.calls import Call
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.times import to_text
from recorder.watch.alarms import Alarms
from recorder.watch.box import Watch
from recorder.watch.clock import ClockWatch, synchronised
from recorder.watch.deadline import DeadLine
from recorder.watch.usual import Usual, usual_of

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=ZONE)
LINES = (Line("1", "tap", (0, 1)), Line("2", "tap", (2,)))


def hours(weeks: int, rate: int, days: range = range(5), working: range = range(9, 18)) -> list[tuple[datetime, int]]:
    """The hours with calls of a centre that ran so many weeks before MONDAY."""
    start = MONDAY - timedelta(weeks=weeks)
    found = [start + timedelta(days=7 * week + day, hours=hour) for week in range(weeks) for day in days for hour in working]
    return [(hour, rate) for hour in found]


def test_usual_traffic_is_learnt_by_the_hour_of_the_week() -> None:
    usual = Usual(hours(4, 6), MONDAY)
    assert usual.an_hour(MONDAY + timedelta(hours=10)) == pytest.approx((4 * 6 + 1) / 5)
    assert usual.an_hour(MONDAY + timedelta(hours=3)) == 0
    assert usual.an_hour(MONDAY + timedelta(days=5, hours=10)) == 0
    night = timedelta(hours=18)
    assert usual.between(MONDAY + night, MONDAY + night + timedelta(hours=15)) == 0
    assert usual.between(MONDAY + timedelta(hours=9.5), MONDAY + timedelta(hours=11)) == pytest.approx(7.5)


def test_before_there_is_history_an_hour_of_a_working_day_has_one_call() -> None:
    assert Usual().between(MONDAY, MONDAY + timedelta(days=7)) == pytest.approx(45)


def test_one_busy_sunday_is_not_usual_and_one_holiday_makes_no_monday_quiet() -> None:
    sunday = MONDAY - timedelta(days=1)
    usual = Usual([*hours(3, 6), (sunday + timedelta(hours=10), 30)], MONDAY)
    assert usual.an_hour(sunday + timedelta(days=7, hours=10)) == 0
    holiday = [(hour, calls) for hour, calls in hours(4, 6) if hour.date() != (MONDAY - timedelta(days=7)).date()]
    assert Usual(holiday, MONDAY).an_hour(MONDAY + timedelta(hours=10)) > 3


def test_a_line_that_works_at_night_is_missed_at_night() -> None:
    usual = Usual(hours(3, 6, range(7), range(24)), MONDAY)
    assert usual.an_hour(MONDAY + timedelta(hours=3)) > 4


def steps(line: DeadLine, start: datetime, minutes: int, alive: bool | None = False) -> int | None:
    """Step a minute at a time; after how many minutes it was dead."""
    for minute in range(minutes):
        if line.step(start + timedelta(minutes=minute), alive):
            return minute
    return None


def test_a_line_is_dead_when_its_usual_calls_have_not_come() -> None:
    usual, nine = Usual(hours(6, 6), MONDAY), MONDAY + timedelta(hours=9)
    rate = usual.an_hour(nine)
    after = steps(DeadLine(usual, 12.0), nine, 600)
    assert after == pytest.approx(60 * 12 / rate, abs=2)
    assert steps(DeadLine(usual, 12.0), MONDAY + timedelta(days=5), 2 * 24 * 60) is None  # a weekend
    assert steps(DeadLine(usual, 0.0), nine, 3000) is None  # switched off


def test_a_busy_line_has_two_hours_at_least() -> None:
    assert steps(DeadLine(Usual(hours(6, 60), MONDAY), 12.0), MONDAY + timedelta(hours=9), 200) == 120


def test_a_new_line_that_never_heard_anything_is_told_after_a_working_day_and_a_third() -> None:
    after = steps(DeadLine(Usual(), 12.0), MONDAY + timedelta(hours=9), 5000)
    assert after == 24 * 60 + 3 * 60  # nine hours on Monday and three on Tuesday


def test_dead_clears_with_life_and_counts_anew() -> None:
    line, nine = DeadLine(Usual(), 3.0), MONDAY + timedelta(hours=9)
    assert steps(line, nine, 300) in (180, 181)
    assert not line.step(nine + timedelta(minutes=181), True)
    assert steps(line, nine + timedelta(minutes=182), 170) is None


def test_time_without_audio_and_a_clock_that_jumps_do_not_count() -> None:
    line, nine = DeadLine(Usual(), 3.0), MONDAY + timedelta(hours=9)
    assert steps(line, nine, 300, None) is None
    for hour in (0, 5, 2, 8):
        assert not line.step(nine + timedelta(hours=hour), False)


def test_usual_traffic_from_the_calls_of_a_store(tmp_path: Path) -> None:
    store = CallStore(tmp_path / "store")
    now = MONDAY.timestamp()
    with store.writing() as db:
        for number, (hour, _) in enumerate(hours(2, 1)):
            row = {"id": str(number), "line": "1", "layout": "pair", "language": "zh", "direction": "in", "state": "closed"}
            db.table("calls").insert(row | {"started_at": to_text(hour.timestamp() + 1234)})
            db.table("calls").insert(row | {"id": f"r{number}", "source": "a.wav", "started_at": to_text(hour.timestamp())})
    usual = usual_of(store, "1", now, "Asia/Shanghai")
    assert usual.an_hour(MONDAY + timedelta(hours=10)) == pytest.approx((2 + 1) / 3)
    assert usual_of(store, "2", now, "Asia/Shanghai").an_hour(MONDAY + timedelta(hours=10)) == 1.0


@pytest.mark.parametrize(("jump", "told"), [(3600.0, 3600.0), (-3600.0, -3600.0), (2.5, 2.5), (1.5, 0.0), (-0.3, 0.0)])
def test_the_clock_jumps_when_it_moves_against_the_other(jump: float, told: float) -> None:
    now, monotonic = [1000.0], [5.0]
    watch = ClockWatch(lambda: now[0], lambda: monotonic[0])
    now[0], monotonic[0] = 1060.0, 65.0
    assert watch.step() == 0.0
    now[0] += jump
    assert watch.step() == pytest.approx(told)
    assert watch.step() == 0.0


def test_ntp_slewing_is_no_jump() -> None:
    now, monotonic = [0.0], [0.0]
    watch = ClockWatch(lambda: now[0], lambda: monotonic[0])
    for second in range(7200):
        monotonic[0], now[0] = float(second), second * 1.0005
        assert watch.step() == 0.0


def test_whether_this_clock_is_synchronised_is_known_or_not() -> None:
    assert synchronised() in (True, False, None)


class Standing:
    """A box with two lines and nothing but time on it."""

    def __init__(self, store: Path, settings: Settings | None = None, synced: bool | None = True) -> None:
        self.now = MONDAY.timestamp() + 9 * 3600
        self.monotonic = 0.0
        self.synced = synced
        self.store = CallStore(store)
        self.alarms = Alarms(Journal(self.store), lambda: self.now)
        settings = settings or Settings(line=LINES)
        self.watch = Watch(settings, self.alarms, self.store, lambda: self.now, lambda: self.monotonic, synced=lambda: self.synced)
        self.lines = [self.watch.line(line, 8000) for line in settings.line]

    def run(self, minutes: int) -> None:
        for _ in range(minutes):
            self.now += 60
            self.monotonic += 60
            for line in self.lines:
                line._heard = True
            self.watch.step()

    def rows(self) -> list[tuple[str, str, bool]]:
        """Every alarm there ever was: kind, subject, whether it stands."""
        return [(alarm.kind, alarm.subject, alarm.cleared_at is None) for alarm in reversed(self.store.alarms())]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Standing]:
    standing = Standing(tmp_path / "store")
    yield standing
    standing.store.close()


def test_a_dead_line_is_raised_once_survives_a_restart_and_clears_once(box: Standing, tmp_path: Path) -> None:
    box.run(28 * 60)
    assert box.rows() == [("dead_line", "1", True), ("dead_line", "2", True)]
    again = Standing(tmp_path / "store")
    again.now = box.now
    again.run(20)
    assert again.rows() == box.rows()
    again.lines[0].event()
    again.run(20)
    assert again.rows() == [("dead_line", "1", False), ("dead_line", "2", True)]


def test_a_clock_that_was_set_is_told_for_an_hour_and_twice_when_set_twice(box: Standing) -> None:
    box.now += 3600
    box.watch.clock_set(3600.0)
    box.run(10)
    box.now -= 3600
    box.watch.clock_set(-3600.0)
    box.run(30)
    assert box.rows() == [("clock_jump", "clock", False), ("clock_jump", "clock", True)]
    assert [alarm.detail.en for alarm in box.store.alarms()] == ["-3600.0 s", "+3600.0 s"]
    box.run(40)
    assert box.rows() == [("clock_jump", "clock", False)] * 2


def test_no_time_server_is_told_after_an_hour_and_only_where_it_can_be_known(box: Standing) -> None:
    box.synced = None
    box.run(100)
    box.synced = False
    box.run(58)
    assert box.rows() == []
    box.run(5)
    box.synced = True
    box.run(5)
    assert box.rows() == [("time_unsynchronised", "clock", False)]


def test_a_simulated_clock_is_neither_set_nor_synchronised(tmp_path: Path) -> None:
    simulated = Settings(line=LINES, simulation=Simulation(start="2026-11-23T00:00:00Z"))
    box = Standing(tmp_path / "store", simulated, synced=False)
    box.watch.clock_set(3600.0)
    box.run(90)
    assert box.rows() == []


def test_a_guest_raises_nothing(tmp_path: Path) -> None:
    store = CallStore(tmp_path / "store")
    now = [0.0]
    watch = Watch(Settings(line=LINES), None, store, lambda: now[0], lambda: now[0])
    watch.line(LINES[0], 8000)
    watch.clock_set(3600.0)
    for minute in range(3000):
        now[0] = minute * 60.0
        watch.step()
    assert store.alarms() == []


def test_an_alarm_about_a_line_that_is_no_more_clears(tmp_path: Path) -> None:
    box = Standing(tmp_path / "store")
    box.alarms.set("hum", "2", True)
    box.alarms.set("disk_low", "/var/lib/callbox", True)
    Standing(tmp_path / "store", Settings(line=LINES[:1]))
    assert box.rows() == [("hum", "2", False), ("disk_low", "/var/lib/callbox", True)]


def test_an_event_is_over_after_its_time_even_across_a_restart(tmp_path: Path) -> None:
    box = Standing(tmp_path / "store")
    box.alarms.set("database_damaged", "x", True)
    again = Standing(tmp_path / "store")
    again.now += 6 * 24 * 3600
    again.run(1)
    assert again.rows() == [("database_damaged", "x", True)]
    again.now += 25 * 3600
    again.run(1)
    assert again.rows() == [("database_damaged", "x", False)]


def test_levels_are_kept_with_their_call(tmp_path: Path) -> None:
    store = CallStore(tmp_path / "store")
    store.start_call(Call("c", "1", "pair", "zh", "in", "recording", 0.0), None)
    agent = CallLevels("agent", -3.0, -26.0, -66.0, -80.0, 0.0, 12.5, 30.0)
    levels = [agent, CallLevels("customer", -9.0, None, -60.0, -50.0, 0.1, 0.0, 30.0)]
    store.add_levels("c", levels)
    store.add_levels("c", levels)  # a write that was tried twice
    assert store.levels("c") == levels
    store.drop_call("c")
    assert store.levels("c") == []


@given(st.lists(st.tuples(st.integers(0, 6 * 7 * 24 - 1), st.integers(1, 50)), max_size=60), st.integers(0, 7 * 24))
def test_usual_is_never_negative_and_adds_up(history: list[tuple[int, int]], until: int) -> None:
    start = MONDAY - timedelta(weeks=6)
    usual = Usual([(start + timedelta(hours=hour), calls) for hour, calls in dict(history).items()], MONDAY)
    end = MONDAY + timedelta(hours=until)
    whole = usual.between(MONDAY, end)
    assert whole >= 0
    assert whole == pytest.approx(sum(usual.an_hour(MONDAY + timedelta(hours=hour)) for hour in range(until)))
    half = MONDAY + timedelta(hours=until / 3)
    assert usual.between(MONDAY, half) + usual.between(half, end) == pytest.approx(whole)
