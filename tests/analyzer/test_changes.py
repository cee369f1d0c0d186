"""The analyzer begins anew when what it works by changes, and only then."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from analyzer import __main__ as service
from analyzer.changes import Changes, OtherSettings, concerns
from recorder.settings.follow import EVERY_S, Follower
from recorder.settings.loader import load
from recorder.settings.sections import Settings
from recorder.settings.takenup import read


@dataclasses.dataclass
class Box:
    folder: Path
    now: float = 0.0

    def __post_init__(self) -> None:
        self.config = self.folder / "callbox.toml"
        self.config.write_text(f'[store]\npath = "{self.folder}"\n')
        follower = Follower([self.config], load([self.config]), lambda: self.now)
        self.changes = Changes(follower, self.folder / "run", lambda: self.now)

    def write(self, text: str) -> None:
        with self.config.open("a") as file:
            file.write(text)
        self.now += EVERY_S


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.mark.parametrize("text", [
    "[analysis]\nbeam = 3\n", '[site]\ncompany = ["云帆"]\n', '[site]\nlanguage = "en"\n', '[retention]\ntranscripts = "keep"\n',
])  # fmt: skip
def test_it_begins_anew_with_what_it_works_by(box: Box, text: str) -> None:
    box.changes.step()
    box.write(text)
    with pytest.raises(OtherSettings):
        box.changes.step()


def test_what_is_none_of_its_business_is_only_told(box: Box) -> None:
    box.changes.tell()
    box.write('[retention]\ndays = 90\n[site]\nname = "云帆"\n')
    box.changes.step()
    told = read(box.folder / "run", "analyzer")
    assert told is not None
    assert not told.lacks(load([box.config]), ["retention", "site", "analysis"])


def test_every_setting_of_the_analysis_concerns_it() -> None:
    other = dataclasses.replace(Settings(), analysis=dataclasses.replace(Settings().analysis, cpu_share=0.5))
    assert concerns(other) != concerns(Settings())


def test_the_service_becomes_itself_anew(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same program with the same arguments in the same process: nobody sees it end."""
    begun: list[Sequence[str]] = []

    def changed(*_arguments: object, **_more: object) -> int:
        raise OtherSettings

    def begin(program: str, arguments: Sequence[str]) -> None:
        begun.append([program, *arguments])
        raise SystemExit(0)

    monkeypatch.setattr(service, "_run", changed)
    monkeypatch.setattr(os, "execv", begin)
    monkeypatch.setattr("sys.argv", ["analyzer", "--config", str(box.config)])
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "analyzer", "--config", str(box.config)])
    with pytest.raises(SystemExit):
        service.main()
    assert begun[0][2:] == ["-m", "analyzer", "--config", str(box.config)]
    assert begun[0][0] == begun[0][1]
