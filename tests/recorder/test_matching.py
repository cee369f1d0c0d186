"""Which call a record of the PBX is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.interfaces import CallRecord
from recorder.calls import Call
from recorder.matching import LineNames, best_call, learned_values, misfit

NAMES = [LineNames("1", "801", "01"), LineNames("2", "802", "02"), LineNames("3", "", "03")]


def call(name: str, line: str, at: float, duration: float, direction: str = "in") -> Call:
    rang = 5.0 if direction == "in" else None
    return Call(name, line, "pair", "zh", direction, "closed", at, at, at + duration, duration, ring_s=rang)


def record(at: float, duration: float | None, extension: str = "801", direction: str = "in", trunk: str = "09") -> CallRecord:
    return CallRecord("test", at, duration, extension, trunk, direction, "05710001234", 5.0, "raw")


def test_a_minute_off_and_a_second_longer_is_the_same_call() -> None:
    assert best_call(record(960.0, 61.0), [call("a", "1", 1000.0, 60.0)], NAMES) == call("a", "1", 1000.0, 60.0)


def test_of_two_calls_in_a_minute_the_duration_decides() -> None:
    calls = [call("a", "1", 1000.0, 15.0), call("b", "1", 1020.0, 38.0)]
    assert best_call(record(1000.0, 38.0), calls, NAMES) == calls[1]
    assert best_call(record(1000.0, 16.0), calls, NAMES) == calls[0]


def test_a_record_that_prints_the_end_fits_a_long_call() -> None:
    found = best_call(record(4600.0, 3590.0), [call("a", "1", 1000.0, 3600.0)], NAMES)
    assert found is not None


@pytest.mark.parametrize(
    "other",
    [record(1000.0, 60.0, "802"), record(1000.0, 60.0, direction="out"), record(1400.0, 60.0), record(1000.0, 300.0)],
    ids=["another extension", "another direction", "another time", "another duration"],
)
def test_what_does_not_fit_stays_alone(other: CallRecord) -> None:
    assert best_call(other, [call("a", "1", 1000.0, 60.0)], NAMES) is None


def test_trunks_decide_where_there_is_no_extension() -> None:
    calls = [call("a", "1", 1000.0, 60.0), call("c", "3", 1000.0, 60.0)]
    assert best_call(record(1000.0, 60.0, extension="803", trunk="03"), calls, NAMES) == calls[1]
    assert best_call(record(1000.0, 60.0, extension="", trunk=""), calls, NAMES) is None


def test_the_record_fills_what_the_line_could_not_tell() -> None:
    assert learned_values(record(0, 1), call("a", "1", 0, 1)) == {"caller_number": "05710001234", "extension": "801"}
    known = Call("a", "1", "pair", "zh", "unknown", "closed", 0.0, extension="801")
    assert learned_values(record(0, 1, direction="out"), known) == {"direction": "out", "called_number": "05710001234"}
    assert learned_values(record(0, 1), known)["ring_s"] == 5.0


@given(st.floats(-1e5, 1e5), st.floats(0, 7200), st.floats(0, 7200))
def test_misfit_is_none_or_not_below_zero(off: float, told: float, real: float) -> None:
    found = misfit(record(1e6 + off, told), call("a", "1", 1e6, real))
    assert found is None or found >= 0
