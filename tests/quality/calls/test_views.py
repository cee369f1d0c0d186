from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.scope import Scope
from quality.calls.filter import CallFilter
from quality.calls.paging import SORTS
from quality.calls.rows import CallRow
from quality.calls.views import Views
from tests.quality.factory import AGENTS, LINES, Made

SHANGHAI = timezone(timedelta(hours=8))
Box = tuple[Path, list[Made]]


def walk(views: Views, wanted: CallFilter, sort: str = "newest", limit: int = 7) -> list[CallRow]:
    rows: list[CallRow] = []
    cursor = None
    while True:
        page = views.list_calls(wanted, cursor, limit, sort)
        assert len(page.rows) <= limit
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


def local_day(call: Made) -> date:
    return datetime.fromtimestamp(call.started_at, SHANGHAI).date()


FILTERS: dict[str, tuple[CallFilter, Callable[[Made], bool]]] = {
    "all": (CallFilter(), lambda _: True),
    "agent": (CallFilter(agent="8002"), lambda c: c.agent_id == "8002"),
    "team": (CallFilter(team="售后"), lambda c: c.team == "售后"),
    "line": (CallFilter(line="line3"), lambda c: c.line == "line3"),
    "number": (CallFilter(number="13-5"), lambda c: "135" in c.caller_number),
    "called": (CallFilter(number="400 800"), lambda _: True),
    "since": (CallFilter(since=date(2026, 11, 18)), lambda c: local_day(c) >= date(2026, 11, 18)),
    "until": (CallFilter(until=date(2026, 11, 18)), lambda c: local_day(c) <= date(2026, 11, 18)),
    "duration": (CallFilter(min_duration_s=60, max_duration_s=90), lambda c: c.duration_s is not None and 60 <= c.duration_s <= 90),
    "rule": (CallFilter(rule="opening"), lambda c: any(h.rule == "opening" for h in c.hits)),
    "risk": (CallFilter(score="risk", max_score=70), lambda c: c.scores is not None and c.scores[2] <= 70),
    "compliance": (CallFilter(min_score=95), lambda c: c.scores is not None and c.scores[0] >= 95),
    "priority": (CallFilter(priority=True), lambda c: c.high_priority),
    "no priority": (CallFilter(priority=False), lambda c: not c.high_priority),
    "unanswered": (CallFilter(state="unanswered"), lambda c: c.state == "unanswered"),
    "waiting": (CallFilter(analysis="waiting"), lambda c: c.state == "closed" and c.job is None),
    "parked": (CallFilter(analysis="parked"), lambda c: c.job == "parked"),
    "none": (CallFilter(analysis="none"), lambda c: c.state == "unanswered"),
    "reviewed": (CallFilter(reviewed=True), lambda _: False),
    "not reviewed": (CallFilter(reviewed=False), lambda _: True),
    "own": (CallFilter(scope=Scope("8001")), lambda c: c.agent_id == "8001"),
    "own, asking for another's": (CallFilter(agent="8002", scope=Scope("8001")), lambda _: False),
    "own, bound to nobody": (CallFilter(scope=Scope("")), lambda _: False),
    "no ids": (CallFilter(ids=frozenset()), lambda _: False),
    "several": (CallFilter(team="售前", rule="closing", since=date(2026, 11, 17)), lambda c: c.team == "售前"
                and any(h.rule == "closing" for h in c.hits) and local_day(c) >= date(2026, 11, 17)),
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_lists_exactly_its_calls(box: Box, name: str) -> None:
    store, made = box
    wanted, fits = FILTERS[name]
    expected = [call.id for call in reversed(made) if fits(call)]
    assert [row.id for row in walk(Views(store), wanted)] == expected
    page = Views(store).list_calls(wanted, limit=5)
    assert (page.total, page.total_exact) == (len(expected), True)


KEYS: dict[str, Callable[[CallRow], object]] = {
    "newest": lambda r: -r.started_at, "oldest": lambda r: r.started_at, "longest": lambda r: -(r.duration_s or 0),
    "shortest": lambda r: r.duration_s, "compliance": lambda r: r.scores and r.scores.compliance,
    "experience": lambda r: r.scores and r.scores.experience, "risk": lambda r: r.scores and r.scores.risk,
    "priority": lambda r: (not r.high_priority, -r.started_at),
}  # fmt: skip


@pytest.mark.parametrize("limit", [1, 9, 500])
@pytest.mark.parametrize("sort", SORTS)
def test_each_order_pages_through_every_call_once(box: Box, sort: str, limit: int) -> None:
    store, made = box
    rows = walk(Views(store), CallFilter(), sort, limit)
    assert [KEYS[sort](row) for row in rows] == sorted(KEYS[sort](row) for row in rows)  # type: ignore[type-var]
    kept = [c for c in made if c.duration_s] if sort in ("longest", "shortest") else made
    kept = [c for c in made if c.scores] if sort in ("compliance", "experience", "risk") else kept
    assert sorted(row.id for row in rows) == sorted(call.id for call in kept)


def test_a_page_boundary_between_high_and_other_priority(box: Box) -> None:
    store, made = box
    high = sum(call.high_priority for call in made)
    first = Views(store).list_calls(limit=high, sort="priority")
    assert all(row.high_priority for row in first.rows)
    second = Views(store).list_calls(cursor=first.next_cursor, limit=high, sort="priority")
    assert not any(row.high_priority for row in second.rows)


def test_a_row_carries_what_the_three_databases_say(box: Box) -> None:
    store, made = box
    names = {agent: name for agent, name, _ in AGENTS}
    for row, call in zip(walk(Views(store), CallFilter(), "oldest", 100), made, strict=True):
        assert (row.id, row.started_at, row.duration_s) == (call.id, call.started_at, call.duration_s)
        assert row.agent_name == names[call.agent_id]
        assert row.rules == tuple(hit.rule for hit in call.hits)
        assert (row.scores is None) == (call.scores is None)
        state = call.job or ("none" if call.state == "unanswered" else "waiting")
        assert row.analysis.state == state
        assert bool(row.analysis.reason) == (state in ("parked", "failed"))


def test_a_call_page_has_everything(box: Box) -> None:
    store, made = box
    wanted = next(call for call in made if len(call.hits) >= 2)
    view = Views(store).call(wanted.id)
    assert view is not None
    assert view.hits == wanted.hits
    assert [view.hits[d.hit].rule for d in view.deductions] == [d.rule for d in view.deductions] == [h.rule for h in wanted.hits]
    assert len(view.utterances) == 9
    assert view.parts[0].duration_s == pytest.approx(wanted.duration_s, abs=1 / 8000)
    assert view.acoustics == {"agent_speech_share": 0.5}


def test_a_call_of_another_agent_is_not_there(box: Box) -> None:
    store, made = box
    assert Views(store).call(made[0].id, Scope(made[0].agent_id)) is not None
    assert Views(store).call(made[0].id, Scope("")) is None
    assert Views(store).call("no such call") is None


def test_choices_are_what_occurs(box: Box) -> None:
    store, made = box
    choices = Views(store).choices()
    assert choices.agents == tuple((agent, name) for agent, name, _ in AGENTS)
    assert choices.lines == LINES
    assert choices.rules == tuple(sorted({hit.rule for call in made for hit in call.hits}))


def test_a_fresh_box_is_empty_and_stays_untouched(tmp_path: Path) -> None:
    page = Views(tmp_path).list_calls(CallFilter(rule="opening", reviewed=True), sort="risk")
    assert (page.rows, page.next_cursor, page.total) == ((), None, 0)
    assert Views(tmp_path).choices().agents == ()
    assert list(tmp_path.iterdir()) == []


def test_calls_without_an_analysis_database_wait(box: Box, tmp_path: Path) -> None:
    shutil.copy(box[0] / "calls.db", tmp_path)
    rows = Views(tmp_path).list_calls(limit=400).rows
    assert {row.analysis.state for row in rows} == {"waiting", "none"}


@pytest.mark.parametrize("cursor", ["x", "!!", "bm90IGpzb24=", "WzEsMl0=", "WzksICJhIiwgImIiXQ=="])
def test_a_broken_cursor_is_a_clear_error(box: Box, cursor: str) -> None:
    with pytest.raises(UserError, match="first page"):
        Views(box[0]).list_calls(cursor=cursor)


def test_unknown_names_are_clear_errors(box: Box) -> None:
    with pytest.raises(UserError, match="order"):
        Views(box[0]).list_calls(sort="colour")
    with pytest.raises(UserError, match="score"):
        Views(box[0]).list_calls(CallFilter(score="beauty", min_score=1))


def test_a_local_day_begins_at_local_midnight(box: Box) -> None:
    store, made = box
    before = sum(datetime.fromtimestamp(c.started_at, UTC).date() <= date(2026, 11, 17) for c in made)
    assert Views(store, "UTC").list_calls(CallFilter(until=date(2026, 11, 17)), limit=1).total == before


def test_a_folder_with_a_strange_name_works(box: Box, tmp_path: Path) -> None:
    odd = tmp_path / "录音 #1?%20"
    shutil.copytree(box[0], odd)
    assert Views(odd).list_calls(limit=1).rows
