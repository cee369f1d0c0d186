from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.scope import Scope
from quality.alerting.alerts import KINDS, Alerts, raise_alert
from quality.alerting.repeats import repeat_rates
from quality.alerting.scope import seen_alerts, sees_alerts
from quality.alerting.watch import WatchRules, watch, watch_calls
from quality.calibrating.calibration import Calibrations
from quality.centre.make import read_truths
from quality.managing.duties import duties
from quality.store import reading, writing
from recorder.times import from_text
from tests.quality.department import SMALL, ZONE, user

SMALL_RULES = WatchRules(repeat_least=4, repeat_rate=0.2)  # two agents take few calls a day


def test_each_planted_truth_raises_its_own_alert_and_no_other(own_centre: Path) -> None:
    """Every seventh evening and the last two weeks' of the made centre."""
    truths = read_truths(own_centre)
    days = [d for d in SMALL.days if d.weekday() == 6 or d > SMALL.last - timedelta(days=10)]
    found = [alert for day in days for alert in watch(own_centre, day, ZONE, SMALL_RULES)]
    by_kind = {kind: {a.subject for a in found if a.kind == kind} for kind in {a.kind for a in found}}
    calls = by_kind.pop("priority_call")
    assert by_kind.pop("agent_faults") == {truths["bad_agent"]}
    assert by_kind.pop("inspector_bias") == {truths["biased_inspector"]}
    assert by_kind.pop("special_review") == {truths["repeat_team"]}
    assert all(str(truths["product"]) in subject for subject in by_kind.pop("subject", set()))
    assert not by_kind
    assert len(calls) == sum(a.kind == "priority_call" for a in found) > 0
    assert watch(own_centre, days[-1], ZONE, SMALL_RULES) == []  # looking again opens nothing twice


def test_a_month_without_a_calibration_is_told_near_its_end(own_centre: Path) -> None:
    """The made centre calibrates every month; take the last month's away."""
    month = SMALL.last.replace(day=1)
    with writing(own_centre) as database:
        late = f"SELECT id FROM calibrations WHERE opened_at >= '{month}'"
        for table in ("calibration_grades", "calibration_raters"):
            database.execute(f"DELETE FROM {table} WHERE calibration_id IN ({late})")
        database.execute(f"DELETE FROM calibrations WHERE id IN ({late})")

    def due(day: date, days: int = 7) -> list[str]:
        found = watch(own_centre, day, ZONE, WatchRules(calibration_days=days))
        return [alert.subject for alert in found if alert.kind == "calibration_due"]

    assert due(SMALL.last - timedelta(days=7)) == []
    assert due(SMALL.last, days=0) == []
    assert due(SMALL.last - timedelta(days=6)) == [f"{month:%Y-%m}"]
    assert due(SMALL.last) == []  # it stands
    [alert] = Alerts(own_centre).list("calibration_due")
    assert alert.detail["reviewers"] >= 2
    lead, raters = user(own_centre, "manager"), [user(own_centre, "inspector", n) for n in (0, 1)]
    with reading(own_centre) as connection:
        call = connection.execute("SELECT id FROM calls.calls WHERE duration_s > 60 LIMIT 1").fetchone()[0]
    Calibrations(own_centre).open(call, raters, SMALL.last, lead)
    assert [(e.by, e.action, e.text) for e in Alerts(own_centre).get(alert.id).events] == [(lead.name, "closed", "")]
    assert due(SMALL.last) == []


def test_one_who_reviews_alone_has_nobody_to_calibrate_with(own_centre: Path) -> None:
    with writing(own_centre) as database:
        alone = user(own_centre, "inspector").id
        database.execute("UPDATE users SET disabled_at = '2026-01-01T00:00:00.000Z' WHERE id <> ?", (alone,))
        database.execute("UPDATE calibrations SET opened_at = '2025-01-01T00:00:00.000Z'")
    assert not [alert for alert in watch(own_centre, SMALL.last, ZONE) if alert.kind == "calibration_due"]


def test_what_people_see_is_counted_as_it_is_listed(own_centre: Path) -> None:
    """For people of one group, of none and of all."""
    with reading(own_centre) as connection:
        call, team, agent = connection.execute("SELECT id, team, agent_id FROM calls.calls WHERE team <> '' LIMIT 1").fetchone()
        other = connection.execute("SELECT id FROM calls.calls WHERE team <> ? AND team <> '' LIMIT 1", (team,)).fetchone()[0]
    subjects = {"priority_call": call, "angry_now": call, "stuck_call": other, "special_review": team, "agent_faults": agent,
                "subject": "快递", "inspector_bias": "质检员", "calibration_due": "2026-09"}  # fmt: skip
    assert subjects.keys() == KINDS.keys()
    with writing(own_centre) as database:
        for kind, subject in subjects.items():
            raise_alert(database, kind, subject, {}, 0.0)
    seen_by_group = {"priority_call", "angry_now", "special_review", "agent_faults", "calibration_due"}
    of_group, of_none = Scope(groups=frozenset({team})), Scope(groups=frozenset())
    for scope, expected in ((Scope(), set(KINDS)), (of_group, seen_by_group), (of_none, {"calibration_due"})):
        listed = {alert.kind for alert in seen_alerts(own_centre, scope)}
        assert listed == set(duties(own_centre, ZONE, scope).alerts) == expected
    mine, others = ([alert.id for alert in seen_alerts(own_centre, scope)] for scope in (of_none, of_group))
    assert sees_alerts(own_centre, of_none, mine) and not sees_alerts(own_centre, of_none, [*mine, *others])
    assert not sees_alerts(own_centre, Scope(), ["no such alert"])
    assert [alert.kind for alert in seen_alerts(own_centre, of_none, limit=1)] == ["calibration_due"], "others' take no room"


