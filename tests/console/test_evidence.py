"""callbox verify, retention, hold and release as a person at the terminal meets them."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from console.__main__ import main
from recorder.evidence.keeper import read_report
from recorder.retention.policy import DAY_S
from recorder.store.schema import CALLS_DB
from tests.recorder.evidence.shelf import Clock, fill, open_shelf, record


@pytest.fixture
def config(tmp_path: Path) -> Path:
    fill(tmp_path / "store")
    path = tmp_path / "callbox.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "store"}"\n[retention]\ndays = 60\n', "utf-8")
    return path


def alter(config: Path, sql: str = "UPDATE calls SET team = 'X' WHERE id = 'b'") -> None:
    with sqlite3.connect(config.parent / "store" / CALLS_DB) as stranger:
        stranger.execute(sql)


def test_all_is_well(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "verify", "--config", str(config)]) == 0
    shown = capsys.readouterr()
    assert "everything is as it was recorded" in shown.out
    assert "audio files" in shown.err
    assert main(["--lang", "zh", "verify", "--config", str(config)]) == 0
    assert "一切与录制时一致" in capsys.readouterr().out


def test_the_first_thing_wrong_is_named_or_all(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alter(config)
    (config.parent / "store/audio/2026/11/22/c-1.flac").unlink()
    assert main(["--lang", "en", "verify", "--config", str(config)]) == 1
    out = capsys.readouterr().out
    assert "ALTERED: the row of call b: team: '' → 'X'" in out
    assert "MISSING" not in out
    assert main(["--lang", "zh", "verify", "--all", "--config", str(config)]) == 1
    assert "缺失：文件 audio/2026/11/22/c-1.flac（通话 c）" in capsys.readouterr().out
    report = read_report(config.parent / "store")
    assert report
    assert report.en.startswith("2: ALTERED")
    assert report.zh.startswith("2 处：")


def test_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alter(config)
    assert main(["verify", "--json", "--all", "--config", str(config)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["ok"], [problem["id"] for problem in document["problems"]]) == (False, ["b"])
    assert main(["verify", "c", "--json", "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out)["seen"]["files"] == 1


def test_key_and_heads_kept_elsewhere(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    key, heads = str(tmp_path / "key.pem"), str(tmp_path / "heads")
    assert main(["verify", "--config", str(config), "--export-key", key, "--export-heads", heads]) == 0
    assert main(["verify", "--config", str(config), "--key", key, "--heads", heads]) == 0
    last = max(Path(heads).iterdir())
    last.write_text(last.read_text("utf-8").replace('"seq": ', '"seq": 1'), "utf-8")
    assert main(["verify", "--config", str(config), "--key", key, "--heads", heads]) == 1
    assert main(["--lang", "en", "verify", "--config", str(config), "--key", str(config)]) == 2
    assert "holds no Ed25519 public key" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--from", "yesterday"], ["--to", "9999-12-31"], ["--from", "2026-11-31"]])
def test_days_that_are_none(config: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(["--lang", "en", "verify", "--config", str(config), *arguments]) == 2
    assert "write a day like 2026-11-22" in capsys.readouterr().err


def test_days(config: Path) -> None:
    alter(config)
    assert main(["verify", "--config", str(config), "--to", "2026-11-22"]) == 0
    assert main(["verify", "--config", str(config), "--from", "2026-11-23"]) == 1


def test_nothing_recorded_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "callbox.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "none"}"\n', "utf-8")
    for command in (["verify"], ["retention"], ["retention", "--list"], ["hold", "x", "--reason", "y"]):
        assert main(["--lang", "en", *command, "--config", str(path)]) == 2
        assert "no recordings here yet" in capsys.readouterr().err


def test_what_would_go_and_why_and_what_has_gone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = time.time()
    store = open_shelf(config.parent / "store", Clock(now))
    record(store, "old", now - 100 * DAY_S)
    record(store, "held", now - 100 * DAY_S)
    record(store, "fresh", now - 100)
    store.close()
    assert main(["--lang", "en", "hold", "held", "--reason", "lawyer", "--by", "ann", "--config", str(config)]) == 0
    capsys.readouterr()
    assert main(["--lang", "en", "retention", "--dry-run", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert "to be deleted now: 1 calls" in out
    assert "too old  old" in out
    assert "1 (on hold)" in out
    assert main(["retention", "--json", "--config", str(config)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in document["deletions"]] == ["old"]
    assert main(["--lang", "zh", "retention", "--list", "--config", str(config)]) == 0
    assert "超过保存期" in capsys.readouterr().out
    assert main(["--lang", "en", "hold", "--config", str(config)]) == 0
    assert "lawyer" in capsys.readouterr().out
    assert main(["--lang", "en", "release", "held", "--reason", "over", "--by", "ann", "--config", str(config)]) == 0
    assert main(["--lang", "en", "hold", "--config", str(config)]) == 0
    assert "no call is on hold" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "said"), [
    (["hold", "b"], "Say why"),
    (["hold", "nobody", "--reason", "x"], "There is no call nobody"),
    (["hold", "a", "--reason", "x"], "deleted already"),
    (["release", "b", "--reason", "x"], "is not on hold"),
])  # fmt: skip
def test_holds_that_cannot_be(config: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["--lang", "en", *arguments, "--config", str(config)]) == 2
    assert said in capsys.readouterr().err


def test_a_call_is_held_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hold", "b", "--reason", "x", "--config", str(config)]) == 0
    assert main(["--lang", "en", "hold", "b", "--reason", "x", "--config", str(config)]) == 2
    assert "on hold already" in capsys.readouterr().err
