from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from analyzer.store import AnalysisReader
from hw.messages import UserError
from quality.centre.cast import Spec, make_cast
from quality.centre.make import make_centre, read_truths
from quality.centre.traffic import calls
from quality.store import reading
from quality.weekly.page import weekly_summary
from recorder.settings.loader import load
from recorder.store.writer import CallReader
from tests.quality.department import SMALL


def test_the_same_seed_makes_the_same_calls() -> None:
    spec = Spec(agents=8, inspectors=3, months=2, seed=5, calls_a_month=30)
    first, second = (list(calls(spec, make_cast(spec))) for _ in range(2))
    assert first == second
    other = Spec(agents=8, inspectors=3, months=2, seed=6, calls_a_month=30)
    assert list(calls(other, make_cast(other))) != first


def test_the_readers_of_the_house_read_it(centre: Path) -> None:
    with reading(centre) as connection:
        count, call = connection.execute("SELECT count(*), max(id) FROM calls.calls WHERE state = 'closed'").fetchone()
    reader = CallReader(centre)
    found = reader.call(call)
    assert found is not None
    assert found.agent_id
    with AnalysisReader(centre) as analyses:
        analysis = analyses.analysis(call)
    assert analysis is not None
    lost = {name: sum(d.points for d in analysis.deductions if d.score == name) for name in ("compliance", "experience", "risk")}
    assert {name: round(100 - points, 2) for name, points in lost.items()} == vars(analysis.scores)
    summary = weekly_summary(centre, "2026-W33")
    assert 0 < summary.calls < count
    assert load([centre / "callbox.toml"]).store.path == str(centre.resolve())


def test_each_truth_is_planted_in_a_team_of_its_own(centre: Path) -> None:
    truths = read_truths(centre)
    teams = {a.number: a.team for a in make_cast(SMALL).agents}
    assert len({truths["problem_team"], truths["repeat_team"], teams[str(truths["bad_agent"])]}) == 3


def test_nobody_is_on_two_calls_at_once(centre: Path) -> None:
    with reading(centre) as connection:
        sql = "SELECT agent_id, started_at, ended_at FROM calls.calls ORDER BY agent_id, started_at"
        rows = connection.execute(sql).fetchall()
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(rows))


def test_a_box_with_calls_is_never_overwritten(own_centre: Path) -> None:
    before = (own_centre / "calls.db").read_bytes()
    with pytest.raises(UserError, match="folder of its own"):
        make_centre(own_centre, SMALL)
    assert (own_centre / "calls.db").read_bytes() == before


@pytest.mark.parametrize("bad", [{"agents": 2}, {"inspectors": 1}, {"months": 1}])
def test_a_centre_too_small_for_its_truths_is_refused(bad: dict[str, int]) -> None:
    with pytest.raises(UserError):
        Spec(**bad)  # type: ignore[arg-type]


def test_foreign_keys_hold(centre: Path) -> None:
    for name in ("calls", "analysis", "review"):
        assert sqlite3.connect(centre / f"{name}.db").execute("PRAGMA foreign_key_check").fetchall() == []
