"""The manager's work through the pages, each change seen in the domain; what may not be is said and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quality.alerting.alerts import Alerts, raise_alert
from quality.calibrating.calibration import Calibrations
from quality.forms.store import Forms
from quality.improving.cases import Cases
from quality.improving.coaching import CoachingTasks
from quality.improving.trainings import Trainings
from quality.jobs.runner import run
from quality.jobs.store import Jobs
from quality.mystery.calls import MysteryCalls
from quality.reports.archive import Archive
from quality.reviewing.appeals import Appeals
from quality.reviewing.assignments import Assignments
from quality.reviewing.observation import Observations
from quality.reviewing.reviews import Reviews
from quality.store import writing
from recorder.times import from_text
from tests.webui.conftest import entered
from tests.webui.makebox import TestBox
from tests.webui.manage import objects

ZONE = "Asia/Shanghai"
WEEK = "/dashboard?kind=week&period=2026-W47"
ALERTED = from_text("2026-11-20T02:00:00Z")


@pytest.fixture
def manager(own_app: Flask) -> FlaskClient:
    return entered(own_app, "manager")


def no_process(_store: object, _key: str) -> None:
    """A job's process that is not started: the test does its work itself."""


def marks(box: TestBox, grade: str = "good", **more: str) -> dict[str, str]:
    return {f"grade-{item}": grade for item in Forms(box.store).current("A").items} | more


def test_managers_begin_at_the_dashboard_and_agents_at_their_own(own_app: Flask) -> None:
    for name, place in (("manager", "/dashboard"), ("trainer", "/dashboard"), ("liu", "/own"), ("inspector", "/desk")):
        assert entered(own_app, name).get("/").location.startswith(place), name


def test_the_dashboard_says_unknown_and_never_zero(manager: FlaskClient) -> None:
    page = manager.get(WEEK).text
    assert "not known: no survey tells the box" in page
    row = page[page.index("/figures/cost_per_call") :].partition("</tr>")[0]
    assert "not known" in row
    assert "–" in row
    assert "before: not known" in page  # nothing was recorded the week before


