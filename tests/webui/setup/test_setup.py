"""Forms, weights, targets, people, accounts and holds changed through the pages; changes shown and taken back."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quality.access.users import Users
from quality.calls.holds import Holds
from quality.figures.rulestore import figure_rules
from quality.forms.store import Forms
from quality.sampling.rulestore import RuleStore
from quality.staff.people import People
from tests.webui.conftest import logged_in
from tests.webui.makebox import TestBox
from tests.webui.setup.test_rules import fields


@pytest.fixture
def manager(own_app: Flask) -> FlaskClient:
    return logged_in(own_app, "manager")


@pytest.fixture
def admin(own_app: Flask) -> FlaskClient:
    return logged_in(own_app, "admin")


def undo_latest(browser: FlaskClient, of: str) -> str:
    """Press the newest change's button; the page that comes."""
    page = browser.get(f"/setup/changes?of={of}").text
    found = re.search(r'action="(/setup/changes/\d+/undo)"', page)
    assert found, page
    return browser.post(found[1], follow_redirects=True).text


def form_sent(browser: FlaskClient) -> dict[str, str]:
    return fields(browser.get("/setup/forms/A").text, "")


def test_a_form_that_nobody_touches_is_no_new_version(own_box: TestBox, manager: FlaskClient) -> None:
    answer = manager.post("/setup/forms/A", data=form_sent(manager))
    assert answer.status_code == 422
    assert "Nothing has been changed" in answer.text
    assert Forms(own_box.store).current("A").version == "1.0"


def test_an_item_is_reworded_added_and_a_score_keeps_its_version(own_box: TestBox, manager: FlaskClient) -> None:
    more = manager.post("/setup/forms/A", data={**form_sent(manager), "add_item_0": "1"})
    sent = fields(more.text, "") | {
        "s0-i4-name_zh": "语气亲切",
        "s0-i4-name_en": "Kind tone",
        "s0-i4-best_zh": "微笑",
        "s0-i0-points": "4",
    }
    answer = manager.post("/setup/forms/A", data=sent)
    assert answer.status_code == 302, answer.text
    made = Forms(own_box.store).current("A")
    assert made.version == "1.1"
    assert made.sections[0].items[0].points == 4
    assert made.sections[0].items[4].name.en == "Kind tone"
    assert made.items["standard_greeting"].evidence == Forms(own_box.store).get("A", "1.0").items["standard_greeting"].evidence  # type: ignore[union-attr]
    page = manager.get("/setup/forms/A/compare").text
    assert "Kind tone" in page
    assert "<del>" in page
    assert "<ins>" in page
    undo_latest(manager, "forms")
    now = Forms(own_box.store).current("A")
    assert now.version == "1.2"
    assert len(now.sections[0].items) == 4


def test_two_people_at_one_form_the_second_is_told(own_box: TestBox, manager: FlaskClient) -> None:
    sent = form_sent(manager)
    assert manager.post("/setup/forms/A", data={**sent, "pass_line": "85"}).status_code == 302
    answer = manager.post("/setup/forms/A", data={**sent, "pass_line": "70"})
    assert answer.status_code == 422
    assert "somebody else has edited it" in answer.text
    assert 'value="70"' in answer.text
    assert Forms(own_box.store).current("A").pass_line == 85


@pytest.mark.parametrize(
    "change, told",
    [({"s0-points": "11"}, "add up to 101"), ({"s0-points": "x"}, "no points"), ({"s1-i0-name_en": ""}, "name in both languages")],
)
def test_a_form_that_is_not_right_comes_back(manager: FlaskClient, change: dict[str, str], told: str) -> None:
    answer = manager.post("/setup/forms/A", data=form_sent(manager) | change)
    assert answer.status_code == 422
    assert told in answer.text


def test_weights_show_the_plan_before_they_are_kept(own_box: TestBox, manager: FlaskClient) -> None:
    sent = fields(manager.get("/setup/sampling").text, "")
    wanted = {**sent, "kinds.random": "100", "kinds.stratified": "0", "kinds.flagged": "0"}
    page = manager.post("/setup/sampling", data={**wanted, "show": "1"}).text
    assert "The plan under the weights above" in page
    assert RuleStore(own_box.store).current()[0] == 0
    assert manager.post("/setup/sampling", data={**sent, "keep": "1"}).status_code == 422
    assert manager.post("/setup/sampling", data={**wanted, "keep": "1"}).status_code == 302
    assert RuleStore(own_box.store).current()[1].kinds["random"] == 1.0
    late = manager.post("/setup/sampling", data={**wanted, "hours": "3", "keep": "1"})
    assert late.status_code == 422
    assert "Somebody else has changed" in late.text
    undo_latest(manager, "sampling")
    assert RuleStore(own_box.store).current()[1].kinds["random"] == pytest.approx(0.2)
    bad = manager.post("/setup/sampling", data={**wanted, "kinds.random": "lots", "keep": "1"})
    assert bad.status_code == 422
    assert 'value="lots"' in bad.text


def test_targets_are_given_in_per_cent_and_taken_back(own_box: TestBox, manager: FlaskClient) -> None:
    sent = fields(manager.get("/setup/figures").text, "")
    assert manager.post("/setup/figures", data=sent).status_code == 422
    assert manager.post("/setup/figures", data={**sent, "service_level.min": "90"}).status_code == 302
    target = next(figure.target for figure in figure_rules(own_box.store).figures if figure.id == "service_level")
    assert target is not None
    assert target.low == 0.9
    undo_latest(manager, "figures")
    target = next(figure.target for figure in figure_rules(own_box.store).figures if figure.id == "service_level")
    assert target is not None
    assert target.low == 0.8


