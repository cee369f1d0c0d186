"""What somebody tries who wants in, or wants more than is theirs: forged forms and cookies, odd paths."""

from __future__ import annotations

import re
import sqlite3

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webui.conftest import entered, make_app
from tests.webui.makebox import TestBox
from tests.webui.routes import ROUTES
from tests.webui.safety.crawl import UUID, crawl
from webui.app import create_app
from webui.secret import KEY_FILE

NOBODY = "00000000-0000-7000-8000-000000000000"
POSTS = [row for row in ROUTES if row.method not in ("GET", "HEAD")]


@pytest.fixture(scope="module")
def strict_app(box: TestBox) -> Flask:
    """With CSRF, as it is served."""
    return create_app(box.settings)


@pytest.mark.parametrize("token", [None, "", "nonsense", "IjEi.Zm9v.YmFy"])
def test_no_post_passes_without_its_token(strict_app: Flask, token: str | None) -> None:
    browser, passed = entered(strict_app, "admin"), []
    for row in POSTS:
        data = {} if token is None else {"csrf_token": token}
        status = browser.open(_address(strict_app, row.endpoint, row.place), method=row.method, data=data).status_code
        if status != 400:
            passed.append((row.endpoint, status))
    assert passed == []


def _address(app: Flask, endpoint: str, place: object) -> str:
    with app.test_request_context():
        rule = next(iter(app.url_map.iter_rules(endpoint)))
        values = {name: NOBODY if "uuid" in str(rule.rule) else "1" for name in rule.arguments}
        return app.url_for(endpoint, **{**values, **{k: v for k, v in dict(place).items() if k in values}})  # type: ignore[call-overload]


def test_a_token_of_another_session_is_none(strict_app: Flask) -> None:
    mine, theirs = entered(strict_app, "manager"), entered(strict_app, "inspector")
    found = re.search(r'name="csrf_token" value="([^"]+)"', theirs.get("/about").text)
    assert found
    mine.get("/about")
    assert mine.post("/logout", data={"csrf_token": found[1]}).status_code == 400


@pytest.fixture(scope="module")
def cookie(app_of_module: Flask) -> str:
    found = entered(app_of_module, "manager").get_cookie("callbox_session")
    assert found
    return found.value


@pytest.fixture(scope="module")
def app_of_module(box: TestBox) -> Flask:
    return make_app(box)


def _with_cookie(app: Flask, value: str) -> int:
    client = app.test_client()
    client.set_cookie("callbox_session", value)
    return client.get("/about").status_code


def test_no_byte_of_a_session_can_be_another(app_of_module: Flask, cookie: str) -> None:
    assert _with_cookie(app_of_module, cookie) == 200
    # The last sign of base64 carries two bits that stand for nothing: another one there is the same signature.
    for place in range(len(cookie) - 1):
        for other in {chr(ord(cookie[place]) ^ 1), "A", "."} - {cookie[place], ";", ",", '"', "\\", "\x7f"}:
            assert _with_cookie(app_of_module, cookie[:place] + other + cookie[place + 1 :]) == 401, place


