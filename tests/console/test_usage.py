"""A command line that cannot be understood, at a Chinese and at an English terminal."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from console.commandline import run

LINES = {
    "alarms ack": ("the following arguments are required: NUMBER, --by", "缺少参数：NUMBER, --by"),
    "alarms --foo": ("unrecognized arguments: --foo", "无法识别的参数：--foo"),
    "nothing": ("invalid choice: 'nothing'", "没有 'nothing'，可用：'demo'"),
    "evaluate rules x --confuse 2": ("2 is not between 0 and 1", "参数 --confuse：2 不在 0 与 1 之间"),
}


def said(line: str, monkeypatch: pytest.MonkeyPatch, terminal: str) -> str:
    monkeypatch.setenv("CALLBOX_LANG", terminal)
    with redirect_stderr(io.StringIO()) as told, pytest.raises(SystemExit) as ended:
        run(line.split())
    assert ended.value.code == 2
    return told.getvalue()


@pytest.mark.parametrize("line", LINES)
def test_usage_errors_come_in_the_terminals_language_or_the_one_asked_for(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    english, chinese = LINES[line]
    assert english in said(line, monkeypatch, "en")
    assert chinese in said(line, monkeypatch, "zh")
    assert chinese in said(f"--lang zh {line}", monkeypatch, "en")
    assert english in said(f"--lang en {line}", monkeypatch, "zh")
