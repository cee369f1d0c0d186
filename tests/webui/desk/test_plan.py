"""The desk and the way through the plan."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from quality.reviewing.assignments import Assignments
from quality.reviewing.listens import Listens
from tests.webui.conftest import entered
from tests.webui.desk.conftest import GIVEN, account
from tests.webui.desk.test_reviews import filled
from tests.webui.makebox import TestBox
from webui.desk.keys import key_sheet

STATIC = Path(__file__).parents[3] / "webui" / "static" / "desk"


def test_the_desk_shows_the_plan_in_its_order_and_why(inspector: FlaskClient, given_box: TestBox) -> None:
    page = inspector.get("/desk").text
    places = [page.index(given_box.ids[name]) for name in GIVEN]
    assert places == sorted(places)
    assert "by hand" in page
    assert "投诉回溯" in page
    assert '<dd>0 <small>/ 4</small></dd>' in page


def test_an_empty_desk_says_what_to_do(own_app: Flask) -> None:
    page = entered(own_app, "manager").get("/desk").text
    assert "No calls are given to you" in page
    assert "/calls?reviewed=no" in page


def test_an_inspectors_day_begins_at_the_desk(inspector: FlaskClient, own_app: Flask) -> None:
    assert inspector.get("/").location == "/desk"
    assert entered(own_app, "manager").get("/").location != "/desk"


def test_on_through_the_plan_and_back_to_the_desk_at_its_end(inspector: FlaskClient, given_box: TestBox) -> None:
    ids = [given_box.ids[name] for name in GIVEN]
    assert inspector.get("/desk/next").location == f"/calls/{ids[0]}"
    assert inspector.get(f"/desk/next?after={ids[0]}&play=1").location == f"/calls/{ids[1]}?play=1"
    for name in ids:
        Listens(given_box.store).heard(name, account(given_box, "inspector"), [(0.0, 9e9)])
    assert inspector.get(f"/desk/next?after={ids[0]}&unheard=1").location == "/desk"
    assert "Every call of your plan has been heard." in inspector.get("/desk").text


def test_saving_leads_on_to_the_next_call(inspector: FlaskClient, given_box: TestBox) -> None:
    call = given_box.ids["rude"]
    answer = inspector.post(f"/calls/{call}/review", data=filled(given_box, next="play"))
    assert answer.location == f"/desk/next?after={call}&play=1"
    assert inspector.get(answer.location).location == f"/calls/{given_box.ids['perfect']}?play=1"
    desk = inspector.get("/desk").text
    assert "Scored today" in desk
    assert '<dd>1 <small>/ 4</small></dd>' in desk


def test_the_call_page_says_where_in_the_plan_it_stands(inspector: FlaskClient, given_box: TestBox, own_app: Flask) -> None:
    page = inspector.get(f"/calls/{given_box.ids['perfect']}").text
    assert "Call 2 of 4" in page
    assert "Save, next call" in page
    other = entered(own_app, "manager").get(f"/calls/{given_box.ids['perfect']}").text
    assert "Call 2 of 4" not in other
    assert "Save, next call" not in other


def test_a_call_is_handed_back_with_a_reason(inspector: FlaskClient, given_box: TestBox) -> None:
    call = given_box.ids["rude"]
    assert inspector.post(f"/calls/{call}/hand-back", data={"why": " "}).location == f"/calls/{call}"
    assert inspector.post(f"/calls/{call}/hand-back", data={"why": "认识该座席"}).location == f"/desk/next?after={call}"
    assert Assignments(given_box.store).of_call(call) is None
    assert inspector.post(f"/calls/{call}/hand-back", data={"why": "再次"}).location == f"/calls/{call}"


def test_the_help_sheet_names_every_key_that_does_something(own_app: Flask) -> None:
    source = (STATIC / "keys.js").read_text()
    table = source[source.index("KEYS = {") : source.index("};")]
    done = set(re.findall(r': "([a-z-]+)"', table)) | {"save"}
    with own_app.test_request_context():
        told = {action for _, rows in key_sheet() for _, action, _ in rows}
    assert told == done


def test_every_action_of_a_key_is_done_somewhere() -> None:
    scripts = "".join(path.read_text() for path in STATIC.glob("*.js") if path.name != "keys.js")
    table = (STATIC / "keys.js").read_text()
    for action in set(re.findall(r': "([a-z-]+)"', table[table.index("KEYS = {") : table.index("};")])) - {"help"}:
        assert re.search(rf'["\s{{,]{action}"?\s*[:,]', scripts), action
