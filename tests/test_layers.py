"""The floors of the house: imports run downwards only, read from the syntax trees, and the light services stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]

MAY_IMPORT = {
    "firmware": set(),
    "hw": {"firmware"},
    "recorder": {"firmware", "hw"},
    "analyzer": {"firmware", "hw", "recorder"},
    "quality": {"firmware", "hw", "recorder", "analyzer"},
    "webui": {"firmware", "hw", "recorder", "analyzer", "quality"},
    "console": {"firmware", "hw", "recorder", "analyzer", "quality"},
}

DEVICE_LIBRARIES = {"alsaaudio", "serial"}
HEAVY_LIBRARIES = ("vosk", "ctranslate2", "faster_whisper", "onnxruntime")


def imported(tree: ast.AST, package: str) -> set[str]:
    """The modules a file of `package` imports anywhere, by full name. `from a import b` counts as a.b: b may be a module."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def python_files(room: str) -> list[Path]:
    return sorted((HOUSE / room).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    package = ".".join(path.parent.relative_to(HOUSE).parts)
    return imported(ast.parse(path.read_text(encoding="utf-8")), package)


def top(name: str) -> str:
    return name.partition(".")[0]


def test_every_kind_of_import_is_seen() -> None:
    source = "import a.b as c\nfrom d.e import f\ndef g():\n    from h import i\n    from . import j\n    from ..k import l\n"
    assert imported(ast.parse(source), "room.inner") == {"a.b", "d.e.f", "h.i", "room.inner.j", "room.k.l"}


def test_every_python_room_has_a_floor() -> None:
    rooms = {path.parent.name for path in HOUSE.glob("*/__init__.py")} - {"tests"}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_downwards(room: str) -> None:
    upwards = [
        f"{path.relative_to(HOUSE)} imports {name}"
        for path in python_files(room)
        for name in sorted(imports_of(path))
        if top(name) in MAY_IMPORT and top(name) != room and top(name) not in MAY_IMPORT[room]
    ]
    assert upwards == []


def test_only_the_lowest_floor_touches_devices() -> None:
    reaching_down = [
        f"{path.relative_to(HOUSE)} imports {name}"
        for room in set(MAY_IMPORT) - {"hw"}
        for path in python_files(room)
        for name in sorted(imports_of(path))
        if top(name) in DEVICE_LIBRARIES
    ]
    assert reaching_down == []


def test_the_product_never_imports_its_tests() -> None:
    assert [path for room in MAY_IMPORT for path in python_files(room) if "tests" in map(top, imports_of(path))] == []


# Everything a running service loads: the modules its __main__ reaches, imported without being run.
@pytest.mark.parametrize("service", ["recorder", "webui"])
def test_recorder_and_webui_load_no_recogniser(service: str) -> None:
    modules = sorted(
        ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__") for path in python_files(service)
    )
    program = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(*[name for name in {HEAVY_LIBRARIES!r} if name in sys.modules])\n"
    )
    loaded = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert (loaded.returncode, loaded.stdout.strip()) == (0, ""), loaded.stderr


ADAPTERS = ("hw.alsa", "hw.linesense", "hw.smdr", "hw.paced", "hw.serialport", "hw.simulated")
MAY_NAME_ADAPTERS = (
    "hw/",
    "recorder/__main__.py",
    "recorder/replay.py",
    "recorder/bench/",
    "recorder/faults/",
    "console/demo/",
    "console/serial",
    "console/doctor/listen",
    "quality/webbench/",
)
"""Beside each service's __main__: what puts simulated devices in place (demo, replay), what measures, the technician's port, and
the doctor, who opens a device that no recorder has open."""


def test_only_the_entrances_name_concrete_devices() -> None:
    named = [
        f"{path.relative_to(HOUSE)} imports {name}"
        for room in MAY_IMPORT
        for path in python_files(room)
        if not path.relative_to(HOUSE).as_posix().startswith(MAY_NAME_ADAPTERS)
        for name in sorted(imports_of(path))
        if f"{name}.".startswith(tuple(f"{adapter}." for adapter in ADAPTERS))
    ]
    assert named == []
