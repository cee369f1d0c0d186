"""One box for all tests that only look; tests that write make their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webui.makebox import PASSWORD, TestBox, make_box
from webui.app import create_app
from webui.auth import enter

LogIn = Callable[[str], FlaskClient]


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> TestBox:
    return make_box(tmp_path_factory.mktemp("web") / "store")


@pytest.fixture(scope="session")
def app(box: TestBox) -> Flask:
    return make_app(box)


@pytest.fixture(scope="session")
def sessions() -> dict[str, FlaskClient]:
    return {}


@pytest.fixture
def log_in(app: Flask, sessions: dict[str, FlaskClient]) -> LogIn:
    """A browser logged in as that user, in English. Hashing a password takes a while, so a session is used again."""

    def user(name: str) -> FlaskClient:
        if name not in sessions:
            sessions[name] = logged_in(app, name)
        return sessions[name]

    return user


@pytest.fixture
def own_box(tmp_path: Path) -> TestBox:
    return make_box(tmp_path / "store")


@pytest.fixture
def own_app(own_box: TestBox) -> Flask:
    return make_app(own_box)


def make_app(box: TestBox) -> Flask:
    """The pages of that box, without CSRF."""
    app = create_app(box.settings)
    # CSRF is tested with tokens of its own (test_security); everywhere else it would only make tests long.
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def logged_in(app: Flask, name: str, language: str = "en") -> FlaskClient:
    client = app.test_client()
    client.set_cookie("callbox_lang", language)
    answer = client.post("/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


def entered(app: Flask, name: str, language: str = "en") -> FlaskClient:
    """A browser that holds the session a log-in would have given it; no password is hashed."""
    client = app.test_client()
    client.set_cookie("callbox_lang", language)
    user = app.extensions["callbox_users"].named(name)
    with client.session_transaction() as session:
        enter(session, app.extensions["callbox_sessions"], user)
    return client
