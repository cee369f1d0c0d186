"""An inspector whose plan of today holds four calls that can be heard, in a box that may be written."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quality.access.users import User, Users
from quality.reviewing.assignments import Assignments
from tests.webui.conftest import entered, make_app
from tests.webui.makebox import TestBox

GIVEN = ("rude", "perfect", "parts", "parked")


def account(box: TestBox, name: str) -> User:
    return next(user for user in Users(box.store).list() if user.name == name)


def give(box: TestBox) -> None:
    """The calls of GIVEN to the inspector, in that order."""
    for name in GIVEN:
        Assignments(box.store).give(box.ids[name], account(box, "inspector"), account(box, "manager"), note="投诉回溯")


@pytest.fixture
def own_box(box: TestBox, tmp_path: Path) -> TestBox:
    """A copy: making a box hashes a password for every account."""
    store = tmp_path / "store"
    shutil.copytree(box.store, store)
    return replace(box, store=store, settings=replace(box.settings, store=replace(box.settings.store, path=str(store))))


@pytest.fixture
def given_box(own_box: TestBox) -> TestBox:
    give(own_box)
    return own_box


@pytest.fixture
def inspector(given_box: TestBox) -> FlaskClient:
    return entered(make_app(given_box), "inspector")
