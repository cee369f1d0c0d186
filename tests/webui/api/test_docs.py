"""docs/api.md: its examples work, its metrics are those that come, its commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from flask import Flask

from console.commandline import build_parser
from quality.access.tokens import SCOPES
from tests.webui.api.conftest import MakeProgram
from tests.webui.makebox import TestBox
from webui.api import metrics

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
BOX = "http://box"


def test_every_example_works(program: MakeProgram, app: Flask, box: TestBox) -> None:
    token = program().text
    page = PAGE.replace("$TOKEN", token).replace("$BOX", BOX).replace("$CALL", box.ids["rude"])
    lines = re.findall(r"^curl .*$", page, re.MULTILINE)
    assert len(lines) > 8
    for line in lines:
        words = shlex.split(line)[1:]
        headers, address = {}, ""
        while words:
            word = words.pop(0)
            if word == "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            elif word == "-o":
                words.pop(0)
            else:
                address = word.removeprefix(BOX)
        answer = app.test_client().get(address, headers=headers)
        assert answer.status_code == (206 if "Range" in headers else 200), line
        assert answer.data


def test_the_commands_are_commands() -> None:
    for line in re.findall(r"^callbox .*$", PAGE, re.MULTILINE):
        assert build_parser().parse_args(shlex.split(line)[1:]).command == "tokens"


def test_the_metrics_are_those_that_come(program: MakeProgram, app: Flask) -> None:
    told = set(re.findall(r"`(callbox_[a-z_]+)`", PAGE))
    text = app.test_client().get("/metrics", headers=program("metrics:read").headers).text
    come = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    assert come <= told
    source = Path(metrics.__file__).read_text("utf-8")
    for name in told - come:  # of things this box has not: a sensor, a backlog, a recorder that runs
        assert f'"{name.removeprefix("callbox_")}"' in source, name
    assert "metrics:read" in SCOPES
