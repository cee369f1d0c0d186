from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hw.messages import UserError
from quality.mystery.calls import MysteryCalls
from quality.mystery.plan import Means, plan_dials
from quality.mystery.questions import Questions
from recorder.times import to_text
from tests.quality.department import ZONE, user

MONDAY = date(2026, 8, 17)
MEANS = Means([str(8001 + n) for n in range(8)], ["a", "b", "c"], ["13900000001", "13900000002"], range(8, 21), (10, 11, 14, 15))


@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_calls_repeat_nobody_and_avoid_the_peaks(seed: int) -> None:
    zone = ZoneInfo(ZONE)
    dials = plan_dials(MEANS, MONDAY, 7, 200, zone=zone, seed=seed)
    assert len(dials) == 200
    for one, two in pairwise(dials):
        assert one.at <= two.at
        assert one.agent != two.agent
        assert one.question != two.question
        assert one.number != two.number
    assert {datetime.fromtimestamp(d.at, zone).hour for d in dials} == set(range(8, 21)) - {10, 11, 14, 15}
    assert {datetime.fromtimestamp(d.at, zone).date().weekday() for d in dials} == set(range(7))
    assert set(Counter(d.agent for d in dials).values()) == {25}
    assert dials == plan_dials(MEANS, MONDAY, 7, 200, zone=zone, seed=seed)


@pytest.mark.parametrize("lacking", [{"agents": ["1"]}, {"questions": []}, {"numbers": ["1", "1"]}, {"hours": [10, 11]}])
def test_too_little_to_plan_with_is_said(lacking: dict[str, list[str]]) -> None:
    with pytest.raises(UserError, match="at least"):
        plan_dials(Means(**{**vars(MEANS), **lacking}), MONDAY, 7, 10, zone=ZoneInfo(ZONE), seed=1)  # type: ignore[arg-type]


def bank(store: Path) -> list[str]:
    questions, trainer, lead = Questions(store), user(store, "trainer"), user(store, "manager")
    made = [questions.propose("退换货", f"问题{n}？", "七天内可退", trainer) for n in range(3)]
    with pytest.raises(UserError, match="Somebody else"):
        questions.review(made[0].id, True, trainer)
    return [questions.review(q.id, True, lead).id for q in made]


def test_the_bank_is_reviewed_by_somebody_else_once(own_centre: Path) -> None:
    key, lead = bank(own_centre)[0], user(own_centre, "manager")
    questions = Questions(own_centre)
    with pytest.raises(UserError, match="any more"):
        questions.review(key, False, user(own_centre, "admin"))
    with pytest.raises(UserError, match="already"):
        questions.propose("退换货", "问题1？", "x", lead)
    assert questions.retire(key, lead).state == "retired"


def test_calls_are_planned_found_by_number_judged_and_counted(own_centre: Path) -> None:
    mystery, lead, questions = MysteryCalls(own_centre, ZONE), user(own_centre, "manager"), bank(own_centre)
    means = Means(MEANS.agents, [*questions, "never approved"], MEANS.numbers, MEANS.hours, MEANS.peak_hours)
    planned = mystery.plan(MONDAY, means, lead, count=20, seed=3)
    assert {call.question_id for call in planned} == set(questions)
    with pytest.raises(UserError, match="planned already"):
        mystery.plan(MONDAY, means, lead)
    with sqlite3.connect(own_centre / "calls.db") as database:  # somebody makes the first call, 20 minutes late
        call = database.execute("SELECT id FROM calls WHERE duration_s > 60 LIMIT 1").fetchone()[0]
        values = (planned[0].caller_number, to_text(planned[0].planned_at + 1200), call)
        database.execute("UPDATE calls SET caller_number = ?, started_at = ? WHERE id = ?", values)
    found, missed = mystery.link(planned[-1].planned_at + 3 * 86_400)
    assert (found, missed) == (1, 19)
    linked = next(c for c in mystery.between(MONDAY, date(2026, 8, 23)) if c.state == "linked")
    assert (linked.call_id, linked.caller_number) == (call, planned[0].caller_number)
    mystery.judge(linked.id, True, 90.0, lead, {"语气": "好"})
    with pytest.raises(UserError, match="not made"):
        mystery.judge(planned[-1].id, True, 90.0, lead)
    figures = mystery.figures(MONDAY, date(2026, 8, 23))
    assert (figures.planned, figures.made, figures.missed, figures.correct, figures.score) == (20, 1, 19, 1.0, 90.0)
    assert figures.by_topic == {"退换货": 1.0}
    assert mystery.figures(date(2030, 1, 1), date(2030, 1, 7)).correct is None
