"""A file without a row and a row without a file: both ways are found, whatever the day, and nothing healthy is touched."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import soundfile

from recorder.audio.files import open_call
from recorder.restart.recovery import flac_header
from recorder.restart.stocktaking import Stock, take_stock
from recorder.store.calls import Call
from recorder.store.schema import CALLS_DB
from tests.faults.test_recovery import restarted
from tests.scenarios.box import Box


def two_calls(folder: Path) -> Box:
    box = Box(folder / "store", 60)
    box.answer(0, 10, 20)
    box.answer(1, 25, 40)
    box.run().close()
    return box


def forget(store: Path, call_id: str) -> None:
    with sqlite3.connect(store / CALLS_DB) as db:
        for table in ("gaps", "parts"):
            db.execute(f"DELETE FROM {table} WHERE call_id = ?", [call_id])
        db.execute("DELETE FROM calls WHERE id = ?", [call_id])
    db.close()


def calls(box: Box) -> list[Call]:
    with box.reader() as reader:
        return reader.calls_between(0, 9e9)


def test_a_file_without_a_row_is_taken_up_again(tmp_path: Path) -> None:
    box = two_calls(tmp_path)
    first, second = calls(box)
    with open_call(box.store, first.id) as audio:
        sound = audio.read(0, audio.frames)
    forget(box.store, first.id)
    restarted(box)
    again, other = calls(box)
    assert (again.id, again.line, again.state, again.duration_s, again.direction) == (first.id, "1", "closed", 10.0, "in")
    assert other == second
    assert again.closed_seq is not None and second.closed_seq is not None
    assert again.closed_seq > second.closed_seq  # the analyzer will see it
    with open_call(box.store, again.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), sound)


def test_a_row_without_a_file_is_told_until_the_file_is_back(tmp_path: Path) -> None:
    box = two_calls(tmp_path)
    (flac, *_) = sorted(box.store.rglob("*.flac"))
    away = tmp_path / "away.flac"
    flac.rename(away)
    restarted(box)
    with box.reader() as reader:
        (alarm,) = reader.open_alarms()
    assert (alarm.kind, alarm.subject) == ("audio_missing", "audio")
    assert str(flac.relative_to(box.store)) in alarm.detail.zh
    away.rename(flac)
    restarted(box)
    with box.reader() as reader:
        assert reader.open_alarms() == []
        assert [alarm.cleared_at is not None for alarm in reader.alarms()] == [True]


def test_a_strange_file_is_left_alone(tmp_path: Path) -> None:
    box = two_calls(tmp_path)
    (flac, *_) = sorted(box.store.rglob("*.flac"))
    strange = flac.with_name("holiday.flac")
    soundfile.write(strange, np.zeros(800), 8000)
    copy = flac.with_name("copy.flac")
    copy.write_bytes(flac.read_bytes())  # says of itself that it is the other: no second call may come of it
    before = calls(box)
    restarted(box)
    assert calls(box) == before
    assert strange.exists() and copy.exists()
    stock = Stock()
    assert list(take_stock(box.store, stock)) == []
    assert sorted(stock.strangers) == ["copy.flac", "holiday.flac"]


def test_a_call_over_midnight_is_one_call_again(tmp_path: Path) -> None:
    box = two_calls(tmp_path)
    first, second = calls(box)
    paths = {flac_header(path).call_id: path for path in box.store.rglob("*.flac")}  # type: ignore[union-attr]
    tomorrow = box.store / "audio" / "2026" / "11" / "23"
    tomorrow.mkdir()
    late = paths[second.id]
    late.rename(tomorrow / late.name)
    for call in (first, second):
        forget(box.store, call.id)
    found = {call.call_id: len(call.flacs) for call in take_stock(box.store, Stock())}
    assert found == {first.id: 1, second.id: 1}


def test_parts_of_a_call_in_two_days_folders_are_given_together(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60)
    box.segmentation = type(box.segmentation)(max_part_s=10.0)
    box.answer(0, 10, 35)
    box.run().close()
    (call,) = calls(box)
    files = sorted(box.store.rglob("*.flac"))
    assert len(files) == 3
    tomorrow = box.store / "audio" / "2026" / "11" / "23"
    tomorrow.mkdir()
    files[2].rename(tomorrow / files[2].name)
    forget(box.store, call.id)
    (found,) = take_stock(box.store, Stock())
    assert sorted(flac.part.seq for flac in found.flacs) == [1, 2, 3]
    restarted(box)
    (again,) = calls(box)
    assert (again.id, again.duration_s) == (call.id, 25.0)
