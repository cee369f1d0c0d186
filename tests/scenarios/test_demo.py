"""The main job end to end, as `callbox demo` does it: three bundled calls on five lines, 25 times as fast as they happened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from recorder.store.reader import CallReader
from tests.console.command import environment
from tests.console.contract import check_call

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]

BUNDLE = Path(__file__).parents[2] / "console" / "democalls" / "calls"
NAMES = ("stock_rude", "shoes_perfect", "fund_overpromise")


def truth(name: str) -> dict[str, Any]:
    return dict(json.loads((BUNDLE / f"{name}.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demo's folder, and how it ended."""
    store = tmp_path_factory.mktemp("demo") / "store"
    options = ["--exit", "--json", "--speed", "25", "--store", str(store), "--calls", *NAMES]
    command = [sys.executable, "-m", "console", "demo", *options]
    return store, subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)


@pytest.fixture
def calls(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> list[dict[str, Any]]:
    return list(json.loads(demo[1].stdout)["calls"])


def test_every_call_is_found_as_it_happened(
    demo: tuple[Path, subprocess.CompletedProcess[str]], calls: list[dict[str, Any]]
) -> None:
    assert demo[1].returncode == 0, demo[1].stderr
    for call in calls:
        check_call(call)
    known = ("line", "name", "layout", "direction", "hung_up_by", "agent")
    assert sorted(tuple(call[name] for name in known) for call in calls) == [
        ("1", "shoes_perfect", "pair", "in", "customer", "1001"),
        ("2", "fund_overpromise", "pair", "out", "customer", "1002"),
        ("3", "stock_rude", "pair", "in", "agent", "1003"),
        ("6", "shoes_perfect", "mono", "in", "customer", "1006"),
        ("7", "shoes_perfect", "pair", "in", None, "1007"),
    ]


def test_the_pbx_gave_each_call_its_number(calls: list[dict[str, Any]]) -> None:
    numbers = [call["called_number"] if call["direction"] == "out" else call["caller_number"] for call in calls]
    assert len(set(numbers)) == len(calls) and all(number.startswith("0571000") for number in numbers)


def test_rings_are_counted_from_the_line_itself(calls: list[dict[str, Any]]) -> None:
    rings = {(call["name"], call["line"]): call["ring_s"] for call in calls}
    assert rings["stock_rude", "3"] == pytest.approx(truth("stock_rude")["facts"]["ring_s"], abs=0.3)
    assert rings["shoes_perfect", "1"] == pytest.approx(truth("shoes_perfect")["facts"]["ring_s"], abs=0.3)


def test_a_rude_call_is_found_rude_and_a_perfect_one_is_left_alone(calls: list[dict[str, Any]]) -> None:
    by_name = {(call["name"], call["line"]): call for call in calls}
    fired = {key: {hit["rule"] for hit in call["rule_hits"]} for key, call in by_name.items()}
    assert {"insult", "opening", "closing", "agent_hung_up_first"} <= fired["stock_rude", "3"]
    assert "overpromise" in fired["fund_overpromise", "2"]
    for line in ("1", "6", "7"):
        assert not fired["shoes_perfect", line] & set(truth("shoes_perfect")["must_not"])
    rude, perfect = by_name["stock_rude", "3"]["scores"], by_name["shoes_perfect", "1"]["scores"]
    assert all(rude[name] < perfect[name] for name in ("compliance", "experience", "risk", "form"))


def test_the_recording_lies_in_the_store_whole(
    demo: tuple[Path, subprocess.CompletedProcess[str]], calls: list[dict[str, Any]]
) -> None:
    store = demo[0] / "data"
    with CallReader(store) as reader:
        assert len(reader.calls_between(0, 9e9)) == len(calls)
        for call in calls:
            (part,) = reader.parts(call["id"])
            assert (store / part.path).is_file() and part.sha256
            assert reader.gaps(call["id"]) == []
    assert list(store.rglob("*.part")) == []


def test_the_weekly_summary_reads_back(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    (path,) = demo[0].glob("weekly-*.xlsx")
    cells = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    for name in ("李晓敏", "王强", "陈静"):
        assert name in cells
    assert any("insult" in cell or "辱骂" in cell or "Insult" in cell for cell in cells)


def test_nothing_of_the_demo_runs_on(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not any(str(demo[0]).encode() in command for command in commands)
