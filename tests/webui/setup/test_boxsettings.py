"""Settings of the box changed through the pages: where the web service may write them, where it asks, where it may do neither."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quality.boxsettings.book import BoxSettings
from quality.boxsettings.carrying import Helper, serve
from quality.boxsettings.dropin import Place
from recorder.settings.cli import show
from recorder.settings.loader import load
from recorder.settings.sections import Settings
from recorder.settings.takenup import read, tell
from tests.webui.conftest import entered
from tests.webui.makebox import TestBox, make_box
from tests.webui.setup.test_rules import fields
from tests.webui.setup.test_setup import undo_latest
from webui.app import create_app


@pytest.fixture(scope="module")
def own_box(tmp_path_factory: pytest.TempPathFactory) -> TestBox:
    """One store for all; each test has settings files of its own."""
    return make_box(tmp_path_factory.mktemp("boxsettings") / "store")


@pytest.fixture
def place(own_box: TestBox, tmp_path: Path) -> Place:
    config = tmp_path / "callbox.toml"
    config.write_text(show(own_box.settings).replace("\nport = 0", "\nport = 8080", 1), "utf-8")
    return Place((config,))


@pytest.fixture
def app(place: Place) -> Flask:
    app = create_app(load(place.paths), place)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return entered(app, "admin")


def form_of(page: str, group: str) -> dict[str, str]:
    """The fields of one panel, as a browser would send them."""
    [section] = re.findall(rf'<section class="panel" id="{group}".*?</section>', page, re.DOTALL)
    return {**fields(section, ""), "group": group}


@pytest.mark.parametrize(("address", "group", "setting", "value", "found"), [
    ("/setup/retention", "retention", "retention.days", "90", lambda s: s.retention.days == 90),
    ("/setup/retention", "retention", "retention.transcripts", "keep", lambda s: s.retention.transcripts == "keep"),
    ("/setup/alarms", "alarms", "alarms.low_dbfs", "-50.5", lambda s: s.alarms.low_dbfs == -50.5),
    ("/setup/models", "analysis", "analysis.beam", "3", lambda s: s.analysis.beam == 3),
    ("/setup/models", "analysis", "analysis.mask_digits", "1", lambda s: s.analysis.mask_digits is True),
    ("/setup/models", "analysis", "analysis.lexicon", "云帆，Yunfan", lambda s: s.analysis.lexicon == ("云帆", "Yunfan")),
    ("/setup/box", "site", "site.name", "云帆 & <b>", lambda s: s.site.name == "云帆 & <b>"),
    ("/setup/box", "site", "web.session_minutes", "60", lambda s: s.web.session_minutes == 60),
    ("/setup/box", "quality", "quality.trust_agreement", "0.9", lambda s: s.quality.trust_agreement == 0.9),
])  # fmt: skip
def test_a_setting_is_changed_shown_and_taken_back(  # noqa: PLR0917
    place: Place, admin: FlaskClient, address: str, group: str, setting: str, value: str, found: object
) -> None:
    assert callable(found)
    before = load(place.paths)
    answer = admin.post(address, data={**form_of(admin.get(address).text, group), setting: value})
    assert answer.status_code == 302, answer.text
    assert found(load(place.paths))
    page = admin.get(address).text
    assert "Changed. It is in the log" in page
    assert form_of(page, group)[setting].replace(", ", "，") == value
    changes = admin.get("/setup/changes?of=box").text
    assert "Settings of the box changed" in changes
    assert "settings" not in re.findall(r"<small>(.*?)</small>", changes)
    assert "Taken back" in undo_latest(admin, "box")
    assert load(place.paths) == before


def test_what_will_not_do_is_said_beside_its_field_and_stays_in_it(place: Place, app: Flask, admin: FlaskClient) -> None:
    for browser, says in ((admin, "at least 30"), (entered(app, "admin", "zh"), "不少于 30")):
        sent = form_of(browser.get("/setup/retention").text, "retention")
        answer = browser.post("/setup/retention", data={**sent, "retention.days": "7", "retention.max_gib": "90"})
        assert answer.status_code == 422
        field = re.search(r'id="retention\.days".*?</small>', answer.text, re.DOTALL)
        assert field
        assert 'value="7"' in field[0]
        assert 'aria-invalid="true"' in field[0]
        assert says in field[0]
        assert form_of(answer.text, "retention")["retention.max_gib"] == "90"
    assert not place.dropin.exists()


@pytest.mark.parametrize("text", ["", "viele", "1e99", "nan", "-inf", "1" * 5000, "٣"])
def test_no_number_is_said(admin: FlaskClient, place: Place, text: str) -> None:
    sent = form_of(admin.get("/setup/alarms").text, "alarms")
    answer = admin.post("/setup/alarms", data={**sent, "alarms.low_dbfs": text})
    assert answer.status_code == 422
    assert "must be" in answer.text
    assert not place.dropin.exists()


def test_what_is_on_no_form_is_not_changed(place: Place, admin: FlaskClient) -> None:
    sent = form_of(admin.get("/setup/box").text, "site")
    more = {"web.port": "1", "store.path": "/", "web.tls_key": "/etc/shadow", "analysis.rulebook": "/etc/shadow"}
    answer = admin.post("/setup/box", data={**sent, **more, "site.name": "新"})
    assert answer.status_code == 302
    assert load(place.paths).web == dataclasses.replace(load(place.paths).web, port=load([place.config]).web.port, tls_key="")
    assert "port" not in place.dropin.read_text("utf-8")
    assert admin.post("/setup/box", data={**sent, "group": "alarms"}).status_code == 400
    assert admin.post("/setup/box", data={"group": "line"}).status_code == 400


def test_of_two_administrators_the_second_is_told(place: Place, admin: FlaskClient) -> None:
    sent = form_of(admin.get("/setup/retention").text, "retention")
    assert admin.post("/setup/retention", data={**sent, "retention.days": "90"}).status_code == 302
    answer = admin.post("/setup/retention", data={**sent, "retention.days": "60"})
    assert answer.status_code == 422
    assert "meanwhile" in answer.text
    assert form_of(answer.text, "retention")["retention.days"] == "60"
    assert load(place.paths).retention.days == 90


def test_rules_for_some_calls_are_added_and_removed(place: Place, admin: FlaskClient) -> None:
    sent = form_of(admin.get("/setup/retention").text, "rules")
    new = {"retention_rule.0.direction": "in", "retention_rule.0.days": "10"}
    assert admin.post("/setup/retention", data={**sent, **new}).status_code == 302
    [rule] = load(place.paths).retention_rule
    assert (rule.direction, rule.days) == ("in", 10)
    sent = form_of(admin.get("/setup/retention").text, "rules")
    assert sent["rows"] == "2"
    answer = admin.post("/setup/retention", data={**sent, "retention_rule.1.days": "3"})
    assert answer.status_code == 422
    assert "row 2" in answer.text
    assert form_of(answer.text, "rules")["retention_rule.1.days"] == "3"
    assert admin.post("/setup/retention", data={**sent, "retention_rule.0.remove": "1"}).status_code == 302
    assert load(place.paths).retention_rule == ()


def test_which_service_does_not_run_with_it_yet_is_said(place: Place, own_box: TestBox, admin: FlaskClient) -> None:
    run = own_box.store / "run"
    run.mkdir(exist_ok=True)
    tell(run, "recorder", load(place.paths), 0.0)
    sent = form_of(admin.get("/setup/retention").text, "retention")
    admin.post("/setup/retention", data={**sent, "retention.days": "90"})
    page = admin.get("/setup/retention").text
    assert "Not in force yet: the recorder" in page
    assert "setup/waiting.js" in page
    tell(run, "recorder", load(place.paths), 1.0)
    assert read(run, "recorder") is not None
    page = admin.get("/setup/retention").text
    assert "Not in force yet" not in page
    assert "setup/waiting.js" not in page
    (run / "settings-recorder.json").unlink()


def asking(app: Flask, place: Place, requests: Path, running: Settings, *, served: bool) -> None:
    """As on a box: the pages ask, the helper comes by while they wait, or does not."""
    requests.mkdir(exist_ok=True)
    store = Path(running.store.path)

    def sleep(_seconds: float) -> None:
        if served:
            serve(place, requests)

    app.extensions["callbox_settings"] = BoxSettings(store, running, place, Helper(requests), sleep)


def test_a_change_that_is_asked_for_is_pending_until_it_is_answered(
    app: Flask, place: Place, admin: FlaskClient, tmp_path: Path
) -> None:
    requests = tmp_path / "requests"
    asking(app, place, requests, load(place.paths), served=False)
    sent = form_of(admin.get("/setup/retention").text, "retention")
    assert admin.post("/setup/retention", data={**sent, "retention.days": "90"}).status_code == 302
    page = admin.get("/setup/retention").text
    assert "Asked for by admin" in page
    assert load(place.paths).retention.days == 0
    serve(place, requests)
    page = admin.get("/setup/retention").text
    assert "Asked for by" not in page
    assert form_of(page, "retention")["retention.days"] == "90"
    assert "Settings of the box changed" in admin.get("/setup/changes?of=box").text


def test_what_the_helper_refuses_is_told_with_its_reason(app: Flask, place: Place, admin: FlaskClient, tmp_path: Path) -> None:
    requests = tmp_path / "requests"
    asking(app, place, requests, load(place.paths), served=False)
    sent = form_of(admin.get("/setup/retention").text, "retention")
    admin.post("/setup/retention", data={**sent, "retention.warn_gib": "5"})
    text = place.config.read_text("utf-8").replace("free_gib = 3.0", "free_gib = 8.0")
    place.config.write_text(text, "utf-8")
    serve(place, requests)
    page = admin.get("/setup/retention").text
    assert "was refused:" in page
    assert "must not be below" in page
    assert "Change of the settings refused" in admin.get("/setup/changes?of=box").text
    assert not place.dropin.exists()


def test_where_nobody_may_write_them_the_command_is_told(own_box: TestBox) -> None:
    app = create_app(own_box.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    admin = entered(app, "admin")
    page = admin.get("/setup/retention").text
    assert "sudo callbox settings set retention.days=" in page
    assert "<fieldset class=\"bare\" disabled>" in page
    answer = admin.post("/setup/retention", data={**form_of(page, "retention"), "retention.days": "90"})
    assert answer.status_code == 422
    assert "sudo callbox settings set retention.days=90" in answer.text
