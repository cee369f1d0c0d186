"""What the demo says of its calls, beside what was planned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from analyzer.result import CallFacts
from console.demo.bundle import BundledCall
from console.demo.house import House
from console.demo.plan import DemoLine, Placed, Plan
from console.demo.results import export_week, outcomes, show
from console.demo.run import Demo
from hw.simulated.tap import Tap
from recorder.settings.sections import Settings, Store
from tests.console.contract import check_call
from tests.quality.factory import MONDAY, Made, fill


@pytest.fixture
def made(tmp_path: Path) -> list[Made]:
    (tmp_path / "store").mkdir()
    return [call for call in fill(tmp_path / "store", 60) if call.duration_s]


def placed(call: Made, late_s: float = 0.0, longer_s: float = 0.0) -> Placed:
    """The plan that a call came of, but for what it is late and longer."""
    assert call.duration_s is not None
    line = DemoLine(call.line, "801", "01", (0, 1), 0, "zh", call.agent_id)
    bundled = BundledCall(f"call_{call.id[-4:]}", Path("x.flac"), call.duration_s + longer_s, CallFacts())
    starts_at = call.started_at - MONDAY - late_s
    return Placed(bundled, line, starts_at - 6, starts_at, starts_at + bundled.duration_s, call.caller_number)


def demo(tmp_path: Path, *planned: Placed) -> Demo:
    settings = Settings(store=Store(str(tmp_path / "store")))
    tap = Tap("pcm", tmp_path / "conf", tmp_path / "raw", 2, 8000, 60.0)
    house = House(tmp_path, tmp_path / "callbox.toml", tap, settings, MONDAY, MONDAY)
    return Demo(house, Plan(planned, 9e5), "", "", {})


def test_a_call_is_found_with_everything_known_of_it(tmp_path: Path, made: list[Made]) -> None:
    call = next(call for call in made if call.job == "done")
    (outcome,) = outcomes(demo(tmp_path, placed(call)))
    assert outcome.faithful and outcome.description is not None
    check_call(outcome.description)
    assert outcome.description["id"] == call.id and outcome.description["agent"] == call.agent_id
    assert outcome.description["caller_number"] == call.caller_number
    assert [hit["rule"] for hit in outcome.description["rule_hits"]] == [hit.rule for hit in call.hits]  # type: ignore[attr-defined]


def test_what_did_not_happen_as_planned_is_told(tmp_path: Path, made: list[Made], capsys: pytest.CaptureFixture[str]) -> None:
    done = next(call for call in made if call.job == "done")
    parked = next(call for call in made if call.job == "parked")
    lost = replace(done, line="no such line")
    planned = (placed(done, late_s=30), placed(done, longer_s=20), placed(parked), placed(lost))
    results = outcomes(demo(tmp_path, *planned))
    assert [result.faithful for result in results] == [False] * 4
    show(results)
    assert capsys.readouterr().out.count("NOT as planned") == 4


def test_the_weekly_summary_is_written_beside_the_store(tmp_path: Path, made: list[Made]) -> None:
    path = export_week(demo(tmp_path, *map(placed, made)))
    assert path == tmp_path / "weekly-2026-W47.xlsx"
    assert len(openpyxl.load_workbook(path).sheetnames) > 1
