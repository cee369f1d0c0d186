"""The observation sheet: an agent's marks, by day and by period, as a report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.periods import parse
from quality.reports.facts import Box
from quality.reports.files import write
from quality.reports.model import Report
from quality.reports.observation import observation_report
from quality.reviewing.observation import MARKS, Observations
from recorder.store.reader import CallReader
from tests.quality.department import ZONE, user


def report_of(store: Path, agent: str) -> Report:
    return observation_report(Box(store, timezone=ZONE), agent, parse("week", "2026-W37"))


def busiest(store: Path) -> tuple[str, date]:
    """An agent and a day of that week with calls."""
    with CallReader(store) as reader:
        (row,) = reader.rows(
            """SELECT agent_id, date(started_at, '+8 hours') AS day FROM calls
            WHERE started_at BETWEEN '2026-09-08' AND '2026-09-12' AND agent_id IS NOT NULL
            GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1"""
        )
    return row["agent_id"], date.fromisoformat(row["day"])


def test_the_sheet_shows_what_was_marked_a_persons_mark_first(own_centre: Path, tmp_path: Path) -> None:
    agent, day = busiest(own_centre)
    observations = Observations(own_centre, ZONE)
    observations.fill(day)
    curves, sheet = report_of(own_centre, agent).tables
    (drawn,) = [row for row in curves.rows if row[0] == day]
    assert drawn[1:] == tuple(dict(observations.curve(agent, day, day)[mark])[day] for mark in MARKS)
    assert all(isinstance(value, float) for value in drawn[1:])
    assert [row[1:] for row in curves.rows if row[0] != day] == [(None, None, None)] * 6
    assert len(curves.charts) == 1 and sheet.rows
    period = {"00:00–11:00": 1, "11:00–14:00": 2, "14:00–17:00": 3, "17:00–24:00": 4}[str(sheet.rows[0][1].en)]  # type: ignore[union-attr]
    observations.mark(agent, day, period, "mood", 12.5, user(own_centre, "inspector"))
    again = report_of(own_centre, agent).tables[1]
    assert again.rows[0][3] == 12.5
    for ending in ("xlsx", "html", "csv"):
        write(report_of(own_centre, agent), tmp_path / f"sheet.{ending}", "zh")
        assert (tmp_path / f"sheet.{ending}").stat().st_size > 200


def test_a_week_without_marks_says_so(centre: Path) -> None:
    with CallReader(centre) as reader:
        agent = reader.agents()[0].id
    report = observation_report(Box(centre, timezone=ZONE), agent, parse("week", "2025-W03"))
    assert report.tables[1].rows == ()


def test_an_agent_there_is_not(centre: Path) -> None:
    with pytest.raises(UserError, match="9999") as caught:
        report_of(centre, "9999")
    assert caught.value.message.zh
