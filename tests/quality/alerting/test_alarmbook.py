"""Who has seen to an alarm: kept beside calls.db, found again whatever becomes of its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.messages import Message, UserError
from quality.alerting.alarmbook import AlarmBook
from quality.changes import list_changes
from recorder.store.writer import CallStore
from recorder.watch.alarms import NOTHING
from tests.console.command import answer, callbox, refused


@pytest.fixture
def store(tmp_path: Path) -> CallStore:
    store = CallStore(tmp_path / "store")
    store.raise_alarm("hum", "3", 1000.0, Message("agent -40 dBFS", "座席 -40 dBFS"))
    store.raise_alarm("device_gone", "tap", 2000.0, NOTHING)
    store.raise_alarm("one_sided", "1", 500.0, NOTHING)
    store.clear_alarm("one_sided", "1", 600.0)
    return store


@pytest.fixture
def book(store: CallStore) -> AlarmBook:
    return AlarmBook(store.store)


def test_alarms_stand_with_their_severity_until_the_recorder_clears_them(store: CallStore, book: AlarmBook) -> None:
    assert [(alarm.kind, alarm.severity) for alarm in book.standing()] == [("hum", "warning"), ("device_gone", "critical")]
    assert [alarm.kind for alarm in book.latest()] == ["one_sided", "device_gone", "hum"]
    book.acknowledge(1, "王工")
    assert len(book.standing()) == 2
    store.clear_alarm("hum", "3", 3000.0)
    assert [alarm.kind for alarm in book.standing()] == ["device_gone"]
    assert book.latest()[2].acknowledged[0].by == "王工"


def test_every_word_is_kept_with_who_and_when_and_in_the_log(store: CallStore, book: AlarmBook) -> None:
    book.acknowledge(1, " 王  工 ", "换了电缆", now=1500.0)
    alarm = book.acknowledge(1, "Li", "still there", now=1600.0)
    kept = [(ack.by, ack.at, ack.note) for ack in alarm.acknowledged]
    assert kept == [("王 工", 1500.0, "换了电缆"), ("Li", 1600.0, "still there")]
    assert [(change.by, change.action) for change in list_changes(store.store)] == [("Li", "alarm.ack"), ("王 工", "alarm.ack")]


def test_the_same_line_humming_again_is_another_alarm(store: CallStore, book: AlarmBook) -> None:
    book.acknowledge(1, "王工")
    store.clear_alarm("hum", "3", 3000.0)
    store.raise_alarm("hum", "3", 4000.0, NOTHING)
    assert book.standing()[-1].acknowledged == ()


def test_numbers_that_begin_anew_with_calls_db_acknowledge_nothing(store: CallStore, book: AlarmBook, tmp_path: Path) -> None:
    book.acknowledge(1, "王工")
    store.close()
    for name in ("calls.db", "calls.db-wal", "calls.db-shm"):
        (tmp_path / "store" / name).unlink(missing_ok=True)
    CallStore(tmp_path / "store").raise_alarm("hum", "3", 9000.0, NOTHING)
    assert [(alarm.id, alarm.acknowledged) for alarm in book.standing()] == [(1, ())]


@pytest.mark.parametrize(
    ("number", "by", "note"), [(9, "王工", ""), (1, "", ""), (1, "x" * 41, ""), (1, "a\x1bb", ""), (1, "x", "n" * 501)]
)
def test_what_cannot_be_acknowledged(book: AlarmBook, number: int, by: str, note: str) -> None:
    with pytest.raises(UserError):
        book.acknowledge(number, by, note)
    assert all(alarm.acknowledged == () for alarm in book.latest())


def test_on_the_command_line(store: CallStore, tmp_path: Path) -> None:
    config = tmp_path / "callbox.toml"
    config.write_text(f'[store]\npath = "{store.store}"\n', encoding="utf-8")
    before = callbox("alarms", "--config", config)
    assert before.returncode == 1 and "mains hum" in before.stdout and "one side only" not in before.stdout
    assert callbox("alarms", "ack", "2", "--by", "王工", "--note", "插好了", "--config", config).returncode == 0
    after = callbox("alarms", "--all", "--config", config, CALLBOX_LANG="zh")
    assert after.returncode == 0 and "王工" in after.stdout and "插好了" in after.stdout and "只有单边声音" in after.stdout
    told = answer(callbox("alarms", "--json", "--config", config))["alarms"]
    assert [(alarm["id"], len(alarm["acknowledged"])) for alarm in told] == [(1, 0), (2, 1)]
    assert {"kind", "severity", "subject", "raised_at", "cleared_at", "detail", "name", "do"} <= set(told[0])
    assert "no alarm 7" in refused("alarms", "ack", "7", "--by", "x", "--config", config)
    status = answer(callbox("status", "--json", "--config", config))["alarms"]
    assert [(alarm["id"], alarm["severity"], alarm["acknowledged_by"]) for alarm in status] == [
        (1, "warning", ""),
        (2, "critical", "王工"),
    ]
    assert "1 critical, 1 warning; 1 not acknowledged" in callbox("status", "--config", config).stdout
