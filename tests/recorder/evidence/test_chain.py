"""How the chain grows: what enters it, when, what is signed, and what an older store becomes."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from hw.messages import UserError
from recorder.evidence.adopting import Adopter
from recorder.evidence.encoding import NO_HASH, Item, head_text, is_whole, make_item
from recorder.evidence.headfiles import heads_of, read_heads, save_head, write_head
from recorder.evidence.keys import fingerprint, is_signed, load_or_make, pem, read_public
from recorder.evidence.verify import Scope, Seen
from recorder.migrations import migrate
from recorder.store.calls import Gap
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB, MIGRATIONS
from recorder.store.writer import CallStore, make_folder
from tests.recorder.evidence.shelf import HOUR, START, Clock, fill, named, open_shelf, problems, record, sign


def items(store: CallStore, subject: str = "%") -> list[tuple[str, dict[str, object]]]:
    rows = store.rows("SELECT kind, body FROM evidence WHERE subject LIKE ? ORDER BY seq", subject)
    return [(row["kind"], json.loads(row["body"])) for row in rows]


def test_the_golden_item() -> None:
    """Worked out with sha256sum from the text in docs/evidence.md: version 1 must never give another."""
    item = make_item(1, "2026-11-22T00:00:00.000Z", "began", "store", '{"before":0,"chain":"c"}', NO_HASH)
    assert item.hash == GOLDEN
    second = make_item(2, "2026-11-22T00:00:01.500Z", "recorded", "calls/通话", '{"name":"李"}', item.hash)
    assert second.hash == GOLDEN_SECOND
    assert is_whole(second)
    assert head_text("c", "2026-11-22", 2, second.hash) == f'["callbox head",1,"c","2026-11-22",2,"{second.hash}"]'.encode()


GOLDEN = "965c1b552d0de53d957445ce15efb452c6425ea4ea6ce647d7c33aad7fda064d"
GOLDEN_SECOND = "f40d9e25b2e80adf2210e1a4509be7d2321d892097ebeb9daf679da74fbe3f0c"


def test_a_call_enters_with_its_parts_and_gaps_when_it_is_closed(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    record(store, "a", START)
    assert [kind for kind, _ in items(store, "parts/%")] == ["recorded"]
    (kind, body), *later = items(store, "calls/a")
    assert (kind, body["duration_s"], body["hung_up_by"], later) == ("recorded", 10.0, "customer", [])
    assert problems(store.store) == []


def test_what_is_learned_later_is_an_item_of_its_own(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    record(store, "a", START)
    store.fill_call("a", {"caller_number": "138", "direction": "in"})
    store.fill_call("a", {"caller_number": "138"})
    assert items(store, "calls/a")[1:] == [("changed", {"caller_number": "138"})]
    assert problems(store.store) == []


def test_a_foreign_change_is_not_taken_over_with_our_own(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    record(store, "a", START)
    with sqlite3.connect(store.path) as stranger:
        stranger.execute("UPDATE calls SET agent_id = NULL, team = 'X' WHERE id = 'a'")
    store.fill_call("a", {"caller_number": "138"})
    (problem,) = problems(store.store)
    assert (problem.kind, problem.table, problem.id) == ("altered", "calls", "a")
    assert "team: '' → 'X'" in problem.message().en


def test_gaps_of_a_call_wait_for_its_end(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    record(store, "b", START)
    store.add_gap(Gap("1", START, 80, "overrun"))
    assert [body["call_id"] for _, body in items(store, "gaps/%")] == [None]
    with store.writing() as db:
        db.execute("UPDATE calls SET closed_seq = NULL WHERE id = 'b'")
        db.execute("DELETE FROM evidence WHERE subject = 'calls/b'")
    store.add_gap(Gap("1", START, 80, "overrun", "b", "b-1", 100))
    assert len(items(store, "gaps/%")) == 1
    store.trim_gaps("b-1", 150)
    store.close_call("b")
    # What lay behind the cut was the idle line's at once; the rest is the call's, at its end.
    assert [body["frames"] for _, body in items(store, "gaps/%")] == [80, 30, 50]


def test_what_was_rolled_back_is_in_no_chain(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    with pytest.raises(ZeroDivisionError), store.writing() as db:
        db.table("gaps").insert({"line": "1", "at": "x", "frames": 1, "reason": "overrun"})
        1 / 0  # noqa: B018
    record(store, "a", START)
    assert items(store, "gaps/%") == []
    assert problems(store.store) == []


def test_heads_sign_each_day(tmp_path: Path) -> None:
    clock = Clock()
    store = open_shelf(tmp_path / "store", clock)
    record(store, "a", START)
    clock.now += 24 * HOUR
    record(store, "b", clock.now)
    heads = heads_of(store.connection)
    assert [head.day for head in heads] == ["2026-11-22", "2026-11-23"]
    for head in heads:
        assert is_signed(head.key, head.signature, head_text(head.chain, head.day, head.seq, head.hash))
    clock.now -= 24 * HOUR  # the clock was set back: the day has a new last item
    record(store, "c", clock.now)
    assert heads_of(store.connection)[0].seq > heads[1].seq
    assert problems(store.store) == []


def test_without_a_key_items_are_signed_later(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock(), signed=False)
    record(store, "a", START)
    assert {problem.kind for problem in problems(store.store)} == {"unsigned"}
    sign(store)
    assert problems(store.store) == []


def test_the_key_is_the_recorders_alone_and_stays(tmp_path: Path) -> None:
    first = load_or_make(tmp_path, make_folder)
    path = tmp_path / "evidence" / "signing.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make(tmp_path, make_folder).public == first.public
    assert read_public(tmp_path / "evidence" / "public.pem") == first.public
    assert (tmp_path / "evidence" / "public.pem").read_text() == pem(first.public)
    assert len(fingerprint(first.public)) == 39
    with pytest.raises(UserError, match="holds no Ed25519"):
        read_public(path)
    path.write_text("nonsense")
    with pytest.raises(ValueError, match="PEM"):
        load_or_make(tmp_path, make_folder)


def test_another_key_is_not_trusted(tmp_path: Path) -> None:
    fill(tmp_path / "store")
    stranger = load_or_make(tmp_path / "elsewhere", make_folder).public
    assert ("altered", "heads", "2026-11-22") in named(tmp_path / "store", Scope(keys=(stranger,)))
    own = read_public(tmp_path / "store" / "evidence" / "public.pem")
    assert named(tmp_path / "store", Scope(keys=(own,))) == []


def test_a_database_put_back_is_told_by_the_head_files(tmp_path: Path) -> None:
    clock = Clock()
    store = open_shelf(tmp_path / "store", clock)
    record(store, "a", START)
    old = list(store.connection.iterdump())
    record(store, "b", START + 60)
    for head in heads_of(store.connection):
        write_head(store.store, head)
    store.close()
    for path in store.store.glob("calls.db*"):
        path.unlink()
    with sqlite3.connect(store.path) as database:
        database.executescript("\n".join(old))
    assert ("missing", "evidence", "6") in named(store.store)
    assert len(list(read_heads(store.store / "evidence" / "heads"))) == 1


def test_a_chain_made_anew_with_the_box_s_own_key_is_told_by_heads_kept_elsewhere(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    record(store, "a", START)
    kept = tmp_path / "kept"
    kept.mkdir()
    for head in heads_of(store.connection):
        save_head(kept / f"{head.day}.json", head)
    store.close()
    assert named(store.store, Scope(heads=kept)) == []
    for path in store.store.glob("calls.db*"):
        path.unlink()
    anew = open_shelf(store.store, Clock())  # the same key
    record(anew, "a", START)
    anew.close()
    assert named(store.store) == []
    assert named(store.store, Scope(heads=kept)) == [("missing", "heads", "2026-11-22")]


def test_heads_of_another_chain_in_the_store_are_noted(tmp_path: Path) -> None:
    fill(tmp_path / "old")
    fill(tmp_path / "store")
    for path in (tmp_path / "old/evidence/heads").iterdir():
        path.rename(tmp_path / "store/evidence/heads" / f"old-{path.name}")
    seen = Seen()
    assert problems(tmp_path / "store", None, seen) == []
    assert seen.strange_heads == ["2026-11-22", "2026-11-23"]


def test_no_heads_where_they_should_be(tmp_path: Path) -> None:
    fill(tmp_path / "store")
    with pytest.raises(UserError, match="no heads"):
        problems(tmp_path / "store", Scope(heads=tmp_path / "nowhere"))


def test_a_call_that_never_was_is_not_vouched_for(tmp_path: Path) -> None:
    fill(tmp_path / "store")
    with pytest.raises(UserError, match="no call typo"):
        problems(tmp_path / "store", Scope(call_id="typo"))
    with sqlite3.connect(tmp_path / "store" / CALLS_DB) as stranger:
        stranger.execute("PRAGMA foreign_keys = OFF")
        stranger.execute("DELETE FROM calls WHERE id = 'b'")
    assert ("missing", "calls", "b") in named(tmp_path / "store", Scope(call_id="b"))


def test_an_end_somebody_cut_off_is_not_signed_over(tmp_path: Path) -> None:
    clock = Clock()
    store = open_shelf(tmp_path / "store", clock)
    record(store, "a", START)
    record(store, "b", START + 60)
    with sqlite3.connect(store.path) as stranger:
        stranger.execute("DELETE FROM evidence WHERE seq > 4")
    record(store, "c", START + 120)
    assert store.chain.trouble
    assert ("missing", "evidence", "4–6") in named(store.store)


def test_an_end_somebody_added_is_told(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock())
    record(store, "a", START)
    last = Item(*store.rows("SELECT * FROM evidence ORDER BY seq DESC LIMIT 1")[0])
    forged = make_item(last.seq + 1, last.at, "recorded", "calls/z", "{}", last.hash)
    with sqlite3.connect(store.path) as stranger:
        values = (forged.seq, forged.at, forged.kind, forged.subject, forged.body, forged.prev, forged.hash)
        stranger.execute("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    record(store, "b", START + 60)
    seen = Seen()
    found = problems(store.store, None, seen)
    assert [(first, last) for first, last, _ in seen.unsigned] == [(forged.seq, forged.seq)]
    assert [(problem.kind, problem.table, problem.id) for problem in found] == [("missing", "calls", "z")]


def test_a_store_of_before_the_chain_is_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    fill(folder)
    with sqlite3.connect(folder / CALLS_DB) as database:
        for table in ("evidence", "heads", "tombstones"):
            database.execute(f"DELETE FROM {table}")
        database.execute("UPDATE parts SET deleted_at = NULL WHERE call_id <> 'a'")
    (folder / "evidence" / "heads" / "2026-11-22.json").unlink()
    (folder / "evidence" / "heads" / "2026-11-23.json").unlink()
    store = open_shelf(folder, Clock())
    seen = Seen()
    assert [problem.id for problem in problems(folder, Scope(files=False), seen)] == []
    assert seen.waiting == 3
    adopter = Adopter(store)
    while not adopter.done:
        adopter.step(store)
    seen = Seen()
    problems(folder, None, seen)
    assert seen.waiting == 0
    assert {kind for kind, _ in items(store, "calls/%")} == {"adopted"}
    assert len(items(store, "gaps/%")) == 2
    with sqlite3.connect(folder / CALLS_DB) as stranger:
        stranger.execute("UPDATE calls SET team = 'X' WHERE id = 'b'")
    assert ("altered", "calls", "b") in named(folder)


def test_the_migration_works_on_a_store_of_before(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / CALLS_DB, isolation_level=None)
    migrate(connection, [step for step in MIGRATIONS if step.name < "0006"])
    connection.execute("INSERT INTO lines VALUES ('1', 'pair', '', 'zh')")
    connection.close()
    assert CallStore(tmp_path).lines()[0].name == "1"


def test_only_some_days_or_one_call(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    fill(folder)
    with sqlite3.connect(folder / CALLS_DB) as stranger:
        stranger.execute("UPDATE calls SET team = 'X' WHERE id = 'b'")
    assert named(folder, Scope(end=START + 24 * HOUR)) == []
    assert named(folder, Scope(call_id="c")) == []
    assert named(folder, Scope(call_id="b")) == [("altered", "calls", "b")]
    assert named(folder, Scope(start=START + 24 * HOUR)) == [("altered", "calls", "b")]


def test_a_tombstone_cannot_be_made_by_hand(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    fill(folder)
    (folder / "audio/2026/11/22/c-1.flac").unlink()
    with sqlite3.connect(folder / CALLS_DB) as stranger:
        stranger.execute("UPDATE parts SET deleted_at = '2026-11-23T06:00:00.000Z' WHERE id = 'c-1'")
        stranger.execute("INSERT INTO tombstones SELECT 2, 'c', at, rule, reason, by, bytes, was, key, signature FROM tombstones")
    found = named(folder)
    assert ("altered", "parts", "c-1") in found
    assert ("inserted", "tombstones", "2") in found
    assert ("altered", "tombstones", "2") in found


def test_a_store_no_recorder_of_this_version_has_opened(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / CALLS_DB, isolation_level=None)
    migrate(connection, [step for step in MIGRATIONS if step.name < "0004"])
    connection.close()
    with pytest.raises(UserError, match="older version"):
        problems(tmp_path)
    with CallReader(tmp_path) as reader:
        assert (reader.tombstone("a"), reader.tombstones_since(), reader.last_tombstone()) == (None, [], 0)
