"""The support file of a real store holds nobody's name, number or word."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from console.technician import machine
from console.technician.bundle import without_people, write_bundle
from recorder.settings.sections import Agent, Assignment, Settings, Store
from tests.webui.makebox import make_box


def test_nobody_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = make_box(tmp_path / "store")
    log = ["recorder: call from 13800138000 began", "log-in refused: name 'wangwei'"]
    monkeypatch.setattr(machine, "log_lines", lambda *_: log)
    settings = Settings(
        store=Store(str(box.store)), agent=(Agent("8001", "李晓敏"),), assignment=(Assignment("8001", extension="801"),)
    )
    path = write_bundle(settings, tmp_path / "out")
    with zipfile.ZipFile(path) as bundle:
        everything = "\n".join(bundle.read(name).decode() for name in bundle.namelist())
        assert {"status.json", "doctor.json", "settings.toml", "log.txt", "calls.db.txt", "review.db.txt"} <= set(bundle.namelist())
    numbers = {call.caller_number for call in box.made if call.caller_number}
    assert not [number for number in numbers if number in everything]
    assert "李晓敏" not in everything and "wangwei" not in everything and "13800138000" not in everything
    assert "快递" not in everything, "a word of a transcript"
    assert "calls 4" in everything, "how many calls there are may be told"


@pytest.mark.parametrize(("text", "kept"), [
    ("call from 13800138000 began", False), ("+86 138 0013 8000", False), ("at 2026-11-22T08:00:00.000Z", True), ("v1.19.2", True),
    ("id 0192f3a4-7b1c-7def-8a3b-123456789abc", True), ("free 12345 MB", True),
])  # fmt: skip
def test_what_counts_as_a_number_of_somebody(text: str, kept: bool) -> None:
    assert (without_people(text) == text) is kept
