"""The agent's own pages: what is theirs, said kindly, and nothing of anybody else."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quality.forms.store import Forms
from quality.improving.coaching import CoachingTasks
from quality.managing.ownview import LEAST_OTHERS, Means, lost, own_weeks
from quality.periods import period_of
from quality.reviewing.appeals import Appeals
from quality.reviewing.reviews import Reviews
from quality.store import writing
from tests.webui.conftest import entered
from tests.webui.makebox import TestBox
from tests.webui.manage import objects
from webui.formats import score

ZONE = "Asia/Shanghai"


@pytest.fixture
def liu(own_app: Flask) -> FlaskClient:
    return entered(own_app, "liu")


def test_a_review_is_read_acknowledged_and_appealed_against(own_box: TestBox, liu: FlaskClient) -> None:
    objects.review(own_box)
    place = f"/own/reviews/{own_box.ids['rude']}"
    assert place in liu.get("/own").text
    page = liu.get(place).text
    assert page.index("What was good") < page.index("What to do otherwise")
    assert "请多倾听客户" in page
    assert liu.post(f"{place}/acknowledge", data={"comment": "明白了"}).status_code == 303
    again = liu.post(f"{place}/acknowledge")
    assert again.status_code == 422
    empty = liu.post(f"{place}/appeal", data={"reason": " "})
    assert empty.status_code == 422
    assert "Say what is wrong with the review" in empty.text
    assert liu.post(f"{place}/appeal", data={"reason": "客户先挂断"}).status_code == 303
    assert "being decided" in liu.get(place).text
    (appeal,) = Appeals(own_box.store, ZONE).open()
    Appeals(own_box.store, ZONE).reject(appeal, "录音中客户未挂断", objects.user(own_box, "manager"))
    page = liu.get(place).text
    assert "录音中客户未挂断" in page
    assert "File the appeal" not in page


def test_what_the_items_cost_is_what_is_missing_to_a_hundred(own_box: TestBox, liu: FlaskClient) -> None:
    objects.review(own_box)
    found = Reviews(own_box.store).latest(own_box.ids["rude"])
    assert found is not None
    cost = lost(found, Forms(own_box.store).get(found.form_id, found.form_version) or Forms(own_box.store).current())
    assert sum(cost.values()) == pytest.approx(100 - found.total, abs=0.05)
    assert len(cost) > 1
    if not found.taboos:
        assert f"−{score(max(cost.values()))} points lost" in liu.get(f"/own/reviews/{own_box.ids['rude']}").text


def test_a_task_is_done_by_its_agent_alone(own_box: TestBox, own_app: Flask, liu: FlaskClient) -> None:
    key = objects.task(own_box)["key"]
    assert "听两通安抚的优秀录音" in liu.get("/own").text
    other = entered(own_app, "wang")
    assert "听两通安抚的优秀录音" not in other.get("/own").text
    assert other.post(f"/own/coaching/{key}/done").status_code == 404
    assert liu.post(f"/own/coaching/{key}/done").status_code == 303
    assert CoachingTasks(own_box.store).get(key).state == "done"


def test_nothing_of_others_stands_on_any_page_of_an_agent(own_box: TestBox, own_app: Flask) -> None:
    for name in ("reviewed", "task", "case"):
        {"reviewed": objects.reviewed, "task": objects.task, "case": objects.hidden_case}[name](own_box)
    browser = entered(own_app, "wang")
    others = {call.id for call in own_box.made if call.agent_id != "8001"} | {own_box.ids["rude"], own_box.ids["long"]}
    people = {"8002", "8003", "8004", "8005", "刘洋", "推诿投诉"}
    for path in ("/", "/own", "/cases", "/calls", f"/own/reviews/{own_box.ids['perfect']}"):
        page = browser.get(path, follow_redirects=True).text
        assert [word for word in (*others, *people) if word in page] == [], path
    for path in (
        "/dashboard", "/appeals", "/coaching", "/problems", "/alerts", "/reviewing", "/observations", "/mystery", "/reports",
        "/exports", "/trainings", "/calibrations", "/figures/service_level",
    ):  # fmt: skip
        assert browser.get(path).status_code == 403, path
    assert browser.get(f"/own/reviews/{own_box.ids['rude']}").status_code == 404


def test_the_groups_median_is_shown_only_where_it_hides_who_made_it() -> None:
    week = period_of("week", date(2026, 11, 20))

    def weeks(others: int) -> Means:
        team: dict[str, tuple[float | None, int, int]] = {f"9{n}": (60.0 + 5 * n, 3, 50) for n in range(others)}
        team["8001"] = (90.0, 2, 40)
        return Means((week,), {week: {"售前": team, "售后": {"7777": (10.0, 1, 1)}}})

    (few,) = own_weeks(weeks(LEAST_OTHERS - 1), "8001")
    assert (few.score, few.group) == (90.0, None)
    (enough,) = own_weeks(weeks(LEAST_OTHERS), "8001")
    assert enough.group == 67.5  # of 60, 65, 70, 75: neither their own nor another group's is in it
    (stranger,) = own_weeks(weeks(LEAST_OTHERS), "1234")
    assert (stranger.score, stranger.calls, stranger.group) == (None, 0, None)


def test_an_account_without_a_number_is_told_what_to_do(own_box: TestBox, own_app: Flask) -> None:
    with writing(own_box.store) as database:
        database.execute("UPDATE users SET agent_id = NULL WHERE name = 'wang'")
    page = entered(own_app, "wang").get("/own").text
    assert "Your account has no agent number yet" in page
