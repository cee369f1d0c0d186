"""Writes in order, whatever the database does, also those asked for within another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.store.journal import Journal, Write
from recorder.store.reader import broken
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    store = CallStore(tmp_path)
    yield Journal(store)
    store.close()


def test_a_write_within_a_write_is_made_after_it(journal: Journal) -> None:
    made: list[str] = []

    def outer(_store: CallStore) -> None:
        journal.do(lambda _: made.append("asked for within"))
        made.append("outer")

    journal.do(outer)
    assert made == ["outer", "asked for within"]
    assert len(journal) == 0


def test_an_alarm_may_be_raised_within_a_transaction(journal: Journal) -> None:
    alarms = Alarms(journal, lambda: 0.0)

    def write(store: CallStore) -> None:
        with store.writing():
            alarms.set("disk_low", "/store", True)

    journal.do(write)
    assert [alarm.kind for alarm in journal.store.open_alarms()] == ["disk_low"]


def refusing(times: int, made: list[int], journal: Journal | None = None) -> Write:
    """A write that a locked database refuses so many times."""
    left = [times]

    def write(store: CallStore) -> None:
        if journal is not None and left[0] == times:
            journal.do(lambda _: made.append(-1))
        if left[0]:
            left[0] -= 1
            error = sqlite3.OperationalError("database is locked")
            raise broken(store.path, error) from error
        made.append(1)

    return write


def test_what_a_locked_database_refuses_waits_and_keeps_its_order(journal: Journal) -> None:
    made: list[int] = []
    journal.do(refusing(2, made, journal))
    journal.do(lambda _: made.append(2))
    assert (made, journal.stuck, len(journal)) == ([], True, 3)
    journal.step()
    assert (made, journal.stuck) == ([1, -1, 2], False)


def test_a_mistake_is_raised_each_time(journal: Journal) -> None:
    def mistake(_store: CallStore) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        journal.do(mistake)
    with pytest.raises(ZeroDivisionError):
        journal.step()
