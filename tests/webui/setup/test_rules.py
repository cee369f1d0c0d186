"""Rules changed through the pages, from the form to the live rulebook."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from analyzer.rules.drafts import Drafts
from analyzer.rules.editing import entries
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import SHIPPED
from quality.changes import list_changes
from quality.jobs import runner
from quality.jobs.store import Jobs
from tests.webui.conftest import logged_in
from tests.webui.makebox import TestBox
from webui.setup.ruleform import entry_of, form_of, read_form


class Fields(HTMLParser):
    """What a browser would send of the page's form whose action ends in `action`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._action, self._inside, self._area, self._select = action, False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = have.get("action", "").endswith(self._action)
        elif not self._inside or (tag != "option" and not have.get("name")):
            return
        elif tag == "input" and (have.get("type") != "checkbox" or "checked" in have):
            self.sent[have["name"]] = have.get("value", "")
        elif tag == "textarea":
            self._area = have["name"]
            self.sent[self._area] = ""
        elif tag == "select":
            self._select = have["name"]
        elif tag == "option" and self._select and (self._select not in self.sent or "selected" in have):
            self.sent[self._select] = have.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data


def fields(text: str, action: str) -> dict[str, str]:
    parser = Fields(action)
    parser.feed(text)
    return parser.sent


@pytest.fixture
def manager(own_app: Flask) -> FlaskClient:
    return logged_in(own_app, "manager")


@pytest.mark.parametrize("rule", entries(SHIPPED))
def test_a_rule_that_nobody_touches_comes_back_as_it_was(log_in: object, rule: str) -> None:
    """Every shipped rule through the page: nothing is lost on the way, whatever its kinds."""
    browser = log_in("manager")  # type: ignore[operator]
    sent = fields(browser.get(f"/setup/rules/{rule}").text, "/setup/rules/save")
    entry = entries(SHIPPED)[rule]
    assert entry_of(read_form(sent), entry) == entry
    assert form_of(entry).id == rule


def test_a_change_goes_from_the_form_to_a_draft_a_trial_and_live(own_box: TestBox, manager: FlaskClient) -> None:
    sent = fields(manager.get("/setup/rules/shirk").text, "/setup/rules/save")
    sent["check-0-words"] = sent["check-0-words"].replace("不归我管", "不归我理")
    answer = manager.post("/setup/rules/save", data={**sent, "points.experience": "7"})
    assert answer.status_code == 302, answer.text
    page = manager.get(answer.location).text
    assert "<ins>" in page
    assert "不归我管" in page
    draft = answer.location.rpartition("/")[2]
    live = Rulebooks(own_box.store)
    assert "不归我管" in str(entries(live.live_path())["shirk"])
    manager.post(f"/setup/rules/drafts/{draft}/adopt")
    assert entries(live.live_path())["shirk"]["points"]["experience"] == 7
    assert "不归我管" not in str(entries(live.live_path())["shirk"]["check"][0]["words"])
    assert list_changes(own_box.store)[0].by == "manager"


def test_a_trial_names_calls_that_play_at_the_spot(own_box: TestBox, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.setup.rules.Jobs", lambda store: Jobs(store, spawn=runner.run))
    draft = manager.post("/setup/rules/shirk/switch").location.rpartition("/")[2]
    manager.post(f"/setup/rules/drafts/{draft}/try", data={"days": "0"})
    page = manager.get(f"/setup/rules/drafts/{draft}").text
    assert "would hit 0 more calls and 1 fewer" in page
    call = own_box.ids["rude"]
    assert f'src="/audio/{call}#t=' in page
    assert f'href="/calls/{call}#t=' in page


def test_what_is_wrong_is_told_and_what_was_typed_stays(manager: FlaskClient) -> None:
    sent = fields(manager.get("/setup/rules/shirk").text, "/setup/rules/save")
    answer = manager.post("/setup/rules/save", data={**sent, "check-0-words": "@nobody\n不", "points.risk": "much"})
    assert answer.status_code == 422
    assert "no set of words called" in answer.text
    assert "@nobody" in answer.text
    assert 'value="much"' in answer.text


def test_a_new_rule_is_made_without_code_and_found_on_past_calls(own_box: TestBox, manager: FlaskClient) -> None:
    page = manager.get("/setup/rules/new").text
    more = manager.post("/setup/rules/save", data={**fields(page, "/setup/rules/save"), "add": "1", "add_kind": "follow"})
    sent = fields(more.text, "/setup/rules/save") | {
        "id": "late", "name_zh": "拖延", "name_en": "Late", "explain_zh": "说要等很久。", "explain_en": "Says it takes long.",
        "points.experience": "3", "check-0-words": "退款 ~6 很久|一个月", "check-1-when": "投诉",
        "check-1-then": "抱歉", "check-1-within_s": "20",
    }  # fmt: skip
    answer = manager.post("/setup/rules/save", data=sent)
    assert answer.status_code == 302, answer.text
    draft = Drafts(Rulebooks(own_box.store)).get(answer.location.rpartition("/")[2])
    assert draft is not None
    assert draft.after is not None
    assert draft.after["check"] == [
        {"kind": "words", "words": ["退款 ~6 很久|一个月"]},
        {"kind": "follow", "when": ["投诉"], "then": ["抱歉"], "within_s": 20},
    ]
    assert manager.post("/setup/rules/save", data={**sent, "id": "shirk"}).status_code == 422
    assert manager.post("/setup/rules/save", data={**sent, "id": "../x"}).status_code == 422


def test_a_draft_on_rules_that_others_changed_says_so_and_can_be_made_again(own_box: TestBox, manager: FlaskClient) -> None:
    one = manager.post("/setup/rules/shirk/switch").location.rpartition("/")[2]
    two = manager.post("/setup/rules/argue/switch").location.rpartition("/")[2]
    manager.post(f"/setup/rules/drafts/{one}/adopt")
    page = manager.post(f"/setup/rules/drafts/{two}/adopt", follow_redirects=True).text
    assert "Somebody else has changed the rules" in page
    again = manager.post(f"/setup/rules/drafts/{two}/again").location.rpartition("/")[2]
    manager.post(f"/setup/rules/drafts/{again}/adopt")
    live = entries(Rulebooks(own_box.store).live_path())
    assert (live["shirk"]["enabled"], live["argue"]["enabled"]) == (False, False)
    manager.post("/setup/rules/back")
    assert "enabled" not in entries(Rulebooks(own_box.store).live_path())["argue"]