def test_every_number_of_the_dashboard_leads_to_calls(manager: FlaskClient) -> None:
    page = manager.get(WEEK).text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/(?:calls|figures)[^"]+)"', page)]
    assert len(links) > 30
    for link in sorted(set(links)):
        assert manager.get(link).status_code == 200, link
    shown = re.search(r'<dd class="value"><a href="(/calls[^"]+)">([\d,]+)</a>', page)
    assert shown
    found = re.search(r"([\d,]+)\s+calls", manager.get(shown[1].replace("&amp;", "&")).text)
    assert found
    assert found[1] == shown[2]


def test_a_manager_of_a_group_sees_its_figures_and_asks_in_vain_for_others(own_app: Flask) -> None:
    bound = entered(own_app, "manager-after")
    page = bound.get(WEEK).text
    assert "售后" in page
    assert "售前" not in page
    assert "王小丽" not in page
    assert bound.get(f"{WEEK}&team=售前").status_code == 404
    assert bound.get("/observations?agent=8001").status_code == 404


def test_a_period_that_is_none_is_said_and_the_page_still_shows_one(manager: FlaskClient) -> None:
    answer = manager.get("/dashboard?kind=month&period=soon")
    assert answer.status_code == 200
    assert "is no month" in answer.text


def test_an_appeal_is_upheld_with_a_new_version_of_the_review(own_box: TestBox, manager: FlaskClient) -> None:
    key = objects.appeal(own_box)["key"]
    assert "客户一直在打断我" in manager.get("/appeals").text
    wrong = manager.post(f"/appeals/{key}", data=marks(own_box, "excellent", decision="uphold"))
    assert wrong.status_code == 422
    assert "Say why it is decided so" in wrong.text
    assert wrong.text.count('value="excellent" selected') == 19
    done = manager.post(f"/appeals/{key}", data=marks(own_box, "excellent", decision="uphold", why="听录音确认"))
    assert done.status_code == 303
    held = Appeals(own_box.store, ZONE).get(key)
    review = Reviews(own_box.store).latest(held.call_id)
    assert review
    assert (held.state, review.version, review.total) == ("upheld", 2, 100.0)
    second = manager.post(f"/appeals/{key}", data={"decision": "reject", "why": "不同意"})
    assert second.status_code == 422
    assert "has decided this appeal already" in second.text


def test_a_calibration_is_blind_until_it_is_closed_with_differences_first(own_box: TestBox, own_app: Flask) -> None:
    key = objects.calibration(own_box)["key"]
    inspector, admin, manager = (entered(own_app, name) for name in ("inspector", "admin", "manager"))
    assert inspector.post(f"/calibrations/{key}/rate", data=marks(own_box)).status_code == 303
    seen = admin.get(f"/calibrations/{key}").text
    assert "Your rating" in seen
    assert "inspector</dt>" not in seen
    comment = {"grade-patient": "bad", "comment-patient": "不耐烦"}
    assert admin.post(f"/calibrations/{key}/rate", data=marks(own_box) | comment).status_code == 303
    page = manager.get(f"/calibrations/{key}").text
    table = page[page.index("Item by item") :]
    assert table.index("不耐烦") < table.index('class="off"')
    assert manager.post(f"/calibrations/{key}/close", data={"grade-patient": "poor", "decision": "以录音为准"}).status_code == 303
    held = Calibrations(own_box.store).get(key)
    assert (held.decisions, held.decision) == ({"patient": "poor"}, "以录音为准")


def test_a_calibration_is_set_up_from_a_calls_address(own_box: TestBox, manager: FlaskClient) -> None:
    raters = [objects.user(own_box, name).id for name in ("inspector", "admin")]
    form = {"call": f"http://box/calls/{own_box.ids['rude']}#t=3", "due_on": "2030-01-01"}
    alone = manager.post("/calibrations", data={**form, "rater": raters[:1]})
    assert alone.status_code == 422
    assert own_box.ids["rude"] in alone.text
    assert manager.post("/calibrations", data={**form, "rater": raters}).status_code == 303
    assert len(Calibrations(own_box.store).standing()) == 1


def test_coaching_from_setting_to_settling(own_box: TestBox, manager: FlaskClient) -> None:
    due = (date.today() + timedelta(days=3)).isoformat()
    lost = manager.post("/coaching", data={"agent": "8004", "task": "", "due_on": due})
    assert lost.status_code == 422
    assert 'value="8004" selected' in lost.text
    assert manager.post("/coaching", data={"agent": "8004", "task": "多安抚", "due_on": due}).status_code == 303
    (task,) = CoachingTasks(own_box.store).of_agent("8004")
    assert manager.post(f"/coaching/{task.id}/done").status_code == 303
    nobody = manager.post(f"/coaching/{task.id}/follow")
    assert nobody.status_code == 422
    assert "Choose who looks at the later call" in nobody.text


def test_a_training_is_planned_and_held(own_box: TestBox, own_app: Flask) -> None:
    key, trainer = objects.training(own_box)["key"], entered(own_app, "trainer")
    assert "needed" in trainer.get("/trainings").text
    assert trainer.post(f"/trainings/{key}/plan", data={"day": "2026-11-25", "trainer": "李老师"}).status_code == 303
    assert trainer.post(f"/trainings/{key}/held", data={"day": "2026-11-25"}).status_code == 303
    few = trainer.post(f"/trainings/{key}/check")
    assert few.status_code == 422
    assert "20 are needed" in few.text
    assert Trainings(own_box.store, ZONE).get(key).state == "held"


def test_an_alert_is_closed_only_with_what_was_done(own_box: TestBox, manager: FlaskClient) -> None:
    key = objects.alert(own_box)["key"]
    assert manager.post(f"/alerts/{key}/closed", data={"text": " "}).status_code == 422
    assert manager.post(f"/alerts/{key}/closed", data={"text": "已回访客户"}).status_code == 303
    assert Alerts(own_box.store).get(key).events[-1].text == "已回访客户"
    assert "已回访客户" in manager.get("/alerts?closed=yes").text
    assert "已回访客户" not in manager.get("/alerts").text


def test_alerts_that_are_ticked_are_closed_together(own_box: TestBox, manager: FlaskClient) -> None:
    with writing(own_box.store) as database:
        calls = [own_box.ids["rude"], own_box.ids["perfect"]]
        keys = [raise_alert(database, "priority_call", call, {}, ALERTED + n) for n, call in enumerate(calls)]
    shown = manager.get("/alerts").text
    assert all(f'value="{key}"' in shown for key in keys)
    assert "Tick the alerts" in manager.post("/alerts/closed", data={"text": "已回访"}).text
    assert "Say what was done" in (lost := manager.post("/alerts/closed", data={"key": keys, "text": ""})).text
    assert f'value="{keys[0]}" checked' in lost.text
    assert manager.post("/alerts/seen", data={"key": keys}).status_code == 303
    assert manager.post("/alerts/closed", data={"key": keys, "text": "班会已讲评"}).status_code == 303
    kept = [Alerts(own_box.store).get(str(key)) for key in keys]
    assert [[event.action for event in alert.events] for alert in kept] == [["seen", "closed"]] * 2
    assert manager.post("/alerts/closed", data={"key": keys, "text": "再次"}).status_code == 303  # closed already: stays as it is
    assert [alert.events[-1].text for alert in kept] == ["班会已讲评"] * 2


def test_leads_see_who_rates_harder_than_the_others(own_box: TestBox, own_app: Flask, manager: FlaskClient) -> None:
    key = objects.calibration(own_box)["key"]
    for name, grade in (("inspector", "good"), ("admin", "excellent")):
        entered(own_app, name).post(f"/calibrations/{key}/rate", data=marks(own_box, grade))
    assert manager.post(f"/calibrations/{key}/close", data={"decision": "一致"}).status_code == 303
    assert "Harder or softer" in manager.get("/calibrations").text
    assert "Harder or softer" not in entered(own_app, "inspector").get("/calibrations").text


def test_a_calibration_that_is_due_is_told_until_one_is_opened(own_box: TestBox, own_app: Flask, manager: FlaskClient) -> None:
    with writing(own_box.store) as database:
        raise_alert(database, "calibration_due", "2026-11", {"reviewers": 2, "reviews": 41}, from_text("2026-11-23T16:00:00Z"))
    shown = manager.get("/alerts").text
    assert "a month without a calibration" in shown
    assert "November 2026" in shown
    assert "people who reviewed 2 · reviews 41" in shown
    assert "the month has none yet" in manager.get(WEEK).text
    manager.post("/language/zh")
    assert "当月尚未校准" in manager.get("/alerts").text
    assert "本月尚无校准" in manager.get(WEEK).text
    manager.post("/language/en")
    assert 'href="/calibrations"' not in entered(own_app, "trainer").get("/alerts").text
    objects.calibration(own_box)
    assert "the month has none yet" not in manager.get(WEEK).text
    assert "closed it by doing what it asks for" in manager.get("/alerts?closed=yes").text


def test_a_call_is_given_by_hand(own_box: TestBox, manager: FlaskClient) -> None:
    inspector = objects.user(own_box, "inspector")
    form = {"call": own_box.ids["rude"], "inspector": inspector.id, "note": "客户投诉"}
    assert manager.post("/reviewing", data=form).status_code == 303
    given = Assignments(own_box.store).of_call(own_box.ids["rude"])
    assert given
    assert given.inspector == "inspector"
    assert "客户投诉" in manager.get("/reviewing").text
    assert manager.post("/reviewing", data={**form, "call": "nothing"}).status_code == 422


def test_observation_marks_are_kept_and_checked(own_box: TestBox, manager: FlaskClient) -> None:
    form = {"agent": "8004", "day": "2026-11-20", "slot": "2", "mood": "75"}
    wrong = manager.post("/observations", data={**form, "mood": "150"})
    assert wrong.status_code == 422
    assert 'value="150"' in wrong.text
    assert manager.post("/observations", data=form).status_code == 303
    kept = Observations(own_box.store, ZONE).sheet("8004", date(2026, 11, 20), date(2026, 11, 20))
    assert [(one.mark, one.value, one.by) for one in kept] == [("mood", 75.0, "manager")]
    assert "75" in manager.get("/observations?agent=8004&kind=week&period=2026-W47").text


def test_mystery_calls_are_planned_off_peak_and_judged(own_box: TestBox, own_app: Flask) -> None:
    trainer, manager = entered(own_app, "trainer"), entered(own_app, "manager")
    for number in (1, 2):
        form = {"topic": "退款", "question": f"问题{number}？", "answer": "三天"}
        assert trainer.post("/mystery/questions", data=form).status_code == 303
    page = manager.get("/mystery").text
    for key in set(re.findall(r"/mystery/questions/([\w-]+)/approve", page)):
        assert trainer.post(f"/mystery/questions/{key}/approve").status_code == 422  # their own
        assert manager.post(f"/mystery/questions/{key}/approve").status_code == 303
    first = date.today() + timedelta(days=7)
    form = {"first": first.isoformat(), "count": "10", "hours": "9-12, 14", "peaks": "10", "numbers": "13800000001，13800000002"}
    assert manager.post("/mystery/plan", data={**form, "numbers": "1"}).status_code == 422
    assert manager.post("/mystery/plan", data=form).status_code == 303
    assert len(MysteryCalls(own_box.store, ZONE).between(first, first + timedelta(days=6))) == 10


def test_cases_are_written_shared_with_agents_and_taken_out(own_box: TestBox, own_app: Flask) -> None:
    manager, agent = entered(own_app, "manager"), entered(own_app, "wang")
    clip = {"clip-call-0": own_box.ids["rude"], "clip-start-0": "0:01", "clip-end-0": "0:06", "clip-caption-0": "安抚"}
    form = {"title": "安抚范例", "problem": "客户生气", "solution": "先道歉", "good": "1", "tags": "安抚 退款", **clip}
    bad = manager.post("/cases/new", data=form | {"clip-end-0": "later"})
    assert bad.status_code == 422
    assert "先道歉" in bad.text
    made = manager.post("/cases/new", data=form)
    assert made.status_code == 303
    (case,) = Cases(own_box.store).browse()
    assert agent.get(f"/cases/{case.id}").status_code == 404
    assert "安抚范例" not in agent.get("/cases").text
    page = manager.get(f"/cases/{case.id}/edit").text
    changed = re.search(r'name="changed_at" value="([\d.]+)"', page)
    assert changed
    again = form | {"for_agents": "1", "changed_at": changed[1]}
    assert manager.post(f"/cases/{case.id}/edit", data=again).status_code == 303
    stale = manager.post(f"/cases/{case.id}/edit", data=again)
    assert stale.status_code == 422
    assert "Somebody else has changed this case" in stale.text
    for odd in ("x", "nan", "inf", "-" + "9" * 20):  # what no page has sent
        assert manager.post(f"/cases/{case.id}/edit", data=again | {"changed_at": odd}).status_code == 422, odd
    read = agent.get(f"/cases/{case.id}").text
    assert "先道歉" in read
    assert own_box.ids["rude"] not in read  # another agent's call is heard as a clip and named nowhere
    sound = agent.get(f"/cases/{case.id}/clips/0.wav")
    assert sound.status_code == 200
    assert sound.data.startswith(b"RIFF")
    assert len(sound.data) == 44 + 5 * 8000 * 2 * 2
    assert manager.post(f"/cases/{case.id}/remove").status_code == 303
    assert agent.get(f"/cases/{case.id}/clips/0.wav").status_code in (400, 404)


def test_a_report_is_made_beside_the_pages_looked_at_and_taken_away(
    own_box: TestBox, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quality.jobs.store.Jobs.__init__.__defaults__", (no_process,), raising=False)
    begun = manager.post("/reports", data={"report": "weekly", "period": "2026-W47", "format": ["html", "csv"]})
    assert begun.status_code == 303
    waiting = manager.get(begun.location)
    assert waiting.headers["Refresh"] == "3"
    (job,) = Jobs(own_box.store).recent("report")
    run(own_box.store, job.id)
    assert "Done." in manager.get(begun.location).text
    html, csv = Archive(own_box.store).list()[::-1]
    page = manager.get(f"/reports/{html.id}").text
    assert "2026-W47" in page
    assert 'class="report"' in page
    assert "<style nonce=" in page
    file = manager.get(f"/reports/{csv.id}/file")
    assert file.data == Archive(own_box.store).read(csv)
    assert manager.post("/reports", data={"report": "weekly", "period": "2030-W01"}).status_code == 422


def test_calls_are_exported_with_progress_and_only_their_asker_fetches_them(
    own_box: TestBox, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quality.jobs.store.Jobs.__init__.__defaults__", (no_process,), raising=False)
    manager, other = entered(own_app, "manager"), entered(own_app, "admin")
    begun = manager.post("/exports", data={"since": "2026-11-20", "until": "2026-11-20", "agent": "8004", "form": "csv"})
    assert begun.status_code == 303
    (job,) = Jobs(own_box.store).recent("export")
    run(own_box.store, job.id)
    file = manager.get(f"/exports/{job.id}/file")
    assert own_box.ids["rude"] in file.text
    assert own_box.ids["perfect"] not in file.text
    assert other.get(f"/exports/{job.id}/file").status_code == 404