def test_a_person_is_added_changed_and_put_back(own_box: TestBox, manager: FlaskClient) -> None:
    new = fields(manager.get("/setup/people/new").text, "/setup/people/save") | {
        "number": "8100",
        "name": "孙悦",
        "team": "售后",
        "seat-0-extension": "1100",
    }
    assert manager.post("/setup/people/save", data=new).status_code == 302
    assert manager.post("/setup/people/save", data=new).status_code == 422
    sent = fields(manager.get("/setup/people/8100").text, "/setup/people/save")
    assert manager.post("/setup/people/save", data={**sent, "team": "售前"}).status_code == 302
    late = manager.post("/setup/people/save", data={**sent, "team": "投诉"})
    assert late.status_code == 422
    assert "Somebody else has changed this person" in late.text
    undo_latest(manager, "people")
    found = People(own_box.store).get("8100")
    assert found is not None
    assert (found.team, found.seats[0].extension) == ("售后", "1100")
    other = {**new, "number": "8101", "name": "周芳"}
    assert "is 8100’s at that time" in manager.post("/setup/people/save", data=other).text


def test_a_table_with_a_bad_row_is_named_and_the_good_rows_can_be_taken(own_box: TestBox, manager: FlaskClient) -> None:
    table = "工号,姓名,入职日期\n8200,吴敏,2025-01-01\n8201,郑洁,昨天\n".encode("gbk")
    page = manager.post("/setup/people/import", data={"file": (io.BytesIO(table), "people.csv")})
    assert page.status_code == 422
    assert "昨天" in page.text
    assert People(own_box.store).get("8200") is None
    sent = fields(page.text, "/setup/people/import")
    answer = manager.post("/setup/people/import", data=sent, follow_redirects=True)
    assert "1 new" in answer.text
    assert People(own_box.store).get("8200") is not None
    assert People(own_box.store).get("8201") is None
    assert "8200" in manager.get("/setup/people/table.csv").text


def test_an_account_is_made_with_a_password_that_is_shown_once(own_box: TestBox, admin: FlaskClient) -> None:
    page = admin.post("/setup/users/new", data={"name": "新质检", "role": "inspector", "groups": "售后"})
    found = re.search(r'<p class="once code">([a-z2-9-]{19})</p>', page.text)
    assert found
    assert page.headers["Cache-Control"] == "no-store"
    user = Users(own_box.store).check("新质检", found[1])
    assert user is not None
    assert (user.must_change, user.groups) == (True, ("售后",))
    assert found[1] not in admin.get("/setup/changes?of=users").text
    assert admin.post("/setup/users/new", data={"name": "新质检", "role": "inspector"}).status_code == 422


def test_role_and_groups_change_and_come_back(own_box: TestBox, admin: FlaskClient, manager: FlaskClient) -> None:
    user = next(user for user in Users(own_box.store).list() if user.name == "inspector-after")
    sent = fields(admin.get(f"/setup/users/{user.id}").text, "")
    assert admin.post(f"/setup/users/{user.id}", data={**sent, "role": "trainer"}).status_code == 302
    assert Users(own_box.store).get(user.id).role == "trainer"  # type: ignore[union-attr]
    assert admin.post(f"/setup/users/{user.id}", data={**sent, "role": "manager"}).status_code == 422
    assert '/undo"' not in manager.get("/setup/changes?of=users").text
    undo_latest(admin, "users")
    now = Users(own_box.store).get(user.id)
    assert now is not None
    assert (now.role, now.groups) == ("inspector", ("售后",))


def test_the_last_administrator_stays(own_box: TestBox, admin: FlaskClient) -> None:
    user = next(user for user in Users(own_box.store).list() if user.name == "admin")
    page = admin.post(f"/setup/users/{user.id}/disable", follow_redirects=True).text
    assert "last administrator" in page
    assert not Users(own_box.store).get(user.id).disabled  # type: ignore[union-attr]


def test_a_call_is_held_released_and_held_again_by_undo(own_box: TestBox, manager: FlaskClient, admin: FlaskClient) -> None:
    call = own_box.ids["rude"]
    assert manager.get(f"/setup/holds?call={call}").status_code == 200
    manager.post(f"/setup/holds/{call}/place", data={"reason": "律师函"})
    assert [hold.reason for hold in Holds(own_box.store).placed()] == ["律师函"]
    manager.post(f"/setup/holds/{call}/release", data={"reason": "已结案"})
    assert Holds(own_box.store).placed() == []
    undo_latest(admin, "holds")
    assert len(Holds(own_box.store).placed()) == 1
    assert "Say why" in manager.post(f"/setup/holds/{call}/place", data={"reason": " "}, follow_redirects=True).text


def test_what_would_be_deleted_is_shown(admin: FlaskClient) -> None:
    page = admin.get("/setup/retention?days=90").text
    assert "never by age" in page
    assert "0 calls" in page


def test_a_change_that_others_built_upon_is_not_taken_back(own_box: TestBox, manager: FlaskClient) -> None:
    sent = form_sent(manager)
    manager.post("/setup/forms/A", data={**sent, "pass_line": "85"})
    first = re.search(r'action="(/setup/changes/\d+/undo)"', manager.get("/setup/changes?of=forms").text)
    assert first
    manager.post("/setup/forms/A", data={**sent, "based_on": "1.1", "pass_line": "90"})
    page = manager.post(first[1], follow_redirects=True).text
    assert "It has been changed again since" in page
    assert Forms(own_box.store).current("A").pass_line == 90


@pytest.mark.parametrize("path", ["/setup/alarms", "/setup/box", "/setup/models"])
def test_what_only_the_box_can_change_names_the_command(admin: FlaskClient, path: str) -> None:
    page = admin.get(path).text
    assert "<code>sudo " in page
