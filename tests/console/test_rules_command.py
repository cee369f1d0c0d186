"""callbox rules, as a person uses it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analyzer.rules.rulebook import SHIPPED, load
from console.commandline import run
from tests.analyzer.rules.stores import fill
from tests.analyzer.rules.test_library import MINE, OTHER, REFUND


@pytest.fixture
def box(tmp_path: Path) -> list[str]:
    config = tmp_path / "callbox.toml"
    config.write_text(f'[store]\npath = "{tmp_path / "store"}"\n', encoding="utf-8")
    (tmp_path / "store").mkdir()
    shutil.copytree(SHIPPED, tmp_path / "mine")
    (tmp_path / "mine" / "90-mine.toml").write_text(MINE, encoding="utf-8")
    return ["--config", str(config)]


def test_list_and_show(box: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "list", *box]) == 0
    listed = capsys.readouterr().out
    assert all(rule in listed for rule in load().ids())
    assert run(["rules", "show", "insult", *box]) == 0
    assert "辱骂" in capsys.readouterr().out
    assert run(["rules", "show", "inslut", *box]) == 2
    assert "insult" in capsys.readouterr().err


def test_check_names_file_and_line(
    box: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOX_LANG", "en")  # put back afterwards: --lang sets it
    assert run(["rules", "check", str(tmp_path / "mine"), *box]) == 0
    wrong = tmp_path / "wrong.json"
    rule = {
        "id": "a",
        "name_zh": "a",
        "name_en": "a",
        "explain_zh": "a",
        "explain_en": "a",
        "sides": "agent",
        "check": [{"words": ["b"]}],
    }
    wrong.write_text(json.dumps({"version": "1", "rule": [rule]}, indent=1), encoding="utf-8")
    assert run(["--lang", "zh", "rules", "check", str(wrong), *box]) == 2
    line = next(n for n, text in enumerate(wrong.read_text(encoding="utf-8").splitlines(), 1) if "sides" in text)
    assert f"wrong.json:{line}" in (told := capsys.readouterr().err)
    assert "未知名称“sides”" in told
    wrong.write_text("{", encoding="utf-8")
    assert run(["rules", "check", str(wrong), *box]) == 2


def test_try_adopt_rescore_back(
    box: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOX_LANG", "en")
    late, _ = fill(tmp_path / "store", load(), [REFUND, OTHER])
    mine = str(tmp_path / "mine")
    assert run(["--lang", "en", "rules", "try", mine, *box]) == 0
    told = capsys.readouterr().out
    assert "1 more calls, 0 fewer" in told
    assert late in told
    assert run(["rules", "try", mine, "--json", *box]) == 0
    assert [d["call"] for d in json.loads(capsys.readouterr().out)["more"]] == [late]
    assert run(["rules", "adopt", mine, *box]) == 0
    assert run(["rules", "rescore", *box]) == 0
    assert "2 calls judged again" in capsys.readouterr().out
    assert run(["rules", "rescore", *box]) == 0
    assert "0 calls judged again" in capsys.readouterr().out
    assert run(["rules", "back", *box]) == 0
    assert run(["rules", "history", *box]) == 0
    assert capsys.readouterr().out.count("2026.11+") == 3
