"""Log-in as people meet it: locked out and told so, one-time codes, forced changes, the first administrator."""

from __future__ import annotations

import re
import sqlite3
import time
from unittest import mock

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from quality.access import firstrun, passwords
from quality.access.logins import PER_ADDRESS, PER_NAME, PER_PAIR, Logins
from quality.access.users import Users
from quality.audit.book import AuditBook, Wanted
from quality.audit.entries import REFUSAL
from tests.webui.conftest import entered, logged_in, make_app
from tests.webui.makebox import PASSWORD, TestBox
from webui.auth import BACKGROUND

NEW = "kettle-and-harbour-9"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt is slow on purpose; the tests need its shape only."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")


def browser(app: Flask, address: str = "192.168.1.20") -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    client.set_cookie("callbox_lang", "en")
    return client


def try_in(client: FlaskClient, name: str, password: str = "not-the-one") -> int:  # noqa: S107
    return client.post("/login", data={"name": name, "password": password}, headers={"Accept": "text/html"}).status_code


def test_after_too_many_wrong_tries_the_right_password_is_refused_and_the_page_says_until_when(own_app: Flask) -> None:
    client = browser(own_app)
    assert [try_in(client, "manager") for _ in range(PER_PAIR)] == [401] * (PER_PAIR - 1) + [429]
    answer = client.post("/login", data={"name": "manager", "password": PASSWORD})
    assert answer.status_code == 429
    assert re.search(r"locked until \d\d:\d\d", answer.text)
    assert "callbox users unlock" in answer.text
    assert try_in(browser(own_app, "192.168.1.21"), "manager", PASSWORD) == 302  # from elsewhere as ever
    assert try_in(client, "inspector", PASSWORD) == 302  # and others from here


def test_the_lock_holds_in_another_worker_and_after_a_restart(own_app: Flask, own_box: TestBox) -> None:
    for _ in range(PER_PAIR):
        try_in(browser(own_app), "manager")
    assert try_in(browser(make_app(own_box)), "manager", PASSWORD) == 429
    Logins(own_box.store).unlock("manager", "admin")
    assert try_in(browser(make_app(own_box)), "manager", PASSWORD) == 302


def test_strangers_never_lock_the_administrators_own_browser_out(own_app: Flask) -> None:
    own = browser(own_app, "192.168.1.50")
    assert try_in(own, "admin", PASSWORD) == 302
    own.post("/logout")
    for number in range(PER_NAME):
        try_in(browser(own_app, f"10.0.0.{number}"), "admin")
    assert try_in(browser(own_app, "192.168.1.50"), "admin", PASSWORD) == 429  # the same address, another browser
    assert try_in(own, "admin", PASSWORD) == 302


def test_a_forged_device_cookie_is_none(own_app: Flask) -> None:
    client = browser(own_app)
    client.set_cookie("callbox_device", '{"x":"y"}.AAAA')
    for _ in range(PER_PAIR):
        try_in(client, "admin")
    assert try_in(client, "admin", PASSWORD) == 429


def test_ten_thousand_wrong_passwords_are_refused_and_logged(own_app: Flask, own_box: TestBox) -> None:
    client = browser(own_app)
    checked = mock.Mock(wraps=passwords.matches)
    with mock.patch("quality.access.users.passwords.matches", checked):
        answers = [try_in(client, "admin", f"guess-{number}") for number in range(9_999)]
        answers.append(try_in(client, "admin", PASSWORD))
    assert set(answers) == {401, 429}
    assert answers.count(401) == PER_PAIR - 1
    assert checked.call_count == PER_PAIR  # the rest cost no hash
    book = AuditBook(own_box.store, "Asia/Shanghai")
    noted = [found.action for found in book.page(Wanted(kind=REFUSAL), limit=500)[0]]
    assert noted.count("login.wrong") == PER_PAIR
    assert noted.count("login.locked") == 1
    floods = [found.facts.get("before", 0) for found in book.page(Wanted(action="login.refused_locked"))[0]]
    assert max(map(int, floods)) >= 1000  # type: ignore[call-overload]


def test_many_names_from_one_address_are_refused(own_app: Flask) -> None:
    client = browser(own_app)
    answers = [try_in(client, f"name{number}") for number in range(PER_ADDRESS + 5)]
    assert answers[-5:] == [429] * 5
    assert try_in(client, "manager", PASSWORD) == 429
    assert try_in(browser(own_app, "192.168.1.99"), "manager", PASSWORD) == 302


@pytest.fixture
def secret(own_app: Flask) -> str:
    """The manager has turned one-time codes on."""
    client = entered(own_app, "manager")
    page = client.get("/account/codes").text
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page)
    assert found
    assert "data:image/svg+xml" in page
    secret = found[1].replace(" ", "")
    assert client.post("/account/codes", data={"code": "12345"}).status_code == 422
    with mock.patch("quality.access.twostep.time") as clock:
        clock.time.return_value = 1e9
        answer = client.post("/account/codes", data={"code": pyotp.TOTP(secret).at(int(1e9))})
    assert answer.text.count("<li><code>") == 10
    return secret


def test_log_in_asks_for_the_code_and_takes_each_once(own_app: Flask, secret: str) -> None:
    client, code = browser(own_app), pyotp.TOTP(secret)
    first = client.post("/login", data={"name": "manager", "password": PASSWORD})
    assert first.location == "/login/code"
    assert client.get("/about").status_code == 401  # half is not in
    assert client.post("/login/code", data={"code": "000000"}).status_code == 401
    answer = client.post("/login/code", data={"code": code.now()})
    assert answer.status_code == 302
    assert client.get("/about").status_code == 200
    again = browser(own_app)
    again.post("/login", data={"name": "manager", "password": PASSWORD})
    assert again.post("/login/code", data={"code": code.now()}).status_code == 401  # replayed


