from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw.messages import UserError
from quality import readers
from quality.store import reading, writing
from tests.quality.factory import fill


@pytest.fixture
def keeping() -> Iterator[None]:
    readers.keep_readers()
    yield
    readers._keeping.clear()
    if readers._kept.held:
        readers._kept.held[1].close()
        readers._kept.held = None


@pytest.fixture
def store(tmp_path: Path) -> Path:
    fill(tmp_path, calls=5)
    with writing(tmp_path):
        pass
    return tmp_path


def test_nothing_is_kept_unless_asked(store: Path) -> None:
    with reading(store) as first:
        pass
    with pytest.raises(sqlite3.ProgrammingError):
        first.execute("SELECT 1")


@pytest.mark.usefixtures("keeping")
def test_a_kept_connection_sees_what_was_written_since(store: Path) -> None:
    with reading(store) as first:
        assert first.execute("SELECT count(*) FROM review.users").fetchone()[0] == 0
        first.execute("CREATE TABLE scratch (n)")
    with writing(store) as database:
        database.execute("CREATE TABLE later (n)")
    with reading(store) as second:
        assert second is first
        assert second.execute("SELECT count(*) FROM review.later").fetchone()[0] == 0
        with pytest.raises(sqlite3.OperationalError):
            second.execute("SELECT * FROM scratch")


@pytest.mark.usefixtures("keeping")
def test_a_reading_inside_another_has_its_own(store: Path) -> None:
    with reading(store) as outer, reading(store) as inner:
        assert outer is not inner


@pytest.mark.usefixtures("keeping")
def test_another_file_of_the_same_name_is_opened_anew(store: Path) -> None:
    with reading(store) as first:
        assert first.execute("SELECT count(*) FROM calls.calls").fetchone()[0] == 5
    (store / "calls.db").rename(store / "old.db")
    with reading(store) as second:
        assert second is not first
        assert second.execute("SELECT count(*) FROM calls.calls").fetchone()[0] == 0


@pytest.mark.usefixtures("keeping")
def test_after_an_error_nothing_is_kept(store: Path) -> None:
    with pytest.raises(UserError), reading(store) as first:
        first.execute("SELECT * FROM nowhere")
    with reading(store) as second:
        assert second is not first


@pytest.mark.usefixtures("keeping")
def test_each_thread_keeps_its_own(store: Path) -> None:
    seen = []

    def read() -> None:
        with reading(store) as connection:
            seen.append(connection)

    for _ in range(2):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert seen[0] is not seen[1]
