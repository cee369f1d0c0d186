"""Calls that people wait for are understood first; those that nobody waits for still come."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.backlog import Backlog
from analyzer.behind import Meter, read_behind
from analyzer.priorities import LOOK_S, REVIEW_DB, Priorities
from analyzer.store import AnalysisStore
from analyzer.worker import Worker
from quality.alerting.alerts import Alerts, raise_alert
from quality.schema import MIGRATIONS
from quality.store import writing
from recorder.migrations import migrate
from tests.analyzer.recordings import Recordings
from tests.analyzer.test_worker import FakeAnalyst

NOW = 1_795_100_000.0


@pytest.fixture
def recordings(tmp_path: Path) -> Iterator[Recordings]:
    made = Recordings(tmp_path)
    yield made
    made.close()


def _alert(store: Path, call_id: str) -> None:
    with writing(store) as database:
        raise_alert(database, "priority_call", call_id, {}, NOW)


def _assign(store: Path, call_id: str, plan: bool = True) -> None:
    at = "2026-01-01T00:00:00.000Z"
    with writing(store) as database:
        user = ("u1", "张三", "张三", "inspector", None, "zh", "!", at, at, None)
        columns = "id, name, name_key, role, agent_id, language, password_hash, password_at, created_at, disabled_at"
        database.execute(f"INSERT OR IGNORE INTO users ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", user)
        row = ("p1", "2026-01-01", "u1", 1, 1, 1, 1.0, at, "u1")
        database.execute("INSERT OR IGNORE INTO sampling_plans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        database.execute(
            """INSERT INTO assignments (id, call_id, inspector_id, plan_id, agent_id, reason, detail, assigned_at, assigned_by)
            VALUES (?, ?, 'u1', ?, '1', 'random', '{}', ?, 'u1')""",
            ("a" + call_id, call_id, "p1" if plan else None, at),
        )


def _order(backlog: Backlog) -> list[str]:
    return [call.id for call in iter(lambda: backlog.next(NOW), None)]


def test_without_people_nothing_goes_first(tmp_path: Path) -> None:
    assert Priorities(tmp_path).calls(NOW) == frozenset()
    assert not (tmp_path / REVIEW_DB).exists()  # looking makes no file


def test_sampled_calls_and_alerts_go_first_and_the_oldest_is_not_starved(tmp_path: Path, recordings: Recordings) -> None:
    calls = [recordings.add() for _ in range(10)]
    for n in (2, 3, 4, 5):
        _assign(tmp_path, calls[n], plan=n % 2 == 0)
    _alert(tmp_path, calls[6])
    backlog = Backlog(tmp_path, AnalysisStore(tmp_path), "2")
    assert [calls.index(c) for c in _order(backlog)] == [6, 5, 4, 0, 3, 2, 9, 1, 8, 7]


def test_what_is_dealt_with_goes_first_no_longer(tmp_path: Path) -> None:
    _assign(tmp_path, "c1")
    _alert(tmp_path, "c2")
    priorities = Priorities(tmp_path)
    assert priorities.calls(NOW) == {"c1", "c2"}
    with writing(tmp_path) as database:
        database.execute("UPDATE assignments SET submitted_at = assigned_at")
        database.execute("UPDATE alerts SET closed_at = opened_at")
    assert priorities.calls(NOW + LOOK_S - 1) == {"c1", "c2"}
    assert priorities.calls(NOW + LOOK_S) == frozenset()
    assert Alerts(tmp_path).list() == []


@pytest.mark.parametrize("damage", ["old", "garbage"])
def test_a_review_db_that_cannot_be_read_only_costs_the_order(
    tmp_path: Path, recordings: Recordings, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    calls = [recordings.add() for _ in range(3)]
    if damage == "old":
        database = sqlite3.connect(tmp_path / REVIEW_DB, isolation_level=None)
        migrate(database, [step for step in MIGRATIONS if step.name < "0022"])
        database.close()
    else:
        (tmp_path / REVIEW_DB).write_bytes(b"no database" * 1000)
    assert _order(Backlog(tmp_path, AnalysisStore(tmp_path), "2")) == calls[::-1]
    assert sum("which calls go first" in record.message for record in caplog.records) == 1


def test_how_many_people_wait_for_is_told(tmp_path: Path, recordings: Recordings) -> None:
    calls = [recordings.add() for _ in range(4)]
    for n in (0, 1):
        _assign(tmp_path, calls[n])
    Worker(tmp_path, AnalysisStore(tmp_path), FakeAnalyst(), version="2", attempts=3, meter=Meter(tmp_path / "run")).step(NOW)
    told = read_behind(tmp_path / "run")
    assert told is not None and (told.calls, told.first) == (3, 1)
