"""Who may open what: the table of routes (tests.webui.routes), tested whole by real requests, and calls of others."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from quality.access.scope import Scope
from quality.access.users import User
from tests.webui.conftest import LogIn, entered, make_app
from tests.webui.makebox import TestBox
from tests.webui.routes import ASKERS, OBJECTS, ROUTES, Row, Values, expected
from webui.access import allowed
from webui.auth import Person

IMPLICIT = {"HEAD", "OPTIONS"}


def test_every_route_and_method_has_one_row(app: Flask) -> None:
    routes = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - IMPLICIT}
    rows = Counter((row.endpoint, row.method) for row in ROUTES)
    assert routes - rows.keys() == set(), "add a row to tests/webui/routes.py"
    assert rows.keys() - routes == set(), "these routes are no more: take their rows out of tests/webui/routes.py"


def test_every_route_is_open_to_the_roles_of_its_row(app: Flask) -> None:
    wrong = {row.endpoint: allowed(app, row.endpoint) for row in ROUTES if allowed(app, row.endpoint) != row.roles}
    assert wrong == {}, "@allow says this, tests/webui/routes.py something else"


@pytest.mark.parametrize("name", ASKERS)
def test_each_asker_gets_what_the_table_says(box: TestBox, tmp_path: Path, name: str) -> None:
    own = _copy(box, tmp_path / "store")
    app = make_app(own)
    objects = {about: OBJECTS[about](own) for about in sorted({row.about for row in ROUTES} - {""})}
    wrong = []
    for row in ROUTES:
        status = _ask(app, row, objects.get(row.about, {}), ASKERS[name].user)
        if status not in expected(row, name):
            wrong.append((row.method, row.endpoint, "got", status, "not", expected(row, name)))
    assert wrong == []


def _copy(box: TestBox, store: Path) -> TestBox:
    shutil.copytree(box.store, store)
    return replace(box, store=store, settings=replace(box.settings, store=replace(box.settings.store, path=str(store))))


def _ask(app: Flask, row: Row, values: Values, user: str) -> int:
    with app.test_request_context():
        wanted = next(iter(app.url_map.iter_rules(row.endpoint))).arguments
        places = {key: value for key, value in {**values, **row.place}.items() if key in wanted}
        address = app.url_for(row.endpoint, **places)
    browser = entered(app, user) if user else app.test_client()
    data = dict(row.send(values)) if row.send else None
    headers = {"Accept": "text/html", **row.headers}
    answer = browser.open(address, method=row.method, query_string=dict(row.query), data=data, headers=headers)
    answer.close()
    return answer.status_code


def test_a_stranger_is_led_to_the_log_in_and_back(app: Flask, box: TestBox) -> None:
    answer = app.test_client().get(f"/calls/{box.ids['rude']}?t=5", headers={"Accept": "text/html"})
    assert answer.location == f"/login?next=/calls/{box.ids['rude']}?t%3D5"


def test_scripts_and_players_get_a_plain_401(app: Flask, box: TestBox) -> None:
    answer = app.test_client().get(f"/audio/{box.ids['rude']}", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (401, "text/plain")


def test_an_agents_list_and_search_hold_only_their_own_calls(log_in: LogIn, box: TestBox) -> None:
    others = [call.id for call in box.made if call.agent_id != "8001"] + [box.ids["rude"]]
    for query in ("", "?agent=8004", "?q=快递", "?q=您好", "?team=售后", "?priority=yes", "?sort=risk"):
        page = log_in("wang").get(f"/calls{query}").text
        assert not [call_id for call_id in others if call_id in page], query
    assert box.ids["perfect"] in log_in("wang").get("/calls").text


@pytest.mark.parametrize("name", ["inspector-pre", "manager-pre", "trainer-pre"])
def test_who_is_bound_to_a_group_lists_and_finds_only_its_calls(log_in: LogIn, box: TestBox, name: str) -> None:
    others = [call.id for call in box.made if call.team != "售前"] + [box.ids["rude"]]
    for query in ("", "?agent=8004", "?q=快递", "?q=您好", "?team=售后", "?priority=yes", "?sort=risk", "?reviewed=no"):
        page = log_in(name).get(f"/calls{query}").text
        assert not [call_id for call_id in others if call_id in page], query
    page = log_in(name).get("/calls").text
    assert box.ids["perfect"] in page
    assert "售后" not in page
    assert "8004" not in page


def test_a_week_for_a_group_counts_that_groups_calls(log_in: LogIn, box: TestBox) -> None:
    page = log_in("manager-pre").get("/weekly?week=2026-W47").text
    assert "8001" in page
    assert not [agent for agent in ("8004", "8005", "8006", "售后", box.ids["rude"]) if agent in page]


def test_an_agent_without_a_number_sees_no_call() -> None:
    assert Person(User("1", "x", "agent", None, None, False, 0.0, 0.0)).scope == Scope(agent="")
