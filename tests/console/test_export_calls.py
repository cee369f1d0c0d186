"""callbox export calls and vcon as a person at the terminal meets them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.console.command import callbox
from tests.quality.exports.exportbox import with_audio
from tests.quality.factory import fill


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    with_audio(tmp_path / "store", fill(tmp_path / "store", calls=12))
    path = tmp_path / "callbox.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "store"}"\n', "utf-8")
    return path


def test_calls_and_one_call(config: Path, tmp_path: Path) -> None:
    days = ("--from", "2026-11-16", "--to", "2026-11-22", "--config", config)
    out = tmp_path / "calls.zip"
    done = callbox("export", "calls", *days, "--out", out)
    assert done.returncode == 1  # the factory's other calls have no files, and that is said
    assert "12 calls, 3 audio files" in done.stdout
    assert "audio files are missing" in done.stderr
    assert "100 %" in done.stderr
    with zipfile.ZipFile(out) as found:
        call = next(c for c in json.loads(found.read("manifest.json"))["calls"] if c["audio"] and c["audio"][0]["state"] == "kept")
    done = callbox("export", "vcon", call["call_id"], "--inline", "--out", tmp_path / "v.json", "--config", config)
    assert done.returncode == 0
    assert json.loads((tmp_path / "v.json").read_text("utf-8"))["dialog"][0]["body"]
    done = callbox("export", "calls", *days, "--agent", call["agent_id"], "--out", tmp_path / "c.csv", CALLBOX_LANG="zh")
    assert done.returncode == 0
    assert "通电话" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "yesterday", "--to", "2026-11-22", "--out", "a.zip"), "is no date"),
        (("--from", "2026-11-22", "--to", "2026-11-16", "--out", "a.zip"), "swap the two days"),
        (("--from", "2026-11-16", "--to", "2026-11-22", "--out", "a.rar"), "name the file"),
        (("--from", "2026-11-16", "--to", "2026-11-22", "--wav", "--out", "a.csv"), "no audio"),
        (("--from", "2026-11-16", "--to", "2026-11-22", "--agent", "x", "--out", "a.zip"), "No call fits"),
    ],
)
def test_bad_orders_are_told_and_write_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    (config.parent / "here").mkdir()
    monkeypatch.chdir(config.parent / "here")
    done = callbox("export", "calls", *words, "--config", config)
    assert done.returncode != 0
    assert told in done.stderr
    assert not list((config.parent / "here").iterdir())
