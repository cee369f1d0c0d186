"""Addresses that try to get at files, or at calls by guessing."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

import pytest
from flask import Flask

from recorder.store.schema import CALLS_DB
from tests.webui.conftest import LogIn, logged_in
from tests.webui.makebox import TestBox

TRICKS = (
    "/audio/../../etc/passwd", "/audio/..%2f..%2fetc%2fpasswd", "/audio/%2e%2e/calls.db", "/audio//etc/passwd", "/audio/calls.db",
    "/audio/1", "/audio/audio/2026/11/20/x.flac", "/audio/01a1f6bc-54a0-7932-a734-717bf82be47c%00.flac", "/calls/../review.db",
    "/calls/%2e%2e%2freview.db", "/calls/1", "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/calls.db",
    "/static//etc/passwd", "/static/vendor/../../secret.py", "/weekly/..%2f..%2fetc/passwd.csv", "/weekly/2026-W47.csv/../../x",
    "/.env", "/webui.secret", "/store/calls.db", "/peaks/x.json",
)  # fmt: skip


@pytest.mark.parametrize("address", TRICKS)
def test_a_path_is_never_a_file(log_in: LogIn, address: str) -> None:
    answer = log_in("admin").get(address, follow_redirects=True)
    assert answer.status_code == 404, address
    assert b"root:" not in answer.data
    assert b"SQLite" not in answer.data


def test_an_unknown_call_is_404_everywhere(log_in: LogIn) -> None:
    nobody = uuid.uuid4()
    for address in (f"/calls/{nobody}", f"/audio/{nobody}", f"/calls/{nobody}/peaks.json", f"/calls/{nobody}/download.wav"):
        assert log_in("admin").get(address).status_code == 404
    assert log_in("admin").post(f"/calls/{nobody}/review").status_code == 404


def test_a_part_said_to_lie_outside_the_store_is_not_read(own_app: Flask, own_box: TestBox, tmp_path: Path) -> None:
    stolen = tmp_path / "secret.flac"
    audio = next((own_box.store / "audio").rglob("*.flac"))
    stolen.write_bytes(audio.read_bytes())
    with sqlite3.connect(own_box.store / CALLS_DB) as database:
        database.execute("UPDATE parts SET path = '../secret.flac' WHERE call_id = ?", (own_box.ids["rude"],))
    answer = logged_in(own_app, "admin").get(f"/audio/{own_box.ids['rude']}")
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"
