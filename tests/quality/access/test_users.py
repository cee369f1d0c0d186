from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access import passwords
from quality.access.users import Users
from quality.changes import list_changes

PASSWORD = "listen-to-calls"  # noqa: S105


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt is slow on purpose; the tests need its shape only."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")


def test_a_new_user_logs_in_by_name_in_any_case(tmp_path: Path) -> None:
    users = Users(tmp_path)
    added = users.add("Li Ming", PASSWORD, "inspector", language="zh")
    assert users.check("li ming", PASSWORD) == added
    assert users.get(added.id) == added
    assert users.list() == [added]


def test_a_fresh_box_has_no_users_and_lets_no_one_in(tmp_path: Path) -> None:
    assert Users(tmp_path).list() == []
    assert Users(tmp_path).check("admin", "admin") is None
    assert not (tmp_path / "review.db").exists()


def test_wrong_password_unknown_name_and_disabled_are_all_refused(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("root", PASSWORD, "admin")
    users.add("wang", PASSWORD, "agent", agent_id="8001")
    assert users.check("wang", PASSWORD + "x") is None
    assert users.check("nobody", PASSWORD) is None
    users.disable("wang")
    assert users.check("wang", PASSWORD) is None
    users.enable("wang")
    assert users.check("wang", PASSWORD) is not None


def test_an_unknown_name_costs_a_hash_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    real = passwords.check_password_hash
    monkeypatch.setattr(passwords, "check_password_hash", lambda stored, text: checked.append(stored) or real(stored, text))
    assert Users(tmp_path).check("nobody", PASSWORD) is None
    assert len(checked) == 1


def test_a_new_password_replaces_the_old_and_marks_the_session(tmp_path: Path) -> None:
    users = Users(tmp_path)
    before = users.add("li", PASSWORD, "manager")
    users.set_password("LI", "another-password")
    assert users.check("li", PASSWORD) is None
    after = users.check("li", "another-password")
    assert after is not None
    assert after.password_at >= before.password_at


@pytest.mark.parametrize("password", ["short", "12345678", "aaaaaaaaa", "PASSWORD", "zhangsan", "x" * 129, "密码密码"])
def test_weak_passwords_are_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(UserError) as caught:
        Users(tmp_path).add("zhangsan", password, "manager")
    assert caught.value.message.en != caught.value.message.zh


@pytest.mark.parametrize(
    ("name", "role", "more"),
    [("", "admin", {}), ("a" * 41, "admin", {}), ("a\nb", "admin", {}), ("x", "boss", {}), ("x", "agent", {}),
     ("x", "admin", {"language": "fr"})],
)  # fmt: skip
def test_bad_accounts_are_refused(tmp_path: Path, name: str, role: str, more: dict[str, str]) -> None:
    with pytest.raises(UserError):
        Users(tmp_path).add(name, PASSWORD, role, **more)
    assert Users(tmp_path).list() == []


def test_a_taken_name_is_refused_whatever_its_case_or_width(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("Li", PASSWORD, "manager")
    with pytest.raises(UserError, match="already"):
        users.add("ｌｉ", PASSWORD, "manager")


def test_the_last_administrator_stays(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("one", PASSWORD, "admin")
    with pytest.raises(UserError, match="last administrator"):
        users.disable("one")
    users.add("two", PASSWORD, "admin")
    users.disable("one")
    assert [user.disabled for user in users.list()] == [True, False]


def test_changes_are_logged_without_passwords(tmp_path: Path) -> None:
    users = Users(tmp_path)
    added = users.add("li", PASSWORD, "manager", by="root")
    users.set_password("li", "another-password", by="li")
    assert [(c.action, c.by) for c in list_changes(tmp_path, added.id)] == [("user.passwd", "li"), ("user.add", "root")]
    dump = "\n".join(sqlite3.connect(tmp_path / "review.db").iterdump())
    assert PASSWORD not in dump
    assert "another-password" not in dump


def test_a_missing_store_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be used"):
        Users(tmp_path / "absent").add("li", PASSWORD, "manager")


def test_a_broken_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "review.db").write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match="cannot be used"):
        Users(tmp_path).list()


def test_disabling_nobody_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no user"):
        Users(tmp_path).disable("ghost")
