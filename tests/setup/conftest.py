"""A house in which every tool that set-up calls is a stand-in that notes that it was called."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
BASICS = ("bash", "cat", "cp", "cut", "dirname", "env", "id", "mkdir", "printf", "rm", "sed", "sha256sum", "sleep", "tail", "tr")

# One stand-in for all tools: notes its name and arguments; `python -m venv` makes a folder with more stand-ins.
TOOL = """#!/bin/bash
name=${0##*/}
case "$*" in -c*|-V) exit 0 ;; esac
echo "$name $*" >>"$CALLS"
if [ "$name" = "$BROKEN" ]; then echo "no room left" >&2; exit 1; fi
case "$name $*" in
  *"-m venv"*) mkdir -p .venv/bin; for tool in python callbox pybabel; do cp "$0" ".venv/bin/$tool"; done ;;
  "npm ci"*) mkdir -p webui/static/vendor ;;
  pybabel*) : >webui/translations/zh/LC_MESSAGES/messages.mo ;;
  callbox*) mkdir -p "$HOME/.cache/callbox/models/whisper-base"; : >"$HOME/.cache/callbox/models/whisper-base/model.bin" ;;
esac
"""


@dataclass
class FreshHouse:
    """A copy of set-up with stand-ins around it. `path` has a space in it on purpose."""

    path: Path
    tools: Path

    def run(self, group: str, language: str = "en", broken: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.tools), "HOME": str(self.path), "CALLBOX_LANG": language, "BROKEN": broken,
            "CALLS": str(self.path / "calls"), "PYTHON": "python3",
        }  # fmt: skip
        (self.path / "calls").write_text("")
        script = self.path / "console/setup/setup.sh"
        return subprocess.run(
            [str(self.tools / "bash"), str(script), group], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip

    def calls(self) -> list[str]:
        """What was called since the last run began: the tool and its first argument that says what for."""
        return [line.strip() for line in (self.path / "calls").read_text().splitlines()]

    def add_tool(self, name: str, text: str = TOOL) -> None:
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)


@pytest.fixture
def house(tmp_path: Path) -> FreshHouse:
    fresh = FreshHouse(tmp_path / "call box", tmp_path / "tools")
    fresh.tools.mkdir()
    for name in BASICS:
        if found := shutil.which(name):
            (fresh.tools / name).symlink_to(found)
    shutil.copytree(HOUSE / "console/setup", fresh.path / "console/setup")
    (fresh.path / "webui/translations/zh/LC_MESSAGES").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", "package.json", "package-lock.json", "webui/vendor.sh",
                 "webui/translations/zh/LC_MESSAGES/messages.po"):  # fmt: skip
        (fresh.path / name).write_text("")
    for name in ("python3", "gcc", "node", "npm", "chromium", "systemd-analyze", "ngspice", "udevadm"):
        fresh.add_tool(name)
    return fresh
