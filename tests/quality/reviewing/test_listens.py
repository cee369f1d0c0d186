from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.messages import UserError
from quality.reviewing.listens import HEARD, Listens, covered, joined
from quality.store import reading
from tests.quality.department import user

SPANS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)).map(lambda x: (float(x[0]), float(x[0] + x[1]))), max_size=20)


def transcribed(store: Path) -> tuple[str, float]:
    sql = """SELECT c.id, c.duration_s FROM calls.calls c WHERE duration_s > 60
        AND EXISTS (SELECT 1 FROM analysis.utterances WHERE call_id = c.id) LIMIT 1"""
    with reading(store) as connection:
        return tuple(connection.execute(sql).fetchone())


def test_what_was_played_adds_up_to_a_heard_call(own_centre: Path) -> None:
    listens, one, two = Listens(own_centre), user(own_centre, "inspector", 0), user(own_centre, "inspector", 1)
    call, length = transcribed(own_centre)
    half = listens.heard(call, one, [(0.0, length / 2)], now=1000.0)
    assert 0 < half < 1
    assert listens.heard(call, one, [(5.0, length / 3)], now=1010.0) == pytest.approx(half)
    assert listens.heard(call, one, [(length / 2, length + 5)], now=1020.0) == pytest.approx(1.0)
    assert listens.shares(one.id, [call, "other"]) == {call: 1.0}
    assert listens.shares(two.id, [call]) == {}
    (kept,) = listens.of_call(call)
    assert (kept.name, kept.first_at, kept.last_at) == (one.name, 1000.0, 1020.0)
    assert kept.spans == ((0.0, round(length, 2)),)


def test_silence_need_not_be_heard(own_centre: Path) -> None:
    call, _ = transcribed(own_centre)
    with reading(own_centre) as connection:
        sql = "SELECT start_s, end_s FROM analysis.utterances WHERE call_id = ?"
        speech = [tuple(row) for row in connection.execute(sql, (call,))]
    assert Listens(own_centre).heard(call, user(own_centre, "inspector"), speech) >= HEARD


@pytest.mark.parametrize("spans", [[], [(5.0, 5.0)], [(1.0, 2.0)] * 501])
def test_stretches_that_are_none_are_refused(own_centre: Path, spans: list[tuple[float, float]]) -> None:
    with pytest.raises(UserError):
        Listens(own_centre).heard(transcribed(own_centre)[0], user(own_centre, "inspector"), spans)
    with pytest.raises(UserError):
        Listens(own_centre).heard("no such call", user(own_centre, "inspector"), [(1.0, 2.0)])


def test_stretches_join_and_only_the_smallest_pauses_go_when_there_are_too_many() -> None:
    assert joined([(4, 6), (0, 1), (1.4, 2), (5, 7)]) == [(0, 2), (4, 7)]
    many = joined([(n * 2.0, n * 2.0 + 1) for n in range(600)] + [(5000.0, 5001.0)])
    assert len(many) == 500
    assert many[-1] == (5000.0, 5001.0)


@given(SPANS, SPANS)
def test_the_share_is_that_of_the_seconds(wanted: list[tuple[float, float]], heard: list[tuple[float, float]]) -> None:
    whole, played = joined(wanted), joined(heard)
    seconds = {n for start, end in whole for n in range(int(start), int(end))}
    both = {n for start, end in played for n in range(int(start), int(end))} & seconds
    assert covered(whole, played) == pytest.approx(len(both) / len(seconds) if seconds else 0.0)
