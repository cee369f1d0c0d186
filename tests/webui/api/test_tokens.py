"""Who may call the API: tokens, their scopes and ends, whose rights they have; sessions; what the audit log learns."""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from quality.access.tokens import Tokens
from quality.access.users import Users
from quality.audit.entries import LISTEN, REFUSAL
from quality.schema import REVIEW_DB
from quality.store import reading
from recorder.times import to_text
from tests.webui.api.conftest import MakeProgram, make_program
from tests.webui.conftest import LogIn, entered, make_app
from tests.webui.makebox import TestBox
from webui.api.problems import MIMETYPE
from webui.app import create_app


def entries(store: Path, kind: str) -> list[sqlite3.Row]:
    with reading(store) as connection:
        return connection.execute("SELECT * FROM review.changes WHERE kind = ? ORDER BY id", (kind,)).fetchall()


def test_a_stranger_is_told_what_to_send(app: Flask) -> None:
    for headers in ({}, {"Accept": "text/html"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer cbx_nothing"}):
        answer = app.test_client().get("/api/v1/calls", headers=headers)
        assert (answer.status_code, answer.mimetype) == (401, MIMETYPE)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json and answer.json["detail"] and answer.json["detail_zh"]


def test_a_scope_opens_its_own_and_nothing_else(program: MakeProgram, box: TestBox) -> None:
    own, call = program("calls:read"), f"/calls/{box.ids['rude']}"
    assert own.get("/calls").status_code == own.get(call).status_code == own.get(f"{call}/hits").status_code == 200
    for path in (f"{call}/audio.wav", f"{call}/transcript", f"{call}/vcon", "/status", "/reports/daily/2026-11-20", "/alarms"):
        answer = own.get(path)
        assert answer.status_code == 403, path
        assert "lacks the scope" in answer.json["detail"]
    assert own.post("/alarms/1/acknowledgements", {}).status_code == 403
    assert own.get("/openapi.json").status_code == 200


def test_audio_in_a_vcon_needs_the_scope_of_audio(program: MakeProgram, box: TestBox) -> None:
    path = f"/calls/{box.ids['unanswered']}/vcon"
    own = program("calls:read", "transcripts:read", "reviews:read")
    assert own.get(path).status_code == 200
    assert own.get(f"{path}?inline=yes").status_code == 403


def test_a_token_is_for_the_api_alone(program: MakeProgram, app: Flask) -> None:
    answer = app.test_client().get("/calls", headers=program().headers)
    assert answer.status_code in (302, 401)


def test_a_token_ends_with_its_time_its_revocation_and_its_owner(own_app: Flask, own_box: TestBox) -> None:
    program = make_program(own_app, own_box, "manager", ["calls:read"])
    assert program.get("/calls").status_code == 200
    Users(own_box.store).disable("manager")
    assert program.get("/calls").status_code == 401
    Users(own_box.store).enable("manager")
    assert program.get("/calls").status_code == 200
    past = to_text(time.time() - 1)
    with sqlite3.connect(own_box.store / REVIEW_DB) as connection:
        connection.execute("UPDATE tokens SET expires_at = ?", (past,))
    assert program.get("/calls").status_code == 401
    again = make_program(own_app, own_box, "manager", ["calls:read"])
    Tokens(own_box.store).revoke(Tokens(own_box.store).list()[0].id)
    assert again.get("/calls").status_code == 401


def test_a_token_sees_its_owners_groups_and_no_more_than_its_own(program: MakeProgram, box: TestBox) -> None:
    after = program(groups=["售后"])
    teams = {call["team"] for call in after.get("/calls?limit=200").json["calls"]}
    assert teams == {"售后"}
    before = program(groups=["售前"])
    for part in ("", "/audio.wav", "/transcript", "/scores", "/hits", "/reviews", "/vcon"):
        assert before.get(f"/calls/{box.ids['rude']}{part}").status_code == 404, part
    assert before.get("/reports/daily/2026-11-20").status_code == 403
    assert before.get("/figures?period=2026-11").status_code == 403
    subjects = before.get("/figures?period=2026-11&by=group").json["subjects"]
    assert [subject["key"] for subject in subjects] == ["售前"]
    agents = {subject["key"] for subject in before.get("/figures?period=2026-11&by=agent").json["subjects"]}
    assert agents and agents <= {"8001", "8002", "8003"}


def test_every_use_of_audio_is_noted_with_the_token(own_app: Flask, own_box: TestBox) -> None:
    program = make_program(own_app, own_box, "manager", ["audio:read"])
    path = f"/calls/{own_box.ids['rude']}/audio.wav"
    for _ in range(3):  # a player's pieces are one use
        assert program.get(path, {"Range": "bytes=0-99"}).status_code == 206
    noted = entries(own_box.store, LISTEN)
    assert [(row["by"], row["action"], row["subject"]) for row in noted] == [("manager", "api.listen", own_box.ids["rude"])]
    assert '"token": "test"' in noted[0]["detail"]
    other = make_program(own_app, own_box, "manager", ["audio:read"])
    other.get(path)
    assert len(entries(own_box.store, LISTEN)) == 2


def test_refusals_are_noted(own_app: Flask, own_box: TestBox) -> None:
    make_program(own_app, own_box, "manager", ["calls:read"]).get("/status")
    own_app.test_client().get("/api/v1/calls")
    noted = {(row["by"], row["action"], row["subject"]) for row in entries(own_box.store, REFUSAL)}
    assert {("manager", "refused.role", "GET /api/v1/status"), ("", "refused.stranger", "GET /api/v1/calls")} <= noted


def test_a_pages_script_uses_its_session(log_in: LogIn, box: TestBox) -> None:
    assert log_in("wang").get("/api/v1/calls").status_code == 200
    assert {call["agent_id"] for call in log_in("wang").get("/api/v1/calls?limit=200").json["calls"]} == {"8001"}
    assert log_in("wang").get(f"/api/v1/calls/{box.ids['rude']}/audio.wav").status_code == 404
    assert log_in("wang").get("/api/v1/status").status_code == 403


def test_a_session_needs_the_form_token_to_change_and_a_program_does_not(own_box: TestBox) -> None:
    app = create_app(own_box.settings)
    with sqlite3.connect(own_box.store / "calls.db") as calls:
        calls.execute("INSERT INTO alarms (kind, subject, raised_at, detail) VALUES ('hum', 'line1', ?, '')", (to_text(1.0),))
    browser = entered(app, "manager")
    refused = browser.post("/api/v1/alarms/1/acknowledgements", json={"note": "heard it"})
    assert (refused.status_code, refused.mimetype) == (400, MIMETYPE)
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/about").text)
    assert found
    done = browser.post("/api/v1/alarms/1/acknowledgements", json={"note": "heard it"}, headers={"X-CSRFToken": found[1]})
    assert (done.status_code, done.json["acknowledged"][0]["note"]) == (201, "heard it")
    program = make_program(app, own_box, "manager", ["alarms:write"])
    assert len(program.post("/alarms/1/acknowledgements", {}).json["acknowledged"]) == 2
    both = browser.get("/api/v1/calls", headers=program.headers)
    assert both.status_code == 400


def test_too_many_requests_are_put_off(own_box: TestBox) -> None:
    app = make_app(replace(own_box, settings=replace(own_box.settings, web=replace(own_box.settings.web, workers=1))))
    app.config["API_PER_MINUTE"] = 5
    program = make_program(app, own_box, "manager", ["calls:read"])
    assert [program.get("/calls").status_code for _ in range(6)] == [200] * 5 + [429]
    assert program.get("/calls").headers["Retry-After"] == "60"
    assert make_program(app, own_box, "manager", ["calls:read"]).get("/calls").status_code == 200


@pytest.mark.parametrize(("metrics", "strangers", "programs"), [("open", 200, 200), ("token", 401, 200), ("off", 404, 404)])
def test_metrics_are_for_whom_the_settings_say(own_box: TestBox, metrics: str, strangers: int, programs: int) -> None:
    web = replace(own_box.settings.web, metrics=metrics)
    app = make_app(replace(own_box, settings=replace(own_box.settings, web=web)))
    assert app.test_client().get("/metrics").status_code == strangers
    good = make_program(app, own_box, "manager", ["metrics:read"]).headers
    assert app.test_client().get("/metrics", headers=good).status_code == programs
    poor = make_program(app, own_box, "manager", ["calls:read"]).headers
    assert app.test_client().get("/metrics", headers=poor).status_code in (403, strangers)


def test_a_token_made_on_the_page_works_and_is_shown_once(own_app: Flask, own_box: TestBox) -> None:
    browser = entered(own_app, "manager")
    wrong = browser.post("/tokens", data={"name": "wallboard", "days": "30"})
    assert wrong.status_code == 422 and "at least one scope" in wrong.text and 'value="wallboard"' in wrong.text
    made = browser.post("/tokens", data={"name": "wallboard", "days": "30", "scope": ["calls:read"], "group": ["售后"]})
    text = re.search(r"cbx_[\w-]{40,}", made.text)
    assert text and text[0] not in browser.get("/tokens").text
    calls = own_app.test_client().get("/api/v1/calls?limit=200", headers={"Authorization": f"Bearer {text[0]}"}).json["calls"]
    assert {call["team"] for call in calls} == {"售后"}
    token = Tokens(own_box.store).list()[0]
    assert entered(own_app, "manager-pre").post(f"/tokens/{token.id}/revoke").status_code == 404  # not theirs
    assert "wallboard" in entered(own_app, "admin").get("/tokens").text
    browser.post(f"/tokens/{token.id}/revoke")
    assert own_app.test_client().get("/api/v1/calls", headers={"Authorization": f"Bearer {text[0]}"}).status_code == 401


def test_the_documentation_is_a_page_of_the_box(log_in: LogIn) -> None:
    page = log_in("manager").get("/api").text
    assert "/api/v1/calls/{call_id}/audio.wav" in page and "http://localhost/api/v1" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
