from __future__ import annotations

import copy
import random
import sqlite3
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hw.messages import UserError
from quality.reviewing.assignments import Assignments
from quality.sampling.draw import Pick, Tally, apart, draw
from quality.sampling.evaluate import chi_square_p, evaluate_sampling
from quality.sampling.frame import Candidate, Worked
from quality.sampling.plans import Plans, duty_progress
from quality.sampling.quota import AgentMonth, duty, quotas
from quality.sampling.rules import STRATA, read_rules, shipped_rules
from quality.sampling.rulestore import RuleStore
from quality.sampling.standing import standings
from quality.sampling.weightsfile import take_weights, weights_toml
from quality.store import reading
from tests.quality.department import ZONE, user

RULES = shipped_rules()
DAY = date(2026, 8, 20)


def agent(number: str, calls: float = 500, **strata: str) -> AgentMonth:
    held = {"tenure": "longer", "performance": "middle", "attitude": "steady"} | strata
    return AgentMonth(number, calls, calls * 0.95, held)


@pytest.mark.parametrize(("calls", "owed"), [(500, 30), (1500, 45), (10, 10), (0, 0)])
def test_the_duty_is_three_per_cent_and_thirty_as_far_as_there_are_calls(calls: float, owed: int) -> None:
    assert duty(RULES, agent("1", calls)) == owed


def test_new_people_get_more_and_nobody_less_than_the_duty() -> None:
    agents = [agent(str(n)) for n in range(8)] + [agent("new", tenure="under_3_months"), agent("low", performance="low")]
    wanted = quotas(RULES, agents, capacity=1e9)
    assert min(wanted.values()) >= 30
    assert wanted["new"] > wanted["low"] > wanted["0"]
    assert sum(wanted.values()) == pytest.approx(300 * 1.34, rel=0.01)


def test_hours_that_are_short_cost_the_extra_never_the_duty() -> None:
    wanted = quotas(RULES, [agent(str(n)) for n in range(5)], capacity=20)
    assert set(wanted.values()) == {30}


def test_falling_reviews_raise_the_rate() -> None:
    falling = AgentMonth("f", 500, 475, agent("f").strata, falling=True)
    wanted = quotas(RULES, [agent("1"), falling], capacity=1e9)
    assert wanted["f"] >= 45 > wanted["1"]


def call(number: int, who: str, flagged: bool = False, **strata: str) -> Candidate:
    held = {d: STRATA[d][number % len(STRATA[d])] for d in ("traffic", "shift_part", "shift_day", "duration")} | strata
    return Candidate(f"call{number}", who, DAY, number, 60.0, held, flagged)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    calls = [call(n, str(n % 4)) for n in range(200)]
    due = {str(n): 10.0 for n in range(4)}
    one, two, other = (draw(RULES, calls, due, 30, tally=Tally(), rng=random.Random(seed)) for seed in (1, 1, 2))
    assert one == two
    assert one != other
    assert len({pick.call.call_id for pick in one}) == 30


def test_strata_come_to_their_weights_and_no_reason_comes_twice_in_a_row() -> None:
    tally, rng = Tally(), random.Random(3)
    last: dict[str, str] = {}
    for round_ in range(40):
        calls = [call(round_ * 100 + n, str(n % 5), flagged=n % 9 == 0) for n in range(100)]
        for pick in sorted(draw(RULES, calls, {str(n): 5.0 for n in range(5)}, 25, tally=tally, rng=rng), key=lambda p: p.place):
            assert last.get(pick.call.agent) != pick.reason
            last[pick.call.agent] = pick.reason
    assert sum(tally.kinds.values()) == 1000
    for dimension in ("traffic", "shift_part", "duration"):
        for stratum, share in RULES.calls[dimension].items():
            assert tally.strata[dimension][stratum] / 1000 == pytest.approx(share, abs=0.02)


def test_picks_lie_apart() -> None:
    picks = [Pick(call(n, who), "random") for n, who in enumerate("aaabbc")]
    ordered = [pick.call.agent for pick in apart(picks)]
    assert all(a != b for a, b in pairwise(ordered))
    assert Counter(ordered) == Counter("aaabbc")


