"""`callbox …` as a person types it, and what it said. In this process, since every new one loads all rooms again."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from console.__main__ import main
from recorder.settings.cli import show
from recorder.settings.sections import Settings


def environment(**variables: str) -> dict[str, str]:
    """English unless told otherwise, and no settings of this machine's own but where its models are."""
    own = ("CALLBOX_CONFIG", "CALLBOX_DEMO", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "CALLBOX_LANG": "en", **variables}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def callbox(*words: object, given: str = "", **variables: str) -> Done:
    """Run one command to its end; an error that no command should let through comes through here. given: what is typed."""
    out, err = io.StringIO(), io.StringIO()
    surroundings = patch.dict(os.environ, environment(**variables), clear=True)
    with surroundings, patch("sys.stdin", io.StringIO(given)), redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in words])
    return Done(status, out.getvalue(), err.getvalue())


def refused(*words: object, **variables: str) -> str:
    """What a command says when it cannot be done: in English and, run again, in Chinese."""
    english, chinese = callbox(*words, **variables), callbox(*words, CALLBOX_LANG="zh", **variables)
    for done in (english, chinese):
        assert done.returncode == 2, done
        assert done.stdout == ""
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.stderr)
    return english.stderr


def answer(done: Done) -> Any:
    """The JSON document that standard output has to be, and nothing else."""
    return json.loads(done.stdout)


def written(settings: Settings, folder: Path) -> Path:
    """A settings file."""
    path = folder / "callbox.toml"
    path.write_text(show(settings), encoding="utf-8")
    return path
