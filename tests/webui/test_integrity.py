"""What was altered is not played as if nothing had happened; what was deleted says so."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from pathlib import Path

import pytest
from flask import Flask

from quality.store import reading
from recorder.evidence.adopting import Adopter
from recorder.evidence.keys import load_or_make
from recorder.retention.deleting import bury, finish
from recorder.store.schema import CALLS_DB
from recorder.store.writer import CallStore, make_folder
from tests.webui.conftest import logged_in
from tests.webui.makebox import TestBox
from webui.integrity import Digests
from webui.peaks import prune


@pytest.fixture
def kept(own_box: TestBox) -> CallStore:
    """The box with hashes and a signed chain."""
    with sqlite3.connect(own_box.store / CALLS_DB) as database:
        for part_id, path in database.execute("SELECT id, path FROM parts WHERE path LIKE '%.flac'").fetchall():
            if not (own_box.store / path).exists():
                continue
            digest = hashlib.sha256((own_box.store / path).read_bytes()).hexdigest()
            database.execute("UPDATE parts SET sha256 = ? WHERE id = ?", (digest, part_id))
        sql = "UPDATE calls SET closed_seq = (SELECT count(*) FROM calls c WHERE c.id <= calls.id) WHERE state <> 'recording'"
        database.execute(sql)
        database.execute("DELETE FROM evidence")
    store = CallStore(own_box.store)
    with store.writing():
        store.chain.sign_with(load_or_make(store.store, make_folder))
    adopter = Adopter(store)
    while not adopter.done:
        adopter.step(store)
    return store


def files(box: TestBox, store: CallStore, name: str) -> list[Path]:
    return [box.store / part.path for part in store.parts(box.ids[name])]


def noted(box: TestBox, action: str) -> list[tuple[str, object]]:
    with reading(box.store) as connection:
        rows = connection.execute("SELECT subject, detail FROM review.changes WHERE action = ? ORDER BY id", (action,)).fetchall()
    return [(row["subject"], json.loads(row["detail"])) for row in rows]


def flip(path: Path, place: int = -100) -> None:
    """Changes a byte and puts the file's time back, as somebody would who does not want it to be seen."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.usefixtures("kept")
def test_what_was_recorded_is_played(own_app: Flask, own_box: TestBox) -> None:
    browser = logged_in(own_app, "manager")
    assert browser.get(f"/audio/{own_box.ids['rude']}").status_code == 200
    assert browser.get(f"/calls/{own_box.ids['rude']}/integrity.json").json["state"] == "good"


def test_an_altered_file_is_refused_with_a_reason_and_heard_with_a_warning(
    own_app: Flask, own_box: TestBox, kept: CallStore
) -> None:
    call = own_box.ids["rude"]
    browser, chinese = logged_in(own_app, "manager"), logged_in(own_app, "manager", "zh")
    assert browser.get(f"/audio/{call}").status_code == 200
    flip(files(own_box, kept, "rude")[0])
    for address in (f"/audio/{call}", f"/calls/{call}/download.wav", f"/calls/{call}/download.flac"):
        answer = browser.get(address)
        assert (answer.status_code, "not what was recorded" in answer.text) == (409, True)
    assert "与录制时不一致" in chinese.get(f"/audio/{call}").text
    told = browser.get(f"/calls/{call}/integrity.json").json
    assert (told["state"], told["listen"]) == ("altered", "Listen all the same")
    assert "SHA-256" in told["text"]
    assert "It proves nothing" in told["warned"]
    assert noted(own_box, "call.listen_altered") == []
    for _ in range(2):
        assert browser.get(f"/audio/{call}?altered=accept").status_code == 200
    assert noted(own_box, "call.listen_altered") == [(call, {})]  # once in a sitting
    assert browser.get(f"/calls/{call}/download.wav?altered=accept").status_code == 200
    assert browser.get(f"/calls/{own_box.ids['perfect']}/download.wav?altered=accept").status_code == 200
    assert noted(own_box, "call.download") == [
        (call, {"format": "wav", "altered": True}), (own_box.ids["perfect"], {"format": "wav"}),
    ]  # fmt: skip
    assert f"/calls/{call}/integrity.json" in browser.get(f"/calls/{call}").text


def test_an_agent_may_not_hear_what_was_altered(own_app: Flask, own_box: TestBox, kept: CallStore) -> None:
    browser = logged_in(own_app, "wang")
    call = next(one for one in own_box.ids.values() if browser.get(f"/audio/{one}").status_code == 200)
    for part in kept.parts(call):
        flip(own_box.store / part.path)
    assert browser.get(f"/audio/{call}?altered=accept").status_code == 409
    assert browser.get(f"/calls/{call}/integrity.json").json["listen"] == ""


def test_only_the_parts_that_are_asked_for_are_read(own_app: Flask, own_box: TestBox, kept: CallStore) -> None:
    call, browser = own_box.ids["parts"], logged_in(own_app, "manager")
    flip(files(own_box, kept, "parts")[-1])
    total = int(browser.head(f"/audio/{call}?altered=accept").headers["Content-Length"])
    assert browser.get(f"/audio/{call}", headers={"Range": "bytes=0-1000"}).status_code == 206
    assert browser.get(f"/audio/{call}", headers={"Range": f"bytes={total - 10}-"}).status_code == 409


@pytest.mark.parametrize("harm", [
    "UPDATE parts SET sha256 = ? WHERE id = ?",
    "UPDATE evidence SET body = replace(body, '\"frames\"', ?) WHERE subject = 'parts/' || ?",
    "DELETE FROM evidence WHERE ? <> '' AND subject = 'parts/' || ?",
])  # fmt: skip
def test_records_that_were_altered_are_seen(own_app: Flask, own_box: TestBox, kept: CallStore, harm: str) -> None:
    (part,) = kept.parts(own_box.ids["rude"])
    with sqlite3.connect(own_box.store / CALLS_DB) as stranger:
        stranger.execute(harm, ("0" * 64, part.id))
    assert logged_in(own_app, "manager").get(f"/audio/{own_box.ids['rude']}").status_code == 409


def test_a_hash_is_worked_out_once_as_long_as_nobody_touches_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []
    monkeypatch.setattr("webui.integrity.file_digest", lambda path: reads.append(path) or path.read_bytes().hex())
    path, digests = tmp_path / "a", Digests()
    path.write_bytes(b"1")
    assert (digests(path), digests(path), len(reads)) == ("31", "31", 1)
    stat = path.stat()
    path.write_bytes(b"2")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (digests(path), len(reads)) == ("32", 2)


def test_a_deleted_call_says_when_and_why(own_app: Flask, own_box: TestBox, kept: CallStore) -> None:
    call = own_box.ids["rude"]
    browser, chinese = logged_in(own_app, "manager"), logged_in(own_app, "manager", "zh")
    assert browser.get(f"/calls/{call}/peaks.json").status_code == 200
    bury(kept, call, "age", "older than 90 days", "retention", 1_795_305_600.0)
    finish(kept)
    page = browser.get(f"/calls/{call}").text
    assert "Audio deleted on 2026-11-22 by rule: it was older than it may be kept." in page
    assert "<audio" not in page
    assert "录音已于 2026-11-22 按规则删除：超过保存期" in chinese.get(f"/calls/{call}").text
    assert browser.get(f"/audio/{call}").status_code == 404
    assert "audio deleted on 2026-11-22" in browser.get("/calls").text
    assert prune(own_box.store) == 1
    assert not (own_box.store / "peaks" / f"{call}.json").exists()
