from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hw.messages import UserError
from quality.centre.make import read_truths
from quality.reviewing.observation import MARKS, RULES, Observations
from quality.store import reading
from recorder.times import from_text
from tests.quality.department import SMALL, ZONE, user

DAY = date(2026, 8, 19)


def test_the_machine_fills_in_what_a_slow_count_says(own_centre: Path) -> None:
    made = Observations(own_centre, ZONE).fill(DAY)
    slow: dict[tuple[str, int], list[set[str]]] = {}
    with reading(own_centre) as connection:
        for call in connection.execute("SELECT c.* FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id").fetchall():
            at = datetime.fromtimestamp(from_text(call["started_at"]), ZoneInfo(ZONE))
            if at.date() == DAY:
                hits = connection.execute("SELECT rule FROM analysis.hits WHERE call_id = ? AND side = 'agent'", (call["id"],))
                period = 1 if at.hour < 11 else 2 if at.hour < 14 else 3 if at.hour < 17 else 4
                slow.setdefault((call["agent_id"], period), []).append({row[0] for row in hits})
    expected = {
        (agent, period, mark): round(100 * sum(not (hits & set(RULES[mark])) for hits in calls) / len(calls), 1)
        for (agent, period), calls in slow.items() for mark in MARKS
    }  # fmt: skip
    assert {(o.agent_id, o.period, o.mark): o.value for o in made} == expected


def test_a_person_s_mark_stands_beside_the_machine_s_and_goes_before_it(own_centre: Path) -> None:
    sheets, lead = Observations(own_centre, ZONE), user(own_centre, "manager")
    agent = sheets.fill(DAY)[0].agent_id
    before = dict(sheets.curve(agent, DAY, DAY)["mood"])[DAY]
    sheets.mark(agent, DAY, 1, "mood", 40, lead)
    sheets.fill(DAY)  # again: the person's stays
    assert before is not None
    assert sheets.curve(agent, DAY, DAY)["mood"] == [(DAY, 40.0)]
    later = date(2026, 8, 20)
    assert sheets.curve(agent, DAY, later)["mood"][1] == (later, None)  # not known is no mark, never 0


@pytest.mark.parametrize("bad", [(0, "mood", 50), (5, "mood", 50), (1, "colour", 50), (1, "mood", 101)])
def test_marks_there_are_not(own_centre: Path, bad: tuple[int, str, float]) -> None:
    with pytest.raises(UserError):
        Observations(own_centre, ZONE).mark("8001", DAY, *bad, user(own_centre, "manager"))


def test_the_bad_agent_s_curve_lies_lowest(own_centre: Path) -> None:
    sheets = Observations(own_centre, ZONE)
    marks: dict[str, list[float]] = {}
    for day in SMALL.days[:14]:
        for seen in sheets.fill(day):
            marks.setdefault(seen.agent_id, []).append(seen.value)
    assert min(marks, key=lambda agent: sum(marks[agent]) / len(marks[agent])) == read_truths(own_centre)["bad_agent"]
