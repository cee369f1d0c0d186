"""The audit log: what an entry says, and that nobody alters, takes out or puts in one unseen."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.messages import UserError
from quality.audit.book import AuditBook, Wanted
from quality.audit.chain import ADDRESS, note, note_listen
from quality.audit.check import Looked, check
from quality.audit.cut import cut
from quality.audit.entries import CHANGE, COLUMNS, LISTEN, REFUSAL
from quality.audit.words import is_named
from quality.changes import list_changes, record
from quality.schema import MIGRATIONS
from quality.store import writing
from recorder.evidence.witness import Witness, audit_head
from recorder.migrations import migrate
from recorder.store.journal import Journal
from recorder.store.writer import CallStore

HOUSE = Path(__file__).parents[3]
ZONE = "Asia/Shanghai"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A log of six entries: the chain's beginning and five more."""
    with writing(tmp_path) as database:
        record(database, "root", "user.add", "u1", {"name": "李"})
    note(tmp_path, LISTEN, "li", "call.listen", "c1")
    note(tmp_path, REFUSAL, "", "refused.role", "GET /users")
    note(tmp_path, CHANGE, "li", "review.save", "c1", {"version": 1})
    note(tmp_path, CHANGE, "li", "review.save", "c1", {"version": 2})
    return tmp_path


def problems(store: Path) -> list[tuple[str, str]]:
    return [(problem.kind, problem.id) for problem in check(store, Looked())]


def tamper(store: Path, *statements: str) -> None:
    with sqlite3.connect(store / "review.db") as database:
        for statement in statements:
            database.execute(statement)


def test_an_untouched_log_is_whole(store: Path) -> None:
    looked = Looked()
    assert list(check(store, looked)) == []
    assert (looked.entries, looked.older, looked.last_seq) == (6, 0, 6)
    assert audit_head(store) == (6, looked.last_hash)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE changes SET \"by\" = 'wang' WHERE id = 3", [("altered", "3")]),
        ("UPDATE changes SET detail = '{}' WHERE id = 5", [("altered", "5")]),
        ("UPDATE changes SET at = '2020-01-01T00:00:00.000Z' WHERE id = 4", [("altered", "4")]),
        ("UPDATE changes SET kind = 'change' WHERE id = 3", [("altered", "3")]),
        ("UPDATE changes SET address = '10.0.0.9' WHERE id = 3", [("altered", "3")]),
        ("UPDATE changes SET hash = NULL, prev = NULL WHERE id = 4", [("inserted", "4"), ("altered", "4")]),
        ("DELETE FROM changes WHERE id = 3", [("missing", "3")]),
        ("DELETE FROM changes WHERE id IN (3, 4)", [("missing", "3–4")]),
        ("DELETE FROM changes WHERE id = 1", [("missing", "1")]),
        ("DELETE FROM changes WHERE id <= 3", [("missing", "1–3")]),
    ],
)
def test_what_was_altered_or_taken_out_is_named(store: Path, statement: str, found: list[tuple[str, str]]) -> None:
    tamper(store, statement)
    assert problems(store) == found


def test_an_entry_that_was_put_in_is_named(store: Path) -> None:
    copied = COLUMNS.replace("id,", "7,", 1)
    tamper(store, f"INSERT INTO changes ({COLUMNS}) SELECT {copied} FROM changes WHERE id = 6")
    assert problems(store) == [("altered", "7")]


COLUMN = st.sampled_from(["at", '"by"', "action", "subject", "detail", "address", "prev", "hash", "kind"])


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("log")
    for number in range(5):
        note(store, CHANGE, "li", "review.save", f"c{number}", {"n": number})
    return store


@settings(max_examples=60, deadline=None)
@given(seq=st.integers(1, 6), column=COLUMN, text=st.text())
def test_no_column_of_no_entry_can_be_changed_unseen(long_log: Path, seq: int, column: str, text: str) -> None:
    (before,) = change(long_log, f"SELECT {column} FROM changes WHERE id = ?", seq)
    change(long_log, f"UPDATE changes SET {column} = ? WHERE id = ?", text, seq)
    found = problems(long_log)
    change(long_log, f"UPDATE changes SET {column} = ? WHERE id = ?", before, seq)
    assert bool(found) == (before != text)


def change(store: Path, sql: str, *values: object) -> tuple[object, ...]:
    with sqlite3.connect(store / "review.db") as database:
        return database.execute(sql, values).fetchone() or ()


def test_a_log_made_anew_or_cut_at_its_end_is_told_by_the_witness(store: Path) -> None:
    with CallStore(store) as calls:
        witness, journal = Witness(store), Journal(calls)
        witness.look(journal)
        witness.look(journal)
        assert calls.rows("SELECT count(*) FROM evidence WHERE kind = 'witnessed'")[0][0] == 1
    assert problems(store) == []
    looked = Looked()
    list(check(store, looked))
    assert looked.witnessed == 1
    tamper(store, "DELETE FROM changes WHERE id > 4")
    assert problems(store) == [("missing", "6")]
    for _ in range(3):
        note(store, CHANGE, "li", "review.save", "c9")  # the numbers are used again, the hashes cannot be
    assert problems(store) == [("altered", "6")]
    tamper(store, "DELETE FROM changes")
    note(store, CHANGE, "li", "review.save", "c9")
    assert ("missing", "6") in problems(store)


