"""The columns of all calls, against a slow plain computation over what was written into the databases."""

from __future__ import annotations

import itertools
import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.schema import ANALYSIS_DB
from hw.messages import UserError
from quality.callindex import index as callindex
from quality.callindex import numbers
from quality.callindex.columns import Columns
from quality.calls.filter import CallFilter
from quality.calls.paging import SORTS, Cursor
from quality.calls.views import Views
from quality.schema import REVIEW_DB
from quality.store import reading
from recorder.store.schema import CALLS_DB
from tests.quality.plaincalls import Box, Call, calls, filters, fits, has_value, key


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def names(count: int) -> list[str]:
    return [str(uuid.UUID(int=n + 1)) for n in range(count)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(calls, min_size=3, max_size=12),
    st.lists(st.tuples(st.integers(0, 12), calls), min_size=2, max_size=6),
    st.lists(filters, min_size=6, max_size=12),
)
def test_every_combination_of_filters_lists_what_a_plain_computation_does(
    tmp_path_factory: pytest.TempPathFactory, first: list[Call], changes: list[tuple[int, Call]], wanted: list[CallFilter]
) -> None:
    box = Box(tmp_path_factory.mktemp("box"))
    views = Views(box.store, "UTC")
    for name, call in zip(names(len(first)), first, strict=True):
        box.put(name, call)
    views.list_calls()  # what follows is followed, not read anew
    for number, call in changes:
        box.put(names(16)[number], call)
        for asked, sort in zip(wanted[:2], TRIED, strict=False):
            check(views, box, asked, sort)
    for asked, sort in zip(wanted, itertools.cycle(TRIED), strict=False):
        check(views, box, asked, sort)
    box.close()


TRIED = ("newest", "priority", "compliance", "shortest")


def check(views: Views, box: Box, asked: CallFilter, sort: str) -> None:
    expected = {name for name, call in box.known.items() if fits(call, asked)}
    shown, cursor = [], None
    while True:
        page = views.list_calls(asked, cursor, 5, sort)
        shown += [row.id for row in page.rows]
        if not (cursor := page.next_cursor):
            break
    assert len(shown) == len(set(shown)) == page.total
    assert set(shown) == {name for name in expected if has_value(box.known[name], sort)}, (asked, sort)
    keys = [key(box.known[name], sort) for name in shown]
    assert keys == sorted(keys)


@given(st.lists(st.text("0123456789*#+", max_size=16), min_size=1, max_size=8), st.text("0123456789*#+", min_size=1, max_size=17))
def test_a_piece_of_a_number_is_found_wherever_it_stands(texts: list[str], piece: str) -> None:
    planes, odd = numbers.encode(texts)
    assert not odd
    assert numbers.find(planes, piece).tolist() == [piece in text for text in texts]


def test_numbers_that_fit_no_plane_are_named() -> None:
    planes, odd = numbers.encode(["123", "1" * 17, "匿名", "withheld", ""])
    assert odd == [1, 2, 3]
    assert numbers.find(planes, "1").tolist() == [True, False, False, False, False]


def arrays(rows: list[int], started: list[int]) -> dict[str, np.ndarray]:
    values = {name: np.zeros(len(rows), array.dtype) for name, array in Columns(0)._arrays.items()}
    values["row"][:], values["started"][:] = rows, started
    return values


@given(st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=6), max_size=12))
def test_calls_stand_in_order_of_time_whenever_they_come(batches: list[list[int]]) -> None:
    columns, row, expected = Columns(0), 0, []
    for batch in batches:
        rows = list(range(row + 1, row + 1 + len(batch)))
        row += len(batch)
        columns.add(arrays(rows, batch), np.zeros((2, 8, len(batch)), "u1"))
        expected += zip(batch, rows, strict=True)
    expected.sort()
    assert columns["started"].tolist() == [started for started, _ in expected]
    assert columns["row"].tolist() == [number for _, number in expected]
    assert columns.places(number for _, number in expected).tolist() == list(range(len(expected)))
    assert columns.places([0, row + 1, 10**7]).tolist() == [-1, -1, -1]


def plain(started: float = 0.0) -> Call:
    return Call(
        started, 60.0, "8001", "a", "line1", "in", "closed", None, "138", "400", "done", (90.0, 90.0, 90.0), False, 1.0, frozenset(), (), None  # noqa: E501
    )  # fmt: skip


