"""A review.db of an older version becomes one of this version with everything in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.users import Users
from quality.schema import MIGRATIONS, REVIEW_DB
from quality.staff.people import People
from quality.store import reading, writing
from recorder.migrations import migrate

BEFORE = tuple(step for step in MIGRATIONS if step.name < "0004")


def old_box(store: Path) -> None:
    database = sqlite3.connect(store / REVIEW_DB, isolation_level=None)
    migrate(database, BEFORE)
    user = "('u1', '张三', '张三', 'inspector', NULL, 'zh', '!', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', NULL)"
    database.execute(f"INSERT INTO users VALUES {user}")
    database.execute("INSERT INTO forms VALUES ('A', '1.0', '{}', '2026-01-01T00:00:00.000Z', '张三')")
    review = "('r1', 'c1', 1, 'A', '1.0', 80, 80, 1, NULL, '', 'u1', '2026-01-01T00:00:00.000Z')"
    database.execute(f"INSERT INTO reviews VALUES {review}")
    database.close()


def test_reading_brings_an_older_box_up_to_date(tmp_path: Path) -> None:
    old_box(tmp_path)
    assert People(tmp_path).list() == []
    assert [u.name for u in Users(tmp_path).list()] == ["张三"]
    with reading(tmp_path) as connection:
        assert connection.execute("SELECT reviewer_id FROM review.reviews").fetchone()[0] == "u1"
    with writing(tmp_path) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("UPDATE reviews SET reviewer_id = 'nobody'")


def test_trainers_have_accounts(tmp_path: Path) -> None:
    old_box(tmp_path)
    assert Users(tmp_path).add("李老师", "listen-to-calls", "trainer").role == "trainer"
    with pytest.raises(UserError, match="Unknown role"):
        Users(tmp_path).add("王老师", "listen-to-calls", "teacher")