def test_entries_from_before_the_chain_are_vouched_for_by_its_first(tmp_path: Path) -> None:
    _old_store(tmp_path)
    with writing(tmp_path) as database:
        record(database, "li", "review.save", "c1")
    looked = Looked()
    assert list(check(tmp_path, looked)) == []
    assert (looked.older, looked.entries) == (3, 2)
    tamper(tmp_path, "UPDATE changes SET subject = 'c7' WHERE id = 2")
    assert problems(tmp_path) == [("altered", "1–3")]


def _old_store(store: Path) -> None:
    """A review.db of before the audit log, with three changes."""
    steps = [step for step in MIGRATIONS if not step.name.startswith("0024")]
    connection = sqlite3.connect(store / "review.db", isolation_level=None)
    migrate(connection, steps)
    for number in range(3):
        values = (f"2026-11-0{number + 1}T00:00:00.000Z", "li", "review.save", f"c{number}", "{}")
        connection.execute("INSERT INTO changes (at, by, action, subject, detail) VALUES (?, ?, ?, ?, ?)", values)
    connection.close()


def test_a_refused_transaction_leaves_no_entry(store: Path) -> None:
    with pytest.raises(RuntimeError), writing(store) as database:
        record(database, "li", "review.save", "c1")
        raise RuntimeError
    assert audit_head(store) == (6, AuditBook(store, ZONE).head().hash)  # type: ignore[union-attr]


def test_a_listen_is_noted_once_a_sitting(store: Path) -> None:
    book = AuditBook(store, ZONE)
    for _ in range(3):
        note_listen(store, "wang", "c1", since=0.0)
    assert len(book.page(Wanted(by="wang"))[0]) == 1
    note_listen(store, "wang", "c1", since=4e9)  # a later sitting
    note_listen(store, "wang", "c2", since=0.0)
    note_listen(store, "chen", "c1", since=0.0)
    assert len(book.page(Wanted(kind=LISTEN))[0]) == 5


def test_an_entry_says_where_it_was_asked_from(store: Path) -> None:
    token = ADDRESS.set("192.168.1.20")
    note(store, LISTEN, "li", "call.listen", "c3")
    ADDRESS.reset(token)
    assert AuditBook(store, ZONE).page(Wanted(address="192.168.1.20"))[0][0].subject == "c3"


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        (Wanted(), [6, 5, 4, 3, 2, 1]), (Wanted(by="li"), [6, 5, 3]), (Wanted(kind=REFUSAL), [4]),
        (Wanted(action="review"), [6, 5]),
        (Wanted(action="review.save", subject="c1"), [6, 5]), (Wanted(until=date(2020, 1, 1)), []),
        (Wanted(since=date(2020, 1, 1), until=date.max), [6, 5, 4, 3, 2, 1]),
    ],
)  # fmt: skip
def test_the_log_is_filtered(store: Path, wanted: Wanted, seqs: list[int]) -> None:
    assert [found.seq for found in AuditBook(store, ZONE).page(wanted)[0]] == seqs


def test_pages_follow_each_other_without_a_gap(store: Path) -> None:
    book, seen, before = AuditBook(store, ZONE), [], None
    while True:
        entries, before = book.page(Wanted(), before, 4)
        seen += [found.seq for found in entries]
        if before is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1]


def test_the_csv_holds_every_entry_and_no_formula(store: Path) -> None:
    note(store, REFUSAL, '=HYPERLINK("http://evil")', "login.wrong", "x")
    text = b"".join(AuditBook(store, ZONE).csv(Wanted(), "zh")).decode("utf-8-sig")
    assert text.startswith("序号,时间,人员")
    assert len(text.splitlines()) == 8
    assert "'=HYPERLINK" in text
    assert "收听录音" in text


def test_old_entries_are_taken_out_and_the_log_stays_whole(store: Path, tmp_path: Path) -> None:
    file, far = tmp_path / "old.jsonl", date(2099, 1, 1)
    with pytest.raises(UserError, match="stay in the log"):
        cut(store, far, file, "root", today=far, timezone=ZONE)
    assert cut(store, far, file, "root", today=date(2101, 1, 1), timezone=ZONE) == 6
    lines = file.read_text("utf-8").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4, 5, 6]
    note(store, LISTEN, "li", "call.listen", "c9")
    assert [found.seq for found in AuditBook(store, ZONE).page(Wanted())[0]] == [8, 7]
    assert problems(store) == []
    tamper(store, "DELETE FROM changes WHERE id = 7")
    assert problems(store) == [("missing", "1–7")]


def test_a_damaged_log_is_not_cut(store: Path, tmp_path: Path) -> None:
    tamper(store, "DELETE FROM changes WHERE id = 3")
    with pytest.raises(UserError, match="not whole"):
        cut(store, date(2099, 1, 1), tmp_path / "old.jsonl", "root", today=date(2101, 1, 1), timezone=ZONE)
    assert not (tmp_path / "old.jsonl").exists()


def test_changes_are_listed_without_listens_and_refusals(store: Path) -> None:
    assert [change.action for change in list_changes(store)] == ["review.save", "review.save", "user.add"]


def actions() -> set[str]:
    found: set[str] = set()
    call = re.compile(
        r"(?:record|note|note_listen|audit|_switch|taken|refused|heard|append)\(\s*(?:[^()\"]|\([^()]*\))*\"([a-z_]+\.[a-z_]+)\""
    )
    for room in ("quality", "webui", "console"):
        for path in (HOUSE / room).rglob("*.py"):
            found |= set(call.findall(path.read_text("utf-8")))
    return found


def test_every_action_has_a_name_in_both_languages() -> None:
    found = actions()
    assert {"user.add", "call.listen", "review.save"} <= found
    assert {action for action in found if not is_named(action)} == set(), "name them in quality/audit/words.toml"