@settings(max_examples=100, deadline=None)
@given(value=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\'), max_size=300))
def test_no_made_up_session_is_one(app_of_module: Flask, value: str) -> None:
    assert _with_cookie(app_of_module, value) == 401


def test_a_session_is_no_longer_one_without_the_boxs_own_entry(own_app: Flask, own_box: TestBox) -> None:
    client = entered(own_app, "manager")
    with sqlite3.connect(own_box.store / "review.db") as database:
        database.execute("DELETE FROM sessions")
    assert client.get("/about").status_code == 401


TRICKS = (
    "/static/../secret.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd",
    "/static/..%5c..%5cetc", "/static//etc/passwd",
    "/static/%00", "/static/base.css%00.png", "/audio/%00", "/audio/../../etc/passwd", "/calls/..%2f..%2fwebui.secret", "/calls/.",
    "/calls/%252e%252e/x", "/calls/%ff%fe", "/calls/／..／x", "/calls/" + "a" * 8000, "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
    "/\\etc\\passwd", "/api/v1/calls/..%2f..%2fx", "/reports/..%2f..%2fcalls.db", "/exports/..%2f..%2fcalls.db/file",
    "/weekly/..%2f..%2fx.csv", "/calls/{own}%00", "/calls/{own}/..;/x", "/calls/{own}/download.wav%00.html",
    "/calls/{own}/download.exe",
)  # fmt: skip


@pytest.mark.parametrize("user", ["wang", "admin", ""])
def test_no_path_leads_out_of_the_pages(app_of_module: Flask, box: TestBox, user: str) -> None:
    client = entered(app_of_module, user) if user else app_of_module.test_client()
    key = (box.store / KEY_FILE).read_text("ascii")
    for trick in TRICKS:
        answer = client.get(trick.replace("{own}", box.ids["perfect"]), headers={"Accept": "text/html"})
        body = answer.data
        assert answer.status_code in (302, 308, 400, 401, 404, 405), (trick, answer.status_code)
        assert b"root:" not in body, trick
        assert key.encode() not in body, trick
        assert b"SQLite format" not in body, trick


@pytest.mark.parametrize("user", ["wang", "inspector-pre", "manager-pre", "trainer-pre"])
def test_sound_of_others_is_got_in_no_way(app_of_module: Flask, box: TestBox, user: str) -> None:
    client, rude = entered(app_of_module, user), box.ids["rude"]
    ways = [
        f"/audio/{rude}",
        f"/audio/{rude.upper()}",
        f"/audio/{rude}?altered=accept",
        f"/calls/{rude}",
        f"/calls/{rude}/peaks.json",
    ]
    ways += [f"/calls/{rude}/integrity.json", f"/calls/{rude}/download.wav", f"/calls/{rude}/download.flac", f"/audio/%7B{rude}%7D"]
    ways += [
        f"/api/v1/calls/{rude}",
        f"/api/v1/calls/{rude}/audio",
        f"/api/v1/calls/{rude}/transcript",
        f"/static/peaks/{rude}.json",
    ]
    got = {way: client.get(way, headers={"Range": "bytes=0-99"}).status_code for way in ways}
    assert {way: status for way, status in got.items() if status not in (403, 404)} == {}


@pytest.mark.parametrize("user", ["wang", "inspector-pre", pytest.param("manager-pre", marks=pytest.mark.slow)])
def test_no_page_names_a_call_of_others(app_of_module: Flask, box: TestBox, user: str) -> None:
    pre = {"8001", "8002", "8003"}
    seen = {"wang": {"8001"}}.get(user, pre)
    others = {call.id for call in box.made if call.agent_id not in seen} | {box.ids[name] for name in ("rude", "waiting", "long")}
    pages = 0
    for address, text, _ in crawl(entered(app_of_module, user), each=5):
        pages += 1
        assert set(UUID.findall(text)) & others == set(), address
    assert pages > 5


def test_too_much_is_refused(app: Flask) -> None:
    client = entered(app, "manager")
    assert client.post("/account/password", data={"old": "x" * 2_000_000}).status_code == 413
    many = {f"f{number}": "x" for number in range(3000)}
    assert client.post("/account/password", data=many, content_type="multipart/form-data").status_code == 413


# Numbers within something that has a UUID; and alarms and changes, which whoever may see one may see all of.
COUNTED = re.compile(r"^/[^<]*<uuid:|(alarms|changes)/<int[:(]")


def test_no_address_counts(app: Flask) -> None:
    """What can be guessed is tried: what belongs to somebody is named by a UUID in addresses, never by a running number."""
    counted = [rule.rule for rule in app.url_map.iter_rules() if re.search(r"<int(\(|:)", rule.rule)]
    assert [rule for rule in counted if not COUNTED.search(rule)] == []


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example", "/\r\nX: y"])
def test_log_in_and_language_lead_to_no_other_site(app: Flask, target: str) -> None:
    client = entered(app, "manager")
    for answer in (client.get("/login", query_string={"next": target}), client.post("/language/en", data={"next": target})):
        assert answer.status_code == 302
        assert answer.location.startswith("/")
        assert not answer.location.startswith(("//", "/\\"))
