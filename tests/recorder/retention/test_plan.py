"""What retention deletes, and what it never does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from analyzer.database import open_to_write
from quality.calls.holds import Holds
from quality.store import writing
from recorder.retention.plan import Circumstances, Plan, make_plan
from recorder.retention.policy import DAY_S, GIB
from recorder.settings.sections import Retention, RetentionRule, Settings, Store
from recorder.store.writer import CallStore
from tests.recorder.evidence.shelf import START, Clock, open_shelf, record

NOW = START + 400 * DAY_S
SIZE = 640  # bytes of a part on the shelf
PLENTY = 500 * GIB


@pytest.fixture
def store(tmp_path: Path) -> CallStore:
    return open_shelf(tmp_path / "store", Clock(NOW))


def plan(
    store: CallStore,
    retention: Retention,
    *rules: RetentionRule,
    free: float = PLENTY,
    now: float = NOW,
    dated: bool = True,
    most: int = 1000,
) -> Plan:
    settings = Settings(store=Store(path=str(store.store)), retention=retention, retention_rule=rules)
    return make_plan(store.store, settings, Circumstances(now, dated, most, lambda: int(free)))


def going(made: Plan) -> list[tuple[str, str]]:
    return [(one.call.id, one.rule) for one in made.deletions]


def old(store: CallStore, name: str, days: float, direction: str = "in", line: str = "1", *, analysed: bool = True) -> None:
    record(store, name, NOW - days * DAY_S, direction=direction, line=line)
    if analysed:
        done(store, name)


def done(store: CallStore, name: str) -> None:
    connection = open_to_write(store.store)
    connection.execute("INSERT INTO jobs VALUES (?, 'v', 'done', 1, '', '2026-01-01T00:00:00.000Z', 1, 1, 1)", (name,))
    connection.commit()
    connection.close()


def test_nothing_goes_by_default(store: CallStore) -> None:
    old(store, "a", 390)
    assert going(plan(store, Retention())) == []


def test_age_by_rule_first_that_fits(store: CallStore) -> None:
    for name, days, direction, line in (
        ("a", 200, "in", "1"), ("b", 200, "in", "2"), ("c", 10, "in", "1"), ("d", 40, "out", "1"), ("e", 100, "out", "1"),
    ):  # fmt: skip
        old(store, name, days, direction, line)
    rules = (RetentionRule("2", "", 365), RetentionRule("", "in", 5), RetentionRule("1", "out", 90))
    assert going(plan(store, Retention(days=60), *rules)) == [("a", "age"), ("e", "age"), ("c", "age")]


@pytest.mark.parametrize("direction", ["out", "unknown"])
@pytest.mark.parametrize("free", [PLENTY, 1.0])
def test_what_may_be_outbound_stays_thirty_days(store: CallStore, direction: str, free: float) -> None:
    """Even if the settings said otherwise, and whatever the disk says."""
    old(store, "young", 29.9, direction)
    old(store, "old", 30.1, direction)
    made = plan(store, Retention(days=1, max_gib=1e-9), free=free)
    assert [name for name, _ in going(made)] == ["old"]
    assert made.kept["floor"] == 1


REVIEWS = """
    INSERT INTO users (id, name, name_key, role, password_hash, password_at, created_at)
        VALUES ('u', 'u', 'u', 'inspector', '', '', '');
    INSERT INTO cases (id, title, problem, solution, effect, good, made_at, made_by, changed_at, removed_at)
        VALUES ('k', 't', 'p', 's', 'e', 1, 'x', 'u', 'x', NULL), ('l', 't', 'p', 's', 'e', 1, 'x', 'u', 'x', 'y');
    INSERT INTO case_clips VALUES ('k', 1, 'b', 0, 1, ''), ('l', 1, 'c', 0, 1, '');
    INSERT INTO assignments (id, call_id, inspector_id, agent_id, reason, detail, assigned_at, assigned_by, submitted_at)
        VALUES ('1', 'd', 'u', '', '', '', '', '', NULL), ('2', 'e', 'u', '', '', '', '', '', 'x');
    INSERT INTO calibrations (id, call_id, form_id, form_version, opened_at, opened_by, due_on)
        VALUES ('1', 'f', 'A', '1', '', '', '')"""


def test_what_is_on_hold_stays(store: CallStore) -> None:
    """By a person, in the case library, given to an inspector, in a calibration; not what is over."""
    for name in "abcdefg":
        old(store, name, 390)
    Holds(store.store).place("a", "lawyer's letter", "ann")
    with writing(store.store) as database:
        for statement in REVIEWS.split(";"):
            database.execute(statement)
    assert [name for name, _ in going(plan(store, Retention(days=30)))] == ["c", "e", "g"]
    assert plan(store, Retention(days=30)).kept == {"held": 4}
    Holds(store.store).release("a", "settled", "ann")
    assert [name for name, _ in going(plan(store, Retention(days=30)))] == ["a", "c", "e", "g"]


@pytest.mark.parametrize(
    "harm", [lambda path: path.write_bytes(b"no database" * 500), lambda path: sqlite3.connect(path).execute("CREATE TABLE x (y)")]
)
def test_holds_that_cannot_be_read_keep_everything(store: CallStore, harm: object) -> None:
    old(store, "a", 390)
    harm(store.store / "review.db")  # type: ignore[operator]
    made = plan(store, Retention(days=30), free=0)
    assert (going(made), made.blind is not None, made.short > 0) == ([], True, True)


def test_a_call_that_waits_for_analysis_gets_a_week_more(store: CallStore) -> None:
    old(store, "a", 36, analysed=False)
    old(store, "b", 38, analysed=False)
    made = plan(store, Retention(days=30))
    assert going(made) == [("b", "age")]
    assert made.kept == {"unanalysed": 1}


def test_the_archive_is_kept_to_its_size(store: CallStore) -> None:
    for number in range(10):
        old(store, f"c{number}", 100 - number)
    made = plan(store, Retention(max_gib=6.5 * SIZE / GIB))
    assert going(made) == [(f"c{number}", "size") for number in range(4)]


def test_a_rule_has_a_size_of_its_own(store: CallStore) -> None:
    for number in range(4):
        old(store, f"a{number}", 100 - number, line="1")
        old(store, f"b{number}", 200 - number, line="2")
    made = plan(store, Retention(), RetentionRule(line="1", max_gib=2 * SIZE / GIB))
    assert going(made) == [("a0", "size"), ("a1", "size")]


def test_the_oldest_goes_when_the_disk_fills(store: CallStore) -> None:
    for number in range(5):
        old(store, f"c{number}", 100 - number)
    made = plan(store, Retention(free_gib=3), free=3 * GIB - 2 * SIZE + 1)
    assert going(made) == [("c0", "space"), ("c1", "space")]
    assert made.short == 0


def test_unanalysed_calls_go_only_when_recording_would_stop(store: CallStore) -> None:
    old(store, "a", 100, analysed=False)
    assert going(plan(store, Retention(free_gib=3), free=2 * GIB)) == []
    made = plan(store, Retention(free_gib=3), free=1000)
    assert going(made) == [("a", "emergency")]


def test_free_gib_zero_deletes_nothing_for_room(store: CallStore) -> None:
    old(store, "a", 100)
    assert going(plan(store, Retention(free_gib=0), free=300 << 20)) == []


def test_nothing_left_is_told_with_figures(store: CallStore) -> None:
    old(store, "a", 3, "out")
    made = plan(store, Retention(free_gib=3), free=1 * GIB)
    assert (going(made), made.short, dict(made.kept)) == ([], 2 << 30, {"floor": 1})


def test_a_call_that_is_being_recorded_is_not_looked_at(store: CallStore) -> None:
    record(store, "a", NOW - 390 * DAY_S)
    with store.writing() as db:
        db.execute("UPDATE calls SET state = 'recording', closed_seq = NULL")
    made = plan(store, Retention(days=1, max_gib=1e-9), free=0)
    assert going(made) == []


@pytest.mark.parametrize("now", [0.0, START + 80 * 365 * DAY_S])
def test_a_clock_that_cannot_be_believed_wipes_nothing(store: CallStore, now: float) -> None:
    old(store, "a", 100, "out")
    old(store, "b", 1)
    made = plan(store, Retention(days=30), now=now, dated=False)
    assert going(made) == []
    made = plan(store, Retention(days=30), now=now, dated=False, free=0)
    assert [name for name, _ in going(made)] == ["b"]  # room is needed now; an outbound call stays


def test_calls_of_a_wrong_clock_have_no_age(store: CallStore) -> None:
    record(store, "of 1970", 1000.0)
    record(store, "of 2099", NOW + 75 * 365 * DAY_S)
    for name in ("of 1970", "of 2099"):
        done(store, name)
    assert going(plan(store, Retention(days=1))) == []


def test_how_many_days_are_left(store: CallStore) -> None:
    assert plan(store, Retention(), free=10 * GIB).days_left is None
    for number in range(14):
        old(store, f"c{number}", 6.9 * number / 14 + 0.01)
    made = plan(store, Retention(free_gib=3), free=3 * GIB + 14 * SIZE)
    assert made.days_left == pytest.approx(6.4, abs=0.2)


def test_only_so_many_at_a_time(store: CallStore) -> None:
    for number in range(5):
        old(store, f"c{number}", 100)
    made = plan(store, Retention(days=30), most=3)
    assert (len(made.deletions), made.complete) == (3, False)