def test_two_days_above_the_threshold_are_not_three(own_centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = repeat_rates

    def calm_in_the_middle(store: Path, day: date, timezone: str) -> object:
        return real(store, day, timezone) if day != SMALL.last - timedelta(days=1) else []

    monkeypatch.setattr("quality.alerting.watch.repeat_rates", calm_in_the_middle)
    found = watch(own_centre, SMALL.last, ZONE, WatchRules(repeat_least=1, repeat_rate=0.05))
    assert not [a for a in found if a.kind == "special_review"]


def test_repeat_rates_are_those_of_a_slow_count(centre: Path) -> None:
    day = SMALL.last - timedelta(days=3)
    with reading(centre) as connection:
        sql = "SELECT * FROM calls.calls WHERE direction = 'in' AND duration_s IS NOT NULL ORDER BY started_at"
        calls = connection.execute(sql).fetchall()
    begin, end = (f"{day - timedelta(days=1)}T16:00:00.000Z", f"{day}T16:00:00.000Z")  # the Shanghai day
    slow: dict[str, list[int]] = {}
    for call in calls:
        if begin <= call["started_at"] < end:
            own = slow.setdefault(call["team"], [0, 0])
            own[0] += 1
            at = from_text(call["started_at"])
            own[1] += any(
                c["caller_number"] == call["caller_number"] and c["team"] == call["team"]
                and 0 < at - from_text(c["started_at"]) <= 3 * 86_400 for c in calls
            )  # fmt: skip
    assert {r.team: [r.calls, r.repeats] for r in repeat_rates(centre, day, ZONE)} == slow


def test_priority_calls_of_a_day_that_goes_on_are_alerts_at_once(own_centre: Path) -> None:
    days = (SMALL.last - timedelta(days=1), SMALL.last)
    found = watch_calls(own_centre, days, ZONE)
    assert {alert.kind for alert in found} <= {"priority_call", "stuck_call"}
    with reading(own_centre) as connection:
        sql = """SELECT c.id FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id
            WHERE r.high_priority = 1 AND c.started_at >= ?"""
        begin = f"{days[0] - timedelta(days=1)}T16:00:00.000Z"
        priority = {row[0] for row in connection.execute(sql, (begin,))}
    assert {alert.subject for alert in found if alert.kind == "priority_call"} == priority != set()
    assert watch_calls(own_centre, days, ZONE) == []
    in_the_evening = watch(own_centre, days[0], ZONE)
    assert not [alert for alert in in_the_evening if alert.kind in ("priority_call", "stuck_call")]


def test_who_saw_it_and_what_was_done(own_centre: Path) -> None:
    with writing(own_centre) as database:
        key = raise_alert(database, "special_review", "售后组", {}, from_text("2026-09-01T00:00:00Z"))
        assert raise_alert(database, "special_review", "售后组", {}, 0.0) is None
    assert key is not None
    alerts, lead = Alerts(own_centre), user(own_centre, "manager")
    alerts.seen(key, lead)
    alerts.seen(key, lead)
    with pytest.raises(UserError, match="Say what"):
        alerts.done(key, lead, " ")
    alerts.done(key, lead, "复盘会议")
    alerts.close(key, lead, "话术已更新")
    assert [(e.by, e.action) for e in alerts.get(key).events] == [("主管", "seen"), ("主管", "done"), ("主管", "closed")]
    assert alerts.list() == []
    with pytest.raises(UserError, match="closed already"):
        alerts.close(key, user(own_centre, "admin"), "我也处理了")
    with writing(own_centre) as database:  # the same day looked at again, and another day
        assert raise_alert(database, "special_review", "售后组", {}, from_text("2026-09-01T00:00:00Z")) is None
        assert raise_alert(database, "special_review", "售后组", {}, from_text("2026-09-02T00:00:00Z")) is not None


def test_a_box_without_calls_raises_nothing(tmp_path: Path) -> None:
    assert watch(tmp_path, date(2026, 8, 2), ZONE) == []
    assert Alerts(tmp_path).list() == []
