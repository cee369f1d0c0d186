"""calls.db: migrations, who may write, what a damaged or missing one does, the order of closing."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from hw.interfaces import CallRecord
from hw.messages import Message, UserError
from recorder.migrations import Migration, migrate
from recorder.pbx.book import join, keep
from recorder.pbx.matching import Match
from recorder.settings.sections import Agent, Assignment, Line, Settings
from recorder.store.calls import Call, Gap, Part
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB, MIGRATIONS
from recorder.store.writer import CallStore, open_store

CALL = Call("c1", "1", "pair", "zh", "in", "recording", 1000.25, agent_id="a", team="T")
PART = Part("p1", "c1", 1, "audio/p1.part", 1000.25, 8000, 2, "writing")
SETTINGS = Settings(agent=(Agent("a", "A", "T"),), line=(Line("1", "tap", (0, 1)),), assignment=(Assignment("a", line="1"),))


@pytest.fixture
def store(tmp_path: Path) -> CallStore:
    store = CallStore(tmp_path / "store")
    store.sync(SETTINGS)
    return store


def test_a_call_is_read_as_it_was_written(store: CallStore) -> None:
    store.start_call(CALL, PART)
    store.add_gap(Gap("1", 1002.0, 80, "overrun", "c1", "p1", 14_000))
    with CallReader(store.store) as reader:
        assert reader.call("c1") == CALL
        assert reader.parts("c1") == [PART]
        assert reader.gaps("c1") == [Gap("1", 1002.0, 80, "overrun", "c1", "p1", 14_000)]
        assert reader.call("none") is None
        assert reader.calls_closed_since() == []
        assert reader.calls_between(CALL.started_at, CALL.started_at + 1) == [CALL]
        assert [agent.id for agent in reader.agents()] == ["a"]


def test_calls_are_followed_in_the_order_they_close(store: CallStore) -> None:
    for number in (1, 2, 3):
        store.start_call(Call(f"c{number}", "1", "pair", "zh", "in", "recording", 1000.0 * number), None)
    store.close_call("c2")
    with CallReader(store.store) as reader:
        assert [call.id for call in reader.calls_closed_since()] == ["c2"]
        last = reader.calls_closed_since()[-1].closed_seq
        assert last is not None
        store.close_call("c1", "interrupted")
        store.start_call(Call("c4", "1", "pair", "zh", "in", "unanswered", 9000.0), None)
        store.close_call("c3")
        assert [call.id for call in reader.calls_closed_since(last)] == ["c1", "c3"]
        assert [call.id for call in reader.calls_between(1500, 3500)] == ["c2", "c3"]


def test_settings_are_synced_and_what_calls_need_stays(store: CallStore) -> None:
    store.start_call(CALL, PART)
    store.sync(Settings(agent=(Agent("b", "B"),), line=(Line("2", "tap", (0,)),)))
    with CallReader(store.store) as reader:
        assert [agent.id for agent in reader.agents()] == ["a", "b"]
        assert [(line.name, line.layout) for line in reader.lines()] == [("1", "pair"), ("2", "mono")]
    assert store.connection.execute("SELECT count(*) FROM assignments").fetchone()[0] == 0


def test_dropping_a_call_takes_everything_of_it(store: CallStore) -> None:
    store.start_call(CALL, PART)
    store.add_gap(Gap("1", 1002.0, 80, "overrun", "c1", "p1", 14_000))
    kept = keep(store, CallRecord("x", 1000.0, 5.0, "801", "", "in", "123", None, "raw"), 1010.0)
    join(store, Match(kept, CALL, 0.0), {"caller_number": "123"})
    assert store.rows("SELECT number_source FROM calls")[0]["number_source"] == "record"
    store.drop_call("c1")
    for table in ("calls", "parts"):
        assert store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
    # What the device lost is lost all the same, now of the idle line.
    assert [tuple(row) for row in store.connection.execute("SELECT call_id, part_id, frames FROM gaps")] == [(None, None, 80)]
    assert store.connection.execute("SELECT call_id FROM call_records").fetchone()[0] is None


def test_alarms_stand_once(store: CallStore) -> None:
    for _ in range(3):
        store.raise_alarm("disk_low", "/x", 5.0, Message("little", "很少"))
    with CallReader(store.store) as reader:
        assert [alarm.raised_at for alarm in reader.open_alarms()] == [5.0]
        assert reader.open_alarms()[0].detail == Message("little", "很少")
        store.clear_alarm("disk_low", "/x", 9.0)
        store.clear_alarm("disk_low", "/x", 11.0)
        assert reader.open_alarms() == []
        assert [alarm.cleared_at for alarm in reader.alarms()] == [9.0]


def test_alarms_of_a_store_from_before_they_spoke_chinese_read_as_they_were_kept(tmp_path: Path) -> None:
    before = [step for step in MIGRATIONS if step.name != "0030-alarm-words"]
    connection = sqlite3.connect(tmp_path / CALLS_DB, isolation_level=None)
    migrate(connection, before)
    connection.execute("INSERT INTO alarms VALUES (1, 'hum', '1', '2026-11-22T01:00:00.000Z', NULL, 'agent -40 dBFS')")
    with CallReader(tmp_path) as reader:  # pages of a new version may look before the recorder has brought the file up to date
        assert reader.open_alarms()[0].detail == Message("agent -40 dBFS", "agent -40 dBFS")
    CallStore(tmp_path).raise_alarm("hum", "2", 5.0, Message("agent -41 dBFS", "座席 -41 dBFS"))
    with CallReader(tmp_path) as reader:
        assert [alarm.detail.zh for alarm in reader.open_alarms()] == ["agent -40 dBFS", "座席 -41 dBFS"]


def test_what_a_cut_takes_away_is_no_gap_of_the_call(store: CallStore) -> None:
    store.start_call(CALL, PART)
    for start in (100, 450, 600):
        store.add_gap(Gap("1", 1001.0, 100, "overrun", "c1", "p1", start))
    store.trim_gaps("p1", 500)
    assert [(gap.start_frame, gap.frames) for gap in store.gaps("c1")] == [(100, 100), (450, 50)]


def test_a_failed_write_leaves_nothing(store: CallStore) -> None:
    store.start_call(CALL, None)
    with pytest.raises(UserError):
        store.start_call(CALL, PART)
    assert store.parts("c1") == []
    assert not store.connection.in_transaction


def test_readers_cannot_write(store: CallStore) -> None:
    with CallReader(store.store) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.connection.execute("DELETE FROM calls")


def test_files_are_the_groups(store: CallStore) -> None:
    for name in (CALLS_DB, f"{CALLS_DB}-wal", f"{CALLS_DB}-shm"):
        assert stat.S_IMODE((store.store / name).stat().st_mode) == 0o660
    assert stat.S_IMODE(store.store.stat().st_mode) == 0o2770


def test_commits_are_on_the_disk(store: CallStore) -> None:
    assert store.connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert store.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert store.connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_a_missing_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no recordings here yet"):
        CallReader(tmp_path)


@pytest.mark.parametrize("content", [b"garbage" * 4000, b"SQLite format 3\0" + os.urandom(9000), bytes(8192)])
def test_a_damaged_database_is_told_and_set_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CALLS_DB).write_bytes(content)
    with pytest.raises(UserError, match="is damaged"):
        CallReader(tmp_path)
    store, aside = open_store(tmp_path, 1795308557.0)
    assert aside is not None
    assert aside.read_bytes() == content
    assert store.lines() == []


def test_a_sound_database_stays(store: CallStore) -> None:
    store.start_call(CALL, PART)
    store.close()
    again, aside = open_store(store.store, 0.0)
    assert aside is None
    assert again.call("c1") == CALL


def test_a_locked_database_is_told(store: CallStore) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.connection.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(UserError, match="is locked by another program"):
        store.start_call(CALL, PART)
    other.close()


def test_migrations_are_made_once_and_a_broken_one_leaves_no_trace(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    assert migrate(connection, MIGRATIONS[:1]) == ["0001-calls"]
    connection.execute("INSERT INTO lines VALUES ('1', 'pair', '', 'zh')")
    assert migrate(connection, MIGRATIONS) == [step.name for step in MIGRATIONS[1:]]
    assert migrate(connection, MIGRATIONS) == []
    assert connection.execute("SELECT count(*) FROM lines").fetchone()[0] == 1
    broken = Migration("0099-broken", ("CREATE TABLE half (x)", "CREATE NONSENSE"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, [*MIGRATIONS, broken])
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "half" not in names
    assert connection.execute("SELECT count(*) FROM migrations").fetchone()[0] == len(MIGRATIONS)
