"""A small made centre, made once: what the tests of the department work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from quality.access.users import User, Users
from quality.centre.cast import Spec
from quality.centre.make import make_centre

SMALL = Spec(agents=8, inspectors=3, months=2, seed=5, calls_a_month=150)
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("centre")
    make_centre(store, SMALL)
    return store


@pytest.fixture
def own_centre(centre: Path, tmp_path: Path) -> Path:
    shutil.copytree(centre, tmp_path / "centre")
    return tmp_path / "centre"


def user(store: Path, role: str, number: int = 0) -> User:
    """The n-th account of a role."""
    return [u for u in Users(store).list() if u.role == role][number]