def test_a_change_is_read_alone_and_a_new_file_makes_everything_anew(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    whole = callindex.load
    monkeypatch.setattr(callindex, "load", lambda *given: (read.append(given[3]), whole(*given))[1])
    for name in names(3):
        box.put(name, plain())
    views = Views(box.store, "UTC")
    views.list_calls()
    views.list_calls()
    assert read == [None]
    box.put(names(3)[1], replace(plain(), duration=99.0))
    assert views.list_calls(CallFilter(min_duration_s=99)).total == 1
    assert read == [None, [names(3)[1]]]
    monkeypatch.setattr(callindex, "MOST", 2)
    box.put(names(3)[1], replace(plain(), duration=98.0))
    assert views.list_calls(CallFilter(min_duration_s=98)).total == 1
    assert read[2:] == [None]
    box.close()
    (box.store / CALLS_DB).rename(box.store / "old.db")
    assert views.list_calls().total == 0


def test_a_database_of_an_older_release_is_read_all_the_same(box: Box) -> None:
    box.put(names(1)[0], plain())
    for name, table in ((CALLS_DB, "changed_calls"), (ANALYSIS_DB, "changed_results")):
        for (trigger,) in box.files[name].execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            box.files[name].execute(f"DROP TRIGGER {trigger}")
        box.files[name].execute(f"DROP TABLE {table}")
    box.files[ANALYSIS_DB].execute("ALTER TABLE results DROP COLUMN first_utterance")
    views = Views(box.store, "UTC")
    assert views.list_calls(CallFilter(min_score=90)).total == 1
    box.files[CALLS_DB].execute("UPDATE calls SET line = 'line7'")
    assert views.list_calls(CallFilter(line="line7")).total == 1


def test_more_rules_than_there_are_bits(box: Box) -> None:
    for number, name in enumerate(names(70)):
        box.put(name, replace(plain(float(number)), rules=((f"rule{number}", "agent"),)))
    views = Views(box.store, "UTC")
    for number in (0, 1, 62, 63, 64, 69):
        rows = views.list_calls(CallFilter(rule=f"rule{number}")).rows
        assert [row.rules for row in rows] == [(f"rule{number}",)]


def test_drafts_are_a_persons_own(box: Box) -> None:
    for name in names(3):
        box.put(name, plain())
    database = box.files[REVIEW_DB]
    given = {"call_id": names(3)[1], "user_id": "ann"}
    columns = [row[1] for row in database.execute("PRAGMA table_info(review_drafts)")]
    empty = {name: 0 if name in ("based_on", "number", "revision") else "" for name in columns}
    box._insert(database, "review_drafts", empty | given)
    views = Views(box.store, "UTC")
    assert [row.id for row in views.list_calls(CallFilter(draft_of="ann")).rows] == [names(3)[1]]
    assert views.list_calls(CallFilter(draft_of="bob")).total == 0


@pytest.mark.parametrize("after", [-5, 70_000, 10**400, 1e300, float("inf"), float("nan")])
@pytest.mark.parametrize("sort", [sort for sort, (column, _) in SORTS.items() if column])
def test_a_cursor_that_somebody_made_up_is_refused_or_leads_somewhere(box: Box, sort: str, after: float) -> None:
    box.put(names(1)[0], plain(0.0))
    views, call = Views(box.store, "UTC"), names(1)[0]
    with suppress(UserError):
        views.list_calls(cursor=Cursor(sort, after, call).text(), limit=3, sort=sort)


@pytest.mark.parametrize("sort", SORTS)
def test_a_cursor_of_a_call_that_is_not_there_is_refused(box: Box, sort: str) -> None:
    box.put(names(1)[0], plain(0.0))
    with pytest.raises(UserError, match="first page"):
        Views(box.store, "UTC").list_calls(cursor=Cursor(sort, 1.0, names(2)[1]).text(), sort=sort)


def test_a_call_whose_beginning_is_corrected_takes_its_new_place(box: Box) -> None:
    for number, name in enumerate(names(4)):
        box.put(name, plain(float(number)))
    views = Views(box.store, "UTC")
    views.list_calls()
    box.put(names(4)[0], plain(2.5))
    assert [row.id for row in views.list_calls(sort="oldest").rows] == [names(4)[n] for n in (1, 2, 0, 3)]


def test_a_reading_that_began_earlier_makes_nothing_anew(box: Box) -> None:
    box.put(names(2)[0], plain())
    views = Views(box.store, "UTC")
    views.list_calls()
    with reading(box.store) as earlier:
        assert earlier.execute("SELECT count(*) FROM calls.calls").fetchone()[0] == 1  # its snapshot is taken
        box.put(names(2)[1], plain(1.0))
        assert views.list_calls().total == 2
        with callindex.open_index(earlier, box.store) as index:
            assert (index.made, index.columns.count) == (1, 2)
    assert views.list_calls().total == 2
