"""Which call a record of the PBX is about."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.interfaces import CallRecord
from recorder.bench.matching import NAMES as BENCH_NAMES
from recorder.bench.matching import Trouble, as_they_come, busy_day, greedy, together
from recorder.pbx.assignment import assign
from recorder.pbx.clock import PbxClock, match_by_clock, vote
from recorder.pbx.matching import Kept, LineNames, Match, learned_values, match, misfit, same_line
from recorder.store.calls import Call

NAMES = [LineNames("1", "801", "01"), LineNames("2", "802", "02"), LineNames("3", "", "03")]


def call(name: str, line: str, at: float, duration: float, direction: str = "in") -> Call:
    rang = 5.0 if direction == "in" else None
    return Call(name, line, "pair", "zh", direction, "closed", at, at, at + duration, duration, ring_s=rang)


def record(at: float, duration: float | None, extension: str = "801", direction: str = "in", trunk: str = "09") -> CallRecord:
    return CallRecord("test", at, duration, extension, trunk, direction, "05710001234", 5.0, "raw")


def joined(records: list[CallRecord], calls: list[Call], offset_s: float = 0.0) -> dict[int, str]:
    """Which call each record got, by its place."""
    kept = [Kept(number, one) for number, one in enumerate(records)]
    return {one.kept.id: one.call.id for one in match(kept, calls, NAMES, offset_s)}


def test_a_minute_off_and_a_second_longer_is_the_same_call() -> None:
    assert joined([record(960.0, 61.0)], [call("a", "1", 1000.0, 60.0)]) == {0: "a"}


def test_of_two_calls_in_a_minute_the_duration_decides() -> None:
    calls = [call("a", "1", 1000.0, 15.0), call("b", "1", 1020.0, 38.0)]
    assert joined([record(1000.0, 38.0)], calls) == {0: "b"}
    assert joined([record(1000.0, 16.0)], calls) == {0: "a"}


def test_what_is_best_in_all_goes_before_what_is_best_for_one() -> None:
    """The first record fits both calls, "b" better; the second fits "b" only."""
    calls = [call("a", "1", 960.0, 30.0, "out"), call("b", "1", 1000.0, 36.0, "out")]
    both, only_b = record(960.0, 35.0, direction="out"), record(960.0, 55.0, direction="out")
    assert misfit(both, calls[0]) > misfit(both, calls[1])  # type: ignore[operator]
    assert misfit(only_b, calls[0]) is None
    assert joined([both], calls) == {0: "b"}
    assert joined([both, only_b], calls) == {0: "a", 1: "b"}


def came(number: int, record: CallRecord, at: float) -> Kept:
    return Kept(number, record, came_at=at)


def earlier(after_s: float) -> list[Match]:
    """Records joined already that came so long after their calls."""
    calls = [call(f"e{number}", "1", -1000.0 - 100 * number, 60.0) for number in range(5)]
    records = [came(100 + n, record(one.started_at, 60.0), one.started_at + 60 + after_s) for n, one in enumerate(calls)]
    return [Match(kept, one, 0.0) for kept, one in zip(records, calls, strict=True)]


def test_half_of_a_cut_call_does_not_start_a_run_of_strangers_records() -> None:
    """The first record is of a call of which this is the second half."""
    half, following = call("half", "1", 1034.0, 30.0), call("following", "1", 1090.0, 45.0)
    records = [came(1, record(1000.0, 64.0), 1066.0), came(2, record(1090.0, 45.0), 1137.0)]
    assert {one.kept.id: one.call.id for one in match(records, [half, following], NAMES)} == {1: "following", 2: "half"}
    assert {one.kept.id: one.call.id for one in match(records, [half, following], NAMES, taken=earlier(2.0))} == {2: "following"}


@pytest.mark.parametrize("after_s", [60.0, 3600.0])
def test_of_a_pbx_that_prints_late_it_says_nothing_when_a_record_came(after_s: float) -> None:
    """The record came just as the wrong call ended."""
    right, wrong = call("right", "1", 1000.0, 60.0), call("wrong", "1", 1000.0 + after_s, 45.0)
    late = came(1, record(1000.0, 60.0), wrong.ended_at or 0.0)
    assert [one.call.id for one in match([late], [right, wrong], NAMES, taken=earlier(after_s))] == ["right"]


def test_of_a_buffer_it_says_nothing_when_a_record_came() -> None:
    calls = [call(f"c{n}", "1", 1000.0 + 100 * n, 40.0 + 10 * n) for n in range(3)]
    records = [came(n, record(1000.0 + 100 * n, 40.0 + 10 * n), 9000.0 + n) for n in range(3)]
    costs = {one.kept.id: one.call.id for one in match(records, calls, NAMES, taken=earlier(2.0))}
    assert costs == {0: "c0", 1: "c1", 2: "c2"}


def test_a_record_that_prints_the_end_fits_a_long_call() -> None:
    assert joined([record(4600.0, 3590.0)], [call("a", "1", 1000.0, 3600.0)]) == {0: "a"}


@pytest.mark.parametrize(
    "other",
    [record(1000.0, 60.0, "802"), record(1000.0, 60.0, direction="out"), record(1400.0, 60.0), record(1000.0, 300.0)],
    ids=["another extension", "another direction", "another time", "another duration"],
)
def test_what_does_not_fit_stays_alone(other: CallRecord) -> None:
    assert joined([other], [call("a", "1", 1000.0, 60.0)]) == {}


def test_trunks_decide_where_there_is_no_extension() -> None:
    calls = [call("a", "1", 1000.0, 60.0), call("c", "3", 1000.0, 60.0)]
    assert joined([record(1000.0, 60.0, extension="803", trunk="03")], calls) == {0: "c"}
    assert joined([record(1000.0, 60.0, extension="", trunk="")], calls) == {}


def test_a_call_nobody_answered_takes_no_record_of_a_talk() -> None:
    rang = dataclasses.replace(call("a", "1", 1000.0, 0.0), state="unanswered", ended_at=1025.0, duration_s=None)
    assert joined([record(1000.0, 60.0)], [rang]) == {}
    untalked = dataclasses.replace(record(1020.0, 0.0), condition="unanswered", ring_s=25.0)
    assert joined([untalked], [rang]) == {0: "a"}
    assert joined([untalked], [call("a", "1", 1000.0, 60.0)]) == {}


def test_two_records_of_a_transferred_call_belong_to_it() -> None:
    whole = call("a", "1", 1000.0, 180.0)
    pieces = [record(990.0, 60.0), record(1050.0, 118.0)]
    assert joined(pieces, [whole]) == {0: "a", 1: "a"}
    assert joined([*pieces, record(1100.0, 55.0)], [whole]) == {0: "a", 1: "a"}  # longer than the call together
    assert joined(pieces[:1], [whole]) == {}  # one of them could be another call
    assert joined([dataclasses.replace(pieces[0], condition="transfer")], [whole]) == {0: "a"}


def test_a_call_that_has_its_record_takes_no_neighbours() -> None:
    assert joined([record(990.0, 60.0), record(1050.0, 15.0)], [call("a", "1", 1000.0, 60.0)]) == {0: "a"}


def test_a_line_that_was_sent_twice_is_used_once() -> None:
    twice = [Kept(1, record(960.0, 60.0)), Kept(2, record(960.0, 60.0), repeat=True)]
    (one,) = match(twice, [call("a", "1", 1000.0, 60.0)], NAMES)
    assert one.kept.id == 1
    two_calls = [call("a", "1", 960.0, 4.0), call("b", "1", 1000.0, 4.0)]  # and there were really two
    alike = [Kept(1, record(960.0, 4.0)), Kept(2, record(960.0, 4.0), repeat=True)]
    assert len(match(alike, two_calls, NAMES)) == 2


def test_the_record_fills_what_the_line_could_not_tell() -> None:
    assert learned_values(record(0, 1), call("a", "1", 0, 1)) == {"caller_number": "05710001234", "extension": "801"}
    known = Call("a", "1", "pair", "zh", "unknown", "closed", 0.0, extension="801")
    assert learned_values(record(0, 1, direction="out"), known) == {"direction": "out", "called_number": "05710001234"}
    assert learned_values(record(0, 1), known)["ring_s"] == 5.0
    assert "direction" not in learned_values(record(0, 1, direction="internal"), known)


@given(st.floats(-1e5, 1e5), st.floats(0, 7200), st.floats(0, 7200))
def test_misfit_is_none_or_not_below_zero(off: float, told: float, real: float) -> None:
    found = misfit(record(1e6 + off, told), call("a", "1", 1e6, real))
    assert found is None or found >= 0


@given(st.data(), st.integers(0, 4), st.integers(0, 4))
def test_no_assignment_is_better_than_the_one_found(data: st.DataObject, rows: int, columns: int) -> None:
    pairs = list(itertools.product(range(rows), range(columns)))
    costs = data.draw(st.dictionaries(st.sampled_from(pairs), st.integers(0, 50).map(float)) if pairs else st.just({}))
    found = assign(rows, columns, costs, 40.0)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    tries = (dict(zip(range(rows), chosen, strict=True)) for chosen in itertools.product([None, *range(columns)], repeat=rows))
    possible = (
        sum(40.0 - costs.get((row, column), 40.0) for row, column in one.items() if column is not None)
        for one in tries
        if len(used := [column for column in one.values() if column is not None]) == len(set(used))
    )
    assert sum(40.0 - costs[pair] for pair in found) == pytest.approx(max(possible))


def test_a_large_piece_is_solved_in_parts() -> None:
    costs = {(row, column): float(abs(row - column)) for row in range(150) for column in range(150)}
    assert assign(150, 150, costs, 40.0) == [(n, n) for n in range(150)]


def calls_of_a_day(count: int = 12) -> list[Call]:
    return [call(f"c{n}", "1", 100_000.0 + 400 * n, 40.0 + 7 * n) for n in range(count)]


def records_of(calls: list[Call], ahead: float) -> list[Kept]:
    return [Kept(n, record((one.started_at + ahead) // 60 * 60, one.duration_s)) for n, one in enumerate(calls)]


@pytest.mark.parametrize("ahead", [3600.0, -3600.0, 86_400.0, 7230.0])
def test_records_and_calls_vote_for_a_clock_that_is_off(ahead: float) -> None:
    calls = calls_of_a_day()
    records = records_of(calls, ahead)
    assert match(records, calls, NAMES) == []
    told = vote(records, calls, NAMES)
    assert told == pytest.approx(ahead, abs=30.0)
    assert {one.kept.id: one.call.id for one in match(records, calls, NAMES, told)} == {n: f"c{n}" for n in range(12)}


def test_too_few_or_too_much_alike_do_not_vote() -> None:
    calls = calls_of_a_day(4)
    assert vote(records_of(calls, 3600.0), calls, NAMES) is None
    alike = [call(f"c{n}", "1", 100_000.0 + 300 * n, 60.0) for n in range(12)]
    strangers = [Kept(n, record(100_000.0 + 300 * n + 40_000 + 977 * n, 60.0)) for n in range(12)]
    assert vote(strangers, alike, NAMES) is None


def test_the_clock_is_followed() -> None:
    clock = PbxClock()
    for shift in (100.0, 100.0, 110.0, 90.0):
        clock.joined(shift)
    assert clock.offset_s == 0.0  # too few yet
    clock.joined(100.0)
    assert clock.offset_s == 100.0
    clock.jumped(3600.0)
    assert clock.offset_s == 3600.0
    clock.joined(3610.0)
    assert clock.offset_s == 3600.0


def test_a_buffer_printed_at_once_is_judged_by_its_own_clock() -> None:
    calls = [call(f"c{n}", "1", 100_000.0 + 130 * n, 30.0 + n * 17 % 60) for n in range(30)]
    records = records_of(calls, -100.0)
    found = {one.kept.id: one.call.id for one in match_by_clock(records, calls, NAMES, 0.0)}
    assert sum(found.get(n) == f"c{n}" for n in range(30)) >= 27


def test_a_busy_day_is_joined_as_it_was() -> None:
    """The figures are in docs/measurements.md; this only holds that the whole beats one after the other."""
    day = busy_day(5, "panasonic_ns1000", Trouble(), hours=1.0)
    ours, one_by_one = together(day), greedy(day)

    def right(found: dict[int, str]) -> int:
        return sum(day.truth.get(kept) == call_id for kept, call_id in found.items())

    assert right(ours) > right(one_by_one)
    assert right(as_they_come(day)) > right(one_by_one)
    known = {one.id: one for one in day.calls}
    for kept in day.records:
        if kept.id in ours:
            (name,) = [name for name in BENCH_NAMES if name.line == known[ours[kept.id]].line]
            assert same_line(kept.record, name)
