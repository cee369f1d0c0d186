"""The call's sound: byte ranges, parts that play as one, downloads, peaks."""

from __future__ import annotations

import io
import json
import sqlite3

import numpy as np
import pytest
import soundfile
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.audio.files import open_call
from recorder.store.schema import CALLS_DB
from tests.webui.conftest import LogIn, logged_in
from tests.webui.makebox import TestBox
from webui.peaks import MAX_POINTS, make_peaks
from webui.ranges import SLICE_BYTES
from webui.wavstream import read_range, total_bytes


def original(box: TestBox, name: str) -> np.ndarray:
    """What lies in the call's files, read without callbox."""
    with sqlite3.connect(box.store / CALLS_DB) as database:
        paths = database.execute("SELECT path FROM parts WHERE call_id = ? ORDER BY seq", (box.ids[name],)).fetchall()
    return np.concatenate([soundfile.read(box.store / path, dtype="int16", always_2d=True)[0] for (path,) in paths])


@pytest.mark.parametrize("name", ["rude", "parts"])
@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_download_is_the_whole_call(log_in: LogIn, box: TestBox, name: str, kind: str) -> None:
    answer = log_in("manager").get(f"/calls/{box.ids[name]}/download.{kind}")
    assert answer.status_code == 200
    assert answer.content_length == len(answer.data)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=20261120-")
    samples, rate = soundfile.read(io.BytesIO(answer.data), dtype="int16", always_2d=True)
    assert rate == 8000
    assert np.array_equal(samples, original(box, name))


def test_the_player_gets_the_parts_as_one(log_in: LogIn, box: TestBox) -> None:
    answer = log_in("manager").get(f"/audio/{box.ids['parts']}")
    assert (answer.status_code, answer.mimetype, answer.headers["Accept-Ranges"]) == (200, "audio/wav", "bytes")
    samples, _ = soundfile.read(io.BytesIO(answer.data), dtype="int16", always_2d=True)
    assert np.array_equal(samples, original(box, "parts"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_range_is_that_piece_of_the_file(box: TestBox, data: st.DataObject) -> None:
    with open_call(box.store, box.ids["parts"]) as track:
        whole = b"".join(read_range(track, 0, total_bytes(track)))
        first = data.draw(st.integers(0, len(whole) - 1))
        length = data.draw(st.integers(1, len(whole) - first))
        assert b"".join(read_range(track, first, length)) == whole[first : first + length]


def test_ranges_over_http(log_in: LogIn, box: TestBox) -> None:
    address = f"/audio/{box.ids['rude']}"
    whole = log_in("manager").get(address).data
    total = len(whole)

    def get(wanted: str) -> tuple[int, str | None, bytes]:
        answer = log_in("manager").get(address, headers={"Range": wanted})
        return answer.status_code, answer.headers.get("Content-Range"), answer.data

    assert get("bytes=0-43") == (206, f"bytes 0-43/{total}", whole[:44])
    assert get("bytes=45-1000") == (206, f"bytes 45-1000/{total}", whole[45:1001])
    assert get("bytes=-100") == (206, f"bytes {total - 100}-{total - 1}/{total}", whole[-100:])
    assert get(f"bytes={total - 1}-") == (206, f"bytes {total - 1}-{total - 1}/{total}", whole[-1:])
    assert get(f"bytes={total}-")[:2] == (416, f"bytes */{total}")
    assert get("bytes=9-3")[0] == 200
    assert get("lines=1-2")[0] == 200
    assert get("bytes=0-1,5-6")[0] == 200


def test_an_open_range_is_answered_by_a_slice(log_in: LogIn, box: TestBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.ranges.SLICE_BYTES", 1000)
    answer = log_in("manager").get(f"/audio/{box.ids['rude']}", headers={"Range": "bytes=500-"})
    assert (answer.status_code, len(answer.data)) == (206, 1000)
    assert answer.headers["Content-Range"].startswith("bytes 500-1499/")
    assert SLICE_BYTES > 1000


def test_a_head_request_gets_no_body(log_in: LogIn, box: TestBox) -> None:
    answer = log_in("manager").head(f"/audio/{box.ids['rude']}")
    assert answer.data == b""
    assert int(answer.headers["Content-Length"]) > 100_000


def test_peaks_are_the_loudest_samples_and_are_kept(own_app: Flask, own_box: TestBox) -> None:
    browser = logged_in(own_app, "manager")
    address = f"/calls/{own_box.ids['rude']}/peaks.json"
    peaks = json.loads(browser.get(address).data)
    samples = original(own_box, "rude")
    assert peaks["duration_s"] == pytest.approx(len(samples) / 8000)
    assert [len(side) for side in peaks["peaks"]] == [round(len(samples) / 8000 * 25)] * 2
    for side, row in enumerate(peaks["peaks"]):
        assert max(row) == round(int(np.abs(samples[:, side].astype(int)).max()) / 32768 * 255)
    kept = own_box.store / "peaks" / f"{own_box.ids['rude']}.json"
    assert json.loads(kept.read_text()) == peaks
    kept.write_text("not json")
    assert json.loads(browser.get(address).data) == peaks


def test_peaks_of_a_long_call_stay_small() -> None:
    class Hour:
        rate, channels, frames = 8000, 2, 8000 * 3600

        def read(self, start: int, count: int) -> np.ndarray:
            return np.full((min(count, self.frames - start), 2), 16384, np.int16)

    sides = make_peaks(Hour())["peaks"]
    assert [len(side) for side in sides] == [MAX_POINTS] * 2  # type: ignore[attr-defined]
    assert {value for side in sides for value in side} == {128}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["recording", "unanswered"])
def test_a_call_without_sound_says_so(log_in: LogIn, box: TestBox, name: str) -> None:
    assert log_in("manager").get(f"/audio/{box.ids[name]}").status_code == 404
    page = log_in("manager").get(f"/calls/{box.ids[name]}")
    assert page.status_code == 200
    assert {"recording": "still being recorded", "unanswered": "nobody answered"}[name] in page.text
    assert "<audio" not in page.text


def test_a_lost_file_is_told_and_does_no_harm(own_app: Flask, own_box: TestBox) -> None:
    for file in (own_box.store / "audio").rglob("*.flac"):
        file.unlink()
    browser = logged_in(own_app, "manager")
    page = browser.get(f"/calls/{own_box.ids['rude']}")
    assert page.status_code == 200
    assert "missing" in page.text
    assert "audio/" in page.text and str(own_box.store) not in page.text
    assert "这个不归我管" in page.text
    assert browser.get(f"/audio/{own_box.ids['rude']}").status_code == 404