def test_days_in_a_row_end_at_a_day_off() -> None:
    worked = Worked()
    worked.days["1"] |= {date(2026, 8, n) for n in (1, 2, 4, 5)}
    assert [worked.in_a_row("1", date(2026, 8, n)) for n in (1, 2, 4, 5, 6)] == [1, 2, 1, 2, 3]


def test_chi_square_is_that_of_the_tables() -> None:
    # The 5 % points of the usual tables.
    for freedom, point in ((5, 11.070), (10, 18.307), (30, 43.773), (100, 124.342)):
        assert chi_square_p(point, freedom) == pytest.approx(0.05, abs=0.001)


def test_two_months_keep_every_promise(centre: Path) -> None:
    figures = evaluate_sampling(centre, ZONE)
    assert figures["duties_missed"] == 0
    assert figures["same_agent_same_reason_in_a_row"] == figures["calls_picked_twice"] == 0
    assert float(str(figures["p"])) > 0.05


def without_reviews(store: Path) -> None:
    """As if nobody had reviewed yet: the made reviews meet the month's duty already."""
    with sqlite3.connect(store / "review.db") as database:
        for table in ("review_items", "review_taboos", "acknowledgements", "reviews"):
            database.execute(f"DELETE FROM {table}")


def test_a_plan_is_given_out_kept_and_never_repeated(own_centre: Path) -> None:
    without_reviews(own_centre)
    plans = Plans(own_centre, ZONE)
    made = plans.make(DAY, "root", seed=7)
    given = [a for sheet in made.sheets for a in of_plan(own_centre, sheet.id)]
    assert len(given) == sum(sheet.given for sheet in made.sheets) > 0
    assert all(a.why.zh and a.state == "assigned" for a in given)
    with pytest.raises(UserError, match="planned already"):
        plans.make(DAY, "root")
    later = plans.make(date(2026, 8, 21), "root")
    calls = [a.call_id for day in (DAY, date(2026, 8, 21)) for sheet in plans.sheets(day) for a in of_plan(own_centre, sheet.id)]
    assert len(calls) == len(set(calls))
    assert later.sheets


def of_plan(store: Path, plan: str) -> list:  # type: ignore[type-arg]
    inspectors = [user(store, "inspector", n).id for n in range(3)]
    return [a for i in inspectors for a in Assignments(store).of_inspector(i) if a.plan_id == plan]


def test_a_month_without_calls_and_a_day_without_calls(own_centre: Path, tmp_path: Path) -> None:
    assert duty_progress(own_centre, date(2030, 1, 1), ZONE) == []
    with sqlite3.connect(own_centre / "calls.db") as database:  # a day off among others; calls may still turn up
        database.execute("DELETE FROM calls WHERE started_at BETWEEN '2026-08-19T16' AND '2026-08-20T16'")
    with pytest.raises(UserError, match="no calls"):
        Plans(own_centre, ZONE).make(DAY, "root")
    with pytest.raises(UserError, match="no calls"):
        Plans(own_centre, ZONE).make(date(2030, 1, 1), "root")
    with pytest.raises(UserError, match="no inspector"):
        Plans(tmp_path, ZONE).make(DAY, "root")
    with pytest.raises(UserError, match="no calls"):
        evaluate_sampling(tmp_path, ZONE)


def test_duty_progress_counts_reviews(centre: Path) -> None:
    lines = duty_progress(centre, date(2026, 8, 1), ZONE)
    assert len(lines) == 8
    assert all(line.duty == line.done == 30 and line.left == 0 for line in lines)


def test_changed_weights_are_a_version_and_two_people_do_not_overwrite_each_other(own_centre: Path) -> None:
    rules = RuleStore(own_centre)
    document = copy.deepcopy(RULES.document)
    document["kinds"]["flagged"] = 50
    assert rules.change(document, "li", based_on=0) == 1
    assert rules.current()[1].kinds["flagged"] == pytest.approx(50 / 135)
    with pytest.raises(UserError, match="Somebody else"):
        rules.change(document, "wang", based_on=0)


