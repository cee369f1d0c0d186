"""The wheel carries all that the program reads: a data file left out would be missed only on a customer's box."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

HOUSE = Path(__file__).parents[2]
ROOMS = ("firmware", "hw", "recorder", "analyzer", "quality", "webui", "console")
NOT_INSTALLED = ("console/setup", "hw/udev", "hw/asound", "webui/vendor.sh", "webui/babel.cfg")
"""Set-up, tools, wiring and system files: used from the checkout, never imported or read by the program."""


def build_wheel(folder: Path) -> set[str]:
    """Build in a copy, so that nothing is left in the house; the names inside."""
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(HOUSE / name, source)
    for room in ROOMS:
        shutil.copytree(HOUSE / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    offline = ("--no-deps", "--no-index", "--no-build-isolation")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", *offline, "-w", str(folder), str(source)], check=True)
    [wheel] = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_the_program_reads_is_in_the_wheel(tmp_path: Path) -> None:
    inside = build_wheel(tmp_path)
    here = {
        path.relative_to(HOUSE).as_posix()
        for room in ROOMS
        for path in (HOUSE / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    left_out = {name for name in here - inside if not name.startswith(NOT_INSTALLED) and not name.endswith(".md")}
    assert left_out == set()
    assert not [name for name in inside if name.startswith("tests/")]


def pinned() -> dict[str, str]:
    lines = (HOUSE / "constraints.txt").read_text(encoding="utf-8").split()
    return dict(line.lower().replace("_", "-").split("==") for line in lines)


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    plain = {name.partition(">")[0].lower().replace("_", "-") for name in named} - {"setuptools"}
    assert plain - set(pinned()) == set()


def test_nothing_set_up_reads_names_a_registry() -> None:
    for name in ("constraints.txt", "package.json", "package-lock.json", "pyproject.toml", "Makefile", ".ci/run"):
        text = (HOUSE / name).read_text(encoding="utf-8")
        assert '"resolved"' not in text, name
        assert "://" not in text, name
