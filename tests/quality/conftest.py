"""A box of 300 calls in the week 2026-W47, made once; tests that write get a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.quality.department import centre, own_centre
from tests.quality.factory import Made, fill

__all__ = ["centre", "own_centre"]


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Made]]:
    store = tmp_path_factory.mktemp("box")
    return store, fill(store)


@pytest.fixture
def own_box(box: tuple[Path, list[Made]], tmp_path: Path) -> tuple[Path, list[Made]]:
    store, made = box
    shutil.copytree(store, tmp_path / "store")
    return tmp_path / "store", made
