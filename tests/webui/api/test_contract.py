"""schemathesis asks what the description allows, and what it does not: no answer may be a fault of the box, none may be otherwise
than the description says. The long form is of hundreds of requests an operation."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode

from quality.access.tokens import SCOPES
from tests.webui.api.conftest import make_program
from tests.webui.conftest import make_app
from tests.webui.makebox import TestBox
from webui.api.api import ROOMS
from webui.api.operations import OPERATIONS, openapi_path

LABELS = [f"{made.method} {openapi_path(made.rule)}" for made in OPERATIONS]

NOTHING_ASKED = ("GET /status", "GET /reports")
"""Without a parameter there is nothing to ask wrongly."""
assert ROOMS


@pytest.fixture(scope="module")
def contract(box: TestBox) -> tuple[Any, dict[str, str], list[str]]:
    app: Flask = make_app(box)
    app.config["API_PER_MINUTE"] = 1_000_000
    program = make_program(app, box, "manager", SCOPES)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=app, headers=program.headers)
    schema.raw_schema.pop("security")  # every request is sent with a good token: test_tokens asks with bad ones
    return schema, program.headers, list(box.ids.values())


def ask(contract: tuple[Any, dict[str, str], list[str]], label: str, mode: GenerationMode, examples: int) -> None:
    """That many requests of one operation, the same in every run."""
    schema, headers, calls = contract
    operation = next(found.ok() for found in schema.get_all_operations() if found.ok().label == label)
    phases = [Phase.explicit, Phase.generate, Phase.shrink]
    asked = 0

    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Case) -> None:
        nonlocal asked
        asked += 1
        if asked % 4 and mode is GenerationMode.POSITIVE and "call_id" in case.path_parameters:
            case.path_parameters["call_id"] = calls[asked % len(calls)]  # an id that nobody has would ask nothing
        if case.query and case.query.get("format") == "pdf":
            case.query["format"] = "csv"  # printing has a test of its own
        case.call_and_validate(headers=headers)

    one()
    assert asked


ALLOWED, REFUSED = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CASES = [(label, ALLOWED) for label in LABELS] + [(label, REFUSED) for label in LABELS if label not in NOTHING_ASKED]


@pytest.mark.parametrize(("label", "mode"), CASES)
def test_answers_are_as_described(contract: Any, label: str, mode: GenerationMode) -> None:
    ask(contract, label, mode, 25)


@pytest.mark.slow
@pytest.mark.parametrize(("label", "mode"), CASES)
def test_answers_are_as_described_however_long_one_asks(contract: Any, label: str, mode: GenerationMode) -> None:
    ask(contract, label, mode, 400)
