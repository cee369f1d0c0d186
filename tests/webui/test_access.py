"""Who may open what: every route, every role, and calls of others."""

from __future__ import annotations

import pytest
from flask import Flask

from quality.roles import REVIEWERS, STAFF
from quality.scope import Scope
from quality.users import User
from tests.webui.conftest import LogIn
from tests.webui.makebox import PEOPLE, TestBox
from webui.access import EVERYONE, PUBLIC, allowed
from webui.auth import Person

EXPECTED = {
    "static": (PUBLIC,), "auth.login": (PUBLIC,), "languages.switch": (PUBLIC,), "health.healthz": (PUBLIC,),
    "auth.logout": EVERYONE, "health.about": EVERYONE, "calls.start": EVERYONE, "calls.listing": EVERYONE, "calls.page": EVERYONE,
    "audio.sound": EVERYONE, "audio.peaks": EVERYONE, "audio.download": EVERYONE, "audio.integrity": EVERYONE,
    "reviews.save": REVIEWERS, "reports.weekly": STAFF, "reports.download": STAFF,
}  # fmt: skip


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    assert {rule.endpoint: allowed(app, rule.endpoint) for rule in app.url_map.iter_rules()} == EXPECTED


def test_nothing_but_the_public_routes_answers_a_stranger(app: Flask, box: TestBox) -> None:
    browser = app.test_client()
    for address, method, endpoint in _addresses(app, box.ids["rude"]):
        answer = browser.open(address, method=method, headers={"Accept": "text/html"})
        if PUBLIC in EXPECTED[endpoint]:
            assert answer.status_code in (200, 302, 401), address
        elif method == "GET":
            assert answer.status_code == 302, address
            assert answer.location.startswith("/login?next="), address
        else:
            assert answer.status_code == 401, address


def test_scripts_and_players_get_a_plain_401(app: Flask, box: TestBox) -> None:
    answer = app.test_client().get(f"/audio/{box.ids['rude']}", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (401, "text/plain")


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_opens_what_the_table_says(app: Flask, box: TestBox, log_in: LogIn, name: str) -> None:
    role, agent = PEOPLE[name]
    browser = log_in(name)
    for address, method, endpoint in _addresses(app, box.ids["rude"]):
        if method != "GET" or endpoint == "static":
            continue
        status = browser.get(address).status_code
        theirs = agent in (None, "8004") or box.ids["rude"] not in address
        if PUBLIC in EXPECTED[endpoint]:
            assert status in (200, 302), address
        elif role not in EXPECTED[endpoint]:
            assert status == 403, address
        else:
            assert status in ((200, 302) if theirs else (404,)), address


def test_an_agent_may_not_save_a_review(log_in: LogIn, box: TestBox) -> None:
    assert log_in("liu").post(f"/calls/{box.ids['rude']}/review").status_code == 403


def test_an_agents_list_and_search_hold_only_their_own_calls(log_in: LogIn, box: TestBox) -> None:
    for query in ("", "?agent=8004", "?q=快递", "?q=您好", "?team=售后", "?priority=yes", "?sort=risk"):
        page = log_in("wang").get(f"/calls{query}").text
        others = [call.id for call in box.made if call.agent_id != "8001"] + [box.ids["rude"]]
        assert not [call_id for call_id in others if call_id in page], query
    assert box.ids["perfect"] in log_in("wang").get("/calls").text


def test_an_agent_without_a_number_sees_no_call() -> None:
    assert Person(User("1", "x", "agent", None, None, False, 0.0, 0.0)).scope == Scope(agent="")


def _addresses(app: Flask, call_id: str) -> list[tuple[str, str, str]]:
    """Every route with its places filled in, as (address, method, endpoint)."""
    fill = {"call_id": call_id, "kind": "wav", "code": "en", "filename": "base.css", "week": "2026-W47"}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                values = {name: fill[name] for name in rule.arguments}
                if rule.endpoint == "reports.download":
                    values["kind"] = "csv"
                found.append((app.url_for(rule.endpoint, **values), method, rule.endpoint))
    return found
