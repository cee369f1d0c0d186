"""Programs with tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from quality.access.tokens import SCOPES, Tokens
from quality.access.users import Users
from tests.webui.makebox import TestBox


@dataclass(frozen=True)
class Program:
    """Calls the API with its token."""

    app: Flask
    text: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
        return self.app.test_client().get(f"/api/v1{path}", headers={**self.headers, **(headers or {})})

    def post(self, path: str, body: Any) -> TestResponse:
        return self.app.test_client().post(f"/api/v1{path}", json=body, headers=self.headers)


MakeProgram = Callable[..., Program]


def make_program(app: Flask, box: TestBox, owner: str, scopes: Iterable[str], groups: Iterable[str] = ()) -> Program:
    user = next(user for user in Users(box.store).list() if user.name == owner)
    return Program(app, Tokens(box.store).add("test", user, scopes, days=2, groups=groups)[1])


@pytest.fixture
def program(app: Flask, box: TestBox) -> MakeProgram:
    """program("calls:read", owner="manager", groups=[…]) → one with a token of these scopes; without any, of all."""

    def make(*scopes: str, owner: str = "manager", groups: Iterable[str] = ()) -> Program:
        return make_program(app, box, owner, scopes or SCOPES, groups)

    return make
