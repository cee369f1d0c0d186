"""Bulk export: every file hashed, deleted and altered audio told, a stopped export gone on with, everything logged."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import soundfile

from hw.messages import UserError
from quality.calls.filter import CallFilter
from quality.calls.views import Views
from quality.changes import list_changes
from quality.exports.bundle import Source, export_zip
from quality.exports.selection import selected
from quality.exports.table import export_csv
from recorder.store.schema import CALLS_DB
from tests.quality.exports.exportbox import CALLS, ids, with_audio
from tests.quality.factory import Made

Box = tuple[Source, list[Made]]
WEEK = CallFilter(since=date(2026, 11, 16), until=date(2026, 11, 22))


@pytest.fixture
def sounding(own_box: tuple[Path, list[Made]]) -> Box:
    return with_audio(*own_box)


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        told: dict[str, Any] = json.loads(found.read("manifest.json"))
        return told


def files_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [*told["files"], *(file for call in told["calls"] for file in call["files"])]


def test_the_zip_holds_the_files_as_recorded_and_the_hash_of_each(sounding: Box, tmp_path: Path) -> None:
    source, chosen = sounding
    out = tmp_path / "calls.zip"
    done = export_zip(source, CallFilter(ids=ids(chosen)), out, "ann")
    told = manifest(out)
    with zipfile.ZipFile(out) as found:
        assert {name for name in found.namelist() if name != "manifest.json"} == {file["name"] for file in files_of(told)}
        for file in files_of(told):
            data = found.read(file["name"])
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
        first = chosen[0].id
        assert found.read(f"{first}/{first}.flac") == (source.store / f"audio/{first}.flac").read_bytes()
        said = json.loads(found.read(f"{first}/transcript.json"))["utterances"]
        assert said[0]["text"].startswith("您好")
        scored = json.loads(found.read(f"{first}/score.json"))
        assert chosen[0].scores is not None
        assert scored["scores"]["compliance"] == chosen[0].scores[0]
    assert [call["call_id"] for call in told["calls"]] == [call.id for call in chosen]
    audio = told["calls"][0]["audio"][0]
    assert audio["state"] == "kept"
    assert audio["recorded_sha256"] == audio["found_sha256"] == told["calls"][0]["files"][0]["sha256"]
    assert (done.calls, done.resumed, done.audio) == (CALLS, 0, {"kept": CALLS})
    assert sorted(path.name for path in tmp_path.glob("calls.zip*")) == ["calls.zip"]


def test_wav_holds_the_same_samples(sounding: Box, tmp_path: Path) -> None:
    source, chosen = sounding
    export_zip(source, CallFilter(ids=ids(chosen)), tmp_path / "w.zip", "ann", wav=True)
    with zipfile.ZipFile(tmp_path / "w.zip") as found:
        heard, rate = soundfile.read(io.BytesIO(found.read(f"{chosen[0].id}/call.wav")), dtype="int16")
    recorded, _ = soundfile.read(source.store / f"audio/{chosen[0].id}.flac", dtype="int16")
    assert rate == 8000
    assert (heard == recorded).all()


class StopError(Exception):
    """The power fails."""


def stop_after(calls: int) -> Any:
    def report(done: int, _: int) -> None:
        if done == calls:
            raise StopError

    return report


@pytest.mark.parametrize("torn", [b"", b"half an entry that was being written"])
def test_a_stopped_export_goes_on_and_ends_as_if_it_had_not_stopped(sounding: Box, tmp_path: Path, torn: bytes) -> None:
    source, chosen = sounding
    wanted, out, whole = CallFilter(ids=ids(chosen)), tmp_path / "s.zip", tmp_path / "whole.zip"
    with pytest.raises(StopError):
        export_zip(source, wanted, out, "ann", report=stop_after(2), clock=lambda: 0.0)
    assert not out.exists()
    for name in ("s.zip.partial", "s.zip.partial.jsonl"):
        with (tmp_path / name).open("ab") as file:
            file.write(torn)
    told: list[int] = []
    done = export_zip(source, wanted, out, "ann", report=lambda n, _: told.append(n), clock=lambda: 1e9)
    assert (done.resumed, told) == (2, [2, 3])
    export_zip(source, wanted, whole, "ann", clock=lambda: 1e9)
    with zipfile.ZipFile(out) as one, zipfile.ZipFile(whole) as other:
        assert one.namelist() == other.namelist()
        assert all(one.read(name) == other.read(name) for name in one.namelist() if name != "manifest.json")
    assert {**manifest(out), "begun_at": ""} == {**manifest(whole), "begun_at": ""}
    assert not list(tmp_path.glob("*.partial*"))


def test_a_second_stop_keeps_what_the_first_left(sounding: Box, tmp_path: Path) -> None:
    source, chosen = sounding
    wanted, out = CallFilter(ids=ids(chosen)), tmp_path / "s.zip"
    for calls in (1, 2):
        with pytest.raises(StopError):
            export_zip(source, wanted, out, "ann", report=stop_after(calls))
    assert export_zip(source, wanted, out, "ann").resumed == 2
    assert len(manifest(out)["calls"]) == CALLS


def test_an_unfinished_export_of_other_calls_is_not_mixed_in(sounding: Box, tmp_path: Path) -> None:
    source, chosen = sounding
    out = tmp_path / "s.zip"
    with pytest.raises(StopError):
        export_zip(source, CallFilter(ids=ids(chosen)), out, "ann", report=stop_after(1))
    with pytest.raises(UserError, match="other calls"):
        export_zip(source, CallFilter(ids=ids(chosen[:1])), out, "ann")
    assert (tmp_path / "s.zip.partial").stat().st_size > 0


def test_deleted_missing_and_altered_audio_is_told(sounding: Box, tmp_path: Path) -> None:
    source, chosen = sounding
    deleted, missing, altered = (call.id for call in chosen)
    with sqlite3.connect(source.store / CALLS_DB) as database:
        database.execute(
            "INSERT INTO tombstones (call_id, at, rule, reason, by, bytes, was, key, signature) "
            "VALUES (?, '2026-11-22T00:00:00.000Z', 'age', 'older than 1 day', 'retention', 1, '[]', '', '')",
            (deleted,),
        )
    for gone in (deleted, missing):
        (source.store / f"audio/{gone}.flac").unlink()
    (source.store / f"audio/{altered}.flac").write_bytes(b"something else")
    done = export_zip(source, CallFilter(ids=ids(chosen)), tmp_path / "s.zip", "ann")
    assert done.audio == {"deleted": 1, "missing": 1, "altered": 1}
    told = {call["call_id"]: call["audio"][0] for call in manifest(tmp_path / "s.zip")["calls"]}
    assert (told[deleted]["rule"], told[deleted]["deleted_at"]) == ("age", "2026-11-22T00:00:00.000Z")
    assert told[deleted]["recorded_sha256"]
    assert told[missing]["found_sha256"] is None
    assert told[altered]["found_sha256"] == hashlib.sha256(b"something else").hexdigest() != told[altered]["recorded_sha256"]


def test_the_filter_chooses_as_the_call_list_does(own_box: tuple[Path, list[Made]]) -> None:
    store, made = own_box
    views = Views(store, "Asia/Shanghai")
    assert selected(views, WEEK) == [call.id for call in made]
    low = CallFilter(agent="8001", max_score=90.0, rule="opening")
    fit = [
        c.id for c in made if c.agent_id == "8001" and c.scores and c.scores[0] <= 90 and any(h.rule == "opening" for h in c.hits)
    ]
    assert fit
    assert selected(views, low) == fit
    with pytest.raises(UserError, match="No call fits"):
        selected(views, CallFilter(agent="nobody"))
    with pytest.raises(UserError, match="before"):
        selected(views, CallFilter(since=date(2026, 11, 22), until=date(2026, 11, 16)))


def test_no_call_leaves_no_file(sounding: Box, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No call fits"):
        export_zip(sounding[0], CallFilter(agent="nobody"), tmp_path / "s.zip", "ann")
    assert not list(tmp_path.glob("s.zip*"))


def test_a_folder_that_is_not_there_is_told(sounding: Box, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        export_zip(sounding[0], WEEK, tmp_path / "nowhere" / "s.zip", "ann")


def test_csv_has_a_row_a_call(own_box: tuple[Path, list[Made]], tmp_path: Path) -> None:
    store, made = own_box
    with sqlite3.connect(store / CALLS_DB) as database:
        database.execute("UPDATE calls SET caller_number = '=1+1' WHERE id = ?", (made[0].id,))
    assert export_csv(store, "Asia/Shanghai", WEEK, tmp_path / "c.csv", "ann") == len(made)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "c.csv").read_bytes().decode("utf-8-sig"))))
    assert [row["call_id"] for row in rows] == [call.id for call in made]
    assert rows[0]["caller_number"] == "'=1+1"
    row, call = next((row, call) for row, call in zip(rows, made, strict=True) if call.scores and call.hits)
    assert call.scores is not None
    assert float(row["compliance"]) == call.scores[0]
    assert f"{call.hits[0].rule}×1" in row["rules"].split()


def test_every_export_is_logged_before_anything_leaves(sounding: Box, tmp_path: Path) -> None:
    source, chosen = sounding
    out = tmp_path / "s.zip"
    with pytest.raises(StopError):
        export_zip(source, CallFilter(ids=ids(chosen), agent=chosen[0].agent_id), out, "ann", report=stop_after(0))
    begun = list_changes(source.store, str(out))
    assert [(line.by, line.action) for line in begun] == [("ann", "export.calls")]
    assert begun[0].detail["filter"] == {"agent": chosen[0].agent_id, "ids": sorted(ids(chosen))}
    export_zip(source, CallFilter(ids=ids(chosen), agent=chosen[0].agent_id), out, "ann")
    ended = list_changes(source.store, str(out))[0]
    assert ended.action == "export.finished"
    with zipfile.ZipFile(out) as found:
        assert ended.detail["manifest_sha256"] == hashlib.sha256(found.read("manifest.json")).hexdigest()
