"""Log-in, throttling, CSRF, headers, sessions."""

from __future__ import annotations

import re
import stat

import pytest
from flask import Flask

from hw.messages import UserError
from quality.access.users import Users
from tests.webui.conftest import LogIn, logged_in
from tests.webui.makebox import PASSWORD, TestBox
from webui.app import create_app
from webui.languages import local_path
from webui.secret import KEY_FILE, secret_key

WRONG = "User name or password is wrong"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(app: Flask) -> None:
    browser = app.test_client()
    browser.set_cookie("callbox_lang", "en")
    answers = [browser.post("/login", data={"name": name, "password": "not the one"}) for name in ("manager", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert WRONG in answers[0].text
    pages = [re.sub(r'name="csrf_token".*?value="[^"]*"', "", answer.text) for answer in answers]
    assert pages[0].replace("manager", "nobody") == pages[1]


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:1"]
)
def test_log_in_leads_nowhere_but_to_this_box(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert local_path(target) == "/"
        assert local_path("/calls?q=退款") == "/calls?q=退款"


@pytest.mark.parametrize("address", ["/login", "/logout", "/language/en", "/calls/{call}/review"])
def test_every_post_needs_a_csrf_token(box: TestBox, address: str) -> None:
    app = create_app(box.settings)
    app.config["WTF_CSRF_ENABLED"] = True
    browser = app.test_client()
    browser.set_cookie("callbox_lang", "en")
    answer = browser.post(address.format(call=box.ids["rude"]), headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "reload it" in answer.text


def test_a_form_sent_from_its_own_page_passes(box: TestBox) -> None:
    browser = create_app(box.settings).test_client()
    token = re.search(r'id="csrf_token".*?value="([^"]+)"', browser.get("/login").text)
    assert token
    answer = browser.post("/login", data={"name": "manager", "password": PASSWORD, "csrf_token": token[1]})
    assert answer.status_code == 302


def test_pages_carry_the_headers_and_nothing_inline(log_in: LogIn, box: TestBox) -> None:
    for address in ("/calls", f"/calls/{box.ids['rude']}", "/weekly", "/about", "/nowhere"):
        answer = log_in("manager").get(address, headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son[a-z]+=|javascript:", answer.text), address
        assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text), address


def test_the_session_cookie_is_out_of_scripts_reach(app: Flask) -> None:
    browser = app.test_client()
    cookie = browser.post("/login", data={"name": "manager", "password": PASSWORD}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/calls").status_code == 200
    browser.post("/logout")
    assert browser.get("/calls").status_code == 401


def test_a_new_password_and_a_disabled_account_end_the_sessions(own_app: Flask, own_box: TestBox) -> None:
    browser, other = logged_in(own_app, "inspector"), logged_in(own_app, "liu")
    Users(own_box.store).set_password("inspector", "another-pond-48")
    Users(own_box.store).disable("liu")
    assert [browser.get("/calls").status_code, other.get("/calls").status_code] == [401, 401]


def test_the_key_is_made_once_and_is_private(own_box: TestBox) -> None:
    key = secret_key(own_box.store)
    assert len(key) == 32
    assert secret_key(own_box.store) == key
    assert stat.S_IMODE((own_box.store / KEY_FILE).stat().st_mode) == 0o600


def test_a_key_that_cannot_be_kept_is_told(own_box: TestBox) -> None:
    own_box.store.joinpath(KEY_FILE).mkdir()
    with pytest.raises(UserError, match="cannot be used"):
        secret_key(own_box.store)


def test_health_is_public_and_says_no_more_than_it_must(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