def test_codes_cannot_be_guessed(own_app: Flask, secret: str) -> None:
    client = browser(own_app)
    client.post("/login", data={"name": "manager", "password": PASSWORD})
    answers = [client.post("/login/code", data={"code": f"{number:06}"}).status_code for number in range(PER_PAIR + 3)]
    assert answers[-3:] == [429] * 3
    assert client.post("/login/code", data={"code": pyotp.TOTP(secret).now()}).status_code == 429


def test_nobody_comes_to_the_code_without_the_password(own_app: Flask, secret: str) -> None:
    assert secret
    assert browser(own_app).post("/login/code", data={"code": pyotp.TOTP(secret).now()}).location == "/login"


def test_a_password_of_others_leads_to_the_account_page_and_nowhere_else(own_app: Flask, own_box: TestBox) -> None:
    Users(own_box.store).set_password("inspector", NEW, by="admin", must_change=True)
    client = browser(own_app)
    answer = client.post("/login?next=/about", data={"name": "inspector", "password": NEW})
    assert answer.location == "/account"
    assert client.get("/about").location == "/account"
    assert client.get(f"/audio/{own_box.ids['rude']}").location == "/account"
    assert client.post(f"/calls/{own_box.ids['rude']}/review").status_code == 403
    assert "Somebody else chose your password" in client.get("/account").text
    form = {"old": NEW, "new": "another-pond-48", "again": "another-pond-48"}
    assert client.post("/account/password", data=form).status_code == 302
    assert client.get("/about").status_code == 200


def test_changing_the_password_logs_other_browsers_out(own_app: Flask) -> None:
    one, other = logged_in(own_app, "manager"), logged_in(own_app, "manager")
    wrong = {"old": "no", "new": NEW, "again": NEW}
    assert one.post("/account/password", data=wrong).status_code == 422
    assert one.post("/account/password", data={"old": PASSWORD, "new": NEW, "again": "typo"}).status_code == 422
    assert one.post("/account/password", data={"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert [one.get("/about").status_code, other.get("/about").status_code] == [200, 401]


def test_log_out_ends_the_session_for_whoever_kept_its_cookie(own_app: Flask) -> None:
    client = logged_in(own_app, "manager")
    cookie = client.get_cookie("callbox_session")
    assert cookie
    client.post("/logout")
    thief = own_app.test_client()
    thief.set_cookie("callbox_session", cookie.value)
    assert thief.get("/about").status_code == 401


def test_log_out_everywhere(own_app: Flask) -> None:
    one, other = logged_in(own_app, "manager"), logged_in(own_app, "manager")
    assert "Log out everywhere" in one.get("/account").text
    one.post("/account/logout-everywhere")
    assert [one.get("/about").status_code, other.get("/about").status_code] == [401, 401]


def test_a_session_that_was_prepared_before_is_not_the_one_after(own_app: Flask) -> None:
    client = browser(own_app)
    client.get("/login")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.post("/login", data={"name": "manager", "password": PASSWORD})
    with client.session_transaction() as session:
        assert "planted" not in session


def test_a_session_left_alone_ends_though_its_page_keeps_asking(own_app: Flask) -> None:
    client = entered(own_app, "manager")
    sessions = own_app.extensions["callbox_sessions"]
    with mock.patch("quality.access.sessions.time") as clock, mock.patch.object(sessions, "_idle_s", 3600.0):
        start = clock.time.return_value = time.time()
        assert client.get("/about").status_code == 200
        for minute in range(10, 60, 10):
            clock.time.return_value = start + 60 * minute
            assert client.get("/about", headers={BACKGROUND: "1"}).status_code == 200
        clock.time.return_value = start + 3700
        assert client.get("/about", headers={BACKGROUND: "1"}).status_code == 401


@pytest.fixture
def bare_app(own_box: TestBox) -> Flask:
    """A box on which there is no administrator yet."""
    with sqlite3.connect(own_box.store / "review.db") as database:
        database.execute("UPDATE users SET role = 'manager' WHERE role = 'admin'")
    return make_app(own_box)


def test_the_first_administrator_needs_the_code_of_the_console(bare_app: Flask, own_box: TestBox) -> None:
    client, code = browser(bare_app), firstrun.new_code(own_box.store)
    assert "no administrator yet" in client.get("/login").text
    form = {"code": "AAAAA-AAAAA-AAAAA-AAAAA", "name": "root", "password": NEW, "again": NEW}
    assert client.post("/first-run", data=form).status_code == 422
    assert client.post("/first-run", data={**form, "code": code, "again": "typo"}).status_code == 422
    assert client.post("/first-run", data={**form, "code": code}).status_code == 302
    assert client.get("/audit").status_code == 200
    assert client.get("/first-run").status_code == 404
    assert browser(bare_app).post("/first-run", data={**form, "code": code, "name": "eve"}).status_code == 404


def test_the_code_of_the_console_cannot_be_guessed(bare_app: Flask, own_box: TestBox) -> None:
    client, code = browser(bare_app), firstrun.new_code(own_box.store)
    form = {"code": "AAAAA-AAAAA-AAAAA-AAAAA", "name": "root", "password": NEW, "again": NEW}
    for _ in range(PER_PAIR):
        client.post("/first-run", data=form)
    assert client.post("/first-run", data={**form, "code": code}).status_code == 429