@pytest.mark.parametrize(
    "harm",
    [lambda d: d.pop("kinds"), lambda d: d.update(per_hour="many"), lambda d: d.update(colour=3),
     lambda d: d["calls"].pop("traffic"), lambda d: d["kinds"].update(flagged=-1), lambda d: d.update(peak_hours=[25]),
     lambda d: d.update(attitudes={"1": "odd"}), lambda d: d.update(subject=[{"phrase": "云盘"}]),
     lambda d: d.update(subject="云盘"), lambda d: d["rise"].update(subject=-1), lambda d: d.pop("performance"),
     lambda d: d["performance"].update(days="30"), lambda d: d["calls"]["traffic"].update(peak=float("inf"))],
)  # fmt: skip
def test_weights_that_cannot_be_used_are_refused(harm: object) -> None:
    document = copy.deepcopy(RULES.document)
    harm(document)  # type: ignore[operator]
    with pytest.raises(UserError) as caught:
        read_rules(document)
    assert caught.value.message.zh.startswith("抽样权重无法使用：")
    assert "has to" not in caught.value.message.zh


def test_an_assignment_is_begun_handed_back_and_given_again(own_centre: Path) -> None:
    chief, one, two = user(own_centre, "manager"), user(own_centre, "inspector", 0), user(own_centre, "inspector", 1)
    with reading(own_centre) as connection:
        call_id = connection.execute("SELECT id FROM calls.calls WHERE duration_s > 30 LIMIT 1").fetchone()[0]
    work = Assignments(own_centre)
    given = work.give(call_id, one, chief, "report")
    with pytest.raises(UserError, match="has this call already"):
        work.give(call_id, two, chief)
    with pytest.raises(UserError, match="was given to"):
        work.start(given.id, two)
    assert work.start(given.id, one).state == "started"
    with pytest.raises(UserError, match="Say why"):
        work.hand_back(given.id, one, " ")
    work.hand_back(given.id, one, "ill")
    with pytest.raises(UserError, match="over already"):
        work.hand_back(given.id, one, "again")
    assert work.give(call_id, two, chief).inspector == two.name


def test_an_early_shift_is_one_local_day() -> None:
    connection = sqlite3.connect(":memory:")
    for name in ("calls", "review"):
        connection.execute(f"ATTACH ':memory:' AS {name}")
    connection.execute("CREATE TABLE calls.calls (id, agent_id, started_at, duration_s)")
    connection.execute("CREATE TABLE review.reviews (call_id, reviewed_at, total, version)")
    times = {"early": ("2026-08-{:02d}T23:30", "2026-08-{:02d}T00:30"), "late": ("2026-08-{:02d}T03:00", "2026-08-{:02d}T09:00")}
    for who, (one, two) in times.items():  # at 07:30 and 08:30 in Shanghai; at 11:00 and 17:00
        for day in range(1, 17 if who == "late" else 9):
            for at in (one.format(day), two.format(day + (who == "early"))):
                connection.execute("INSERT INTO calls.calls VALUES (NULL, ?, ?, 60)", (who, at))
    agents, mean_s = standings(connection, RULES, date(2026, 8, 16), ZoneInfo(ZONE), {})
    assert {a.number: a.present for a in agents} == {"early": 8 / 16, "late": 1.0}
    assert mean_s == 60


def test_weights_go_out_as_a_file_and_come_back_changed(own_centre: Path) -> None:
    shipped = weights_toml(own_centre)
    assert "# per cent" in shipped or "per cent of normal" in shipped  # the explanations go with them
    added = '8001 = "flat"\n\n[[subject]]\nword = "云盘"\n'
    assert take_weights(own_centre, shipped.replace("flagged = 15", "flagged = 30") + added, "li") == 1
    rules = RuleStore(own_centre).current()[1]
    assert (rules.document["kinds"]["flagged"], rules.attitudes, rules.subjects) == (30, {"8001": "flat"}, ("云盘",))
    again = weights_toml(own_centre)
    with pytest.raises(UserError, match="Somebody else"):
        take_weights(own_centre, shipped, "wang")
    assert take_weights(own_centre, again, "wang") == 2
    assert RuleStore(own_centre).current()[1].document == rules.document


@pytest.mark.parametrize("text", ["version = 0\n[kinds", "per_hour = 12", "version = 0\nper_hour = 12"])
def test_a_file_of_weights_that_is_none_is_refused(own_centre: Path, text: str) -> None:
    with pytest.raises(UserError):
        take_weights(own_centre, text, "li")
    assert RuleStore(own_centre).current()[0] == 0
