"""Office traffic: nobody talks twice at a time, every line its own language, every call its own number."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from console.appliance.office import GAP_S, office
from console.demo.bundle import bundled_calls
from console.demo.plan import FIRST_CALL_S, LINES

CALLS = bundled_calls()


@given(st.integers(0, 10_000), st.floats(0, 7200))
def test_calls_of_a_line_follow_each_other(seed: int, seconds: float) -> None:
    plan = office(CALLS, seconds, seed)
    for line in LINES:
        mine = sorted((one for one in plan.placed if one.line == line), key=lambda one: one.rings_at)
        assert all(later.rings_at - earlier.ends_at >= GAP_S[0] for earlier, later in pairwise(mine))
        assert all(one.call.facts.language == line.language and one.ends_at <= seconds for one in mine)
        assert all(one.rings_at >= FIRST_CALL_S for one in mine)
    assert len({one.number for one in plan.placed}) == len(plan.placed)
    assert office(CALLS, seconds, seed) == plan


def test_an_hour_keeps_the_lines_busy() -> None:
    plan = office(CALLS, 3600, 1)
    talked = sum(one.ends_at - one.starts_at for one in plan.placed) / (3600 * len(LINES))
    assert 0.2 < talked < 0.6
    assert {one.line for one in plan.placed} == set(LINES)
