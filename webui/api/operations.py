"""What the API can do, each operation said once: route, who may, what is asked and answered. The description is made of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from werkzeug.routing import BaseConverter

from hw.messages import Message
from webui.access import EVERYONE, allow
from webui.api.caller import limited, require_scopes
from webui.api.problems import Fault, ProblemError
from webui.api.shapes.department import PERIOD_FORM


class PeriodConverter(BaseConverter):
    """A period's name in an address."""

    regex = PERIOD_FORM


CONVERTERS = {"period": PeriodConverter}
blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

WRONG = Message("Some parameters are wrong; “errors” names them.", "参数有误，见 errors。")
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """One of the API. rule: Flask's, under the blueprint's prefix. scopes: those a token needs, all of them. answer: what a good
    answer holds; None: a file of one of `media`. statuses: refusals beside those that any operation may give."""

    name: str
    method: str
    rule: str
    tag: str
    scopes: tuple[str, ...]
    summary: str
    text: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    media: tuple[str, ...]
    statuses: tuple[int, ...]
    good: int


OPERATIONS: list[Operation] = []
"""In the order of the description."""

View = Callable[..., Any]


def operation(
    rule: str, *, tag: str, scopes: tuple[str, ...] = (), roles: tuple[str, ...] = EVERYONE, answer: type[BaseModel] | None = None,
    media: tuple[str, ...] = (), statuses: tuple[int, ...] = (), method: str = "GET", good: int = 200,
) -> Callable[[View], View]:  # fmt: skip
    """Register a view. Its parameters `query` and `body`, where it has them, are models that the request is read into; its
    docstring is the description's text. It returns its answer's model, or a response."""

    def register(view: View) -> View:
        hints = inspect.get_annotations(view, eval_str=True)
        summary, _, text = inspect.cleandoc(view.__doc__ or "").partition("\n")
        made = Operation(
            view.__name__, method, rule, tag, scopes, " ".join(summary.split()), " ".join(text.split()), hints.get("query"),
            hints.get("body"), answer, media, statuses, good,
        )  # fmt: skip
        OPERATIONS.append(made)
        blueprint.add_url_rule(rule, view.__name__, allow(*roles)(limited(_called(made, view))), methods=[method])
        return view

    return register


def _called(made: Operation, view: View) -> View:
    @wraps(view)
    def call(**places: object) -> ResponseReturnValue:
        require_scopes(made.scopes)
        if made.query is not None:
            places["query"] = _read(made.query, "query", _arguments())
        elif request.args:
            raise ProblemError(400, WRONG, [Fault("query", name, "unknown parameter") for name in request.args])
        if made.body is not None:
            places["body"] = _read(made.body, "body", _json())
        answer = view(**places)
        return Response(answer.model_dump_json(), made.good, mimetype=JSON) if isinstance(answer, BaseModel) else answer

    return call


def _arguments() -> dict[str, str]:
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise ProblemError(400, WRONG, [Fault("query", name, "given more than once") for name in twice])
    return dict(request.args.items())


def _json() -> object:
    if not request.is_json:
        raise ProblemError(400, Message("Send application/json.", "请发送 application/json。"))
    try:
        return request.get_json()
    except ValueError:
        raise ProblemError(400, Message("The body is no JSON.", "请求内容不是 JSON。")) from None


def _read(model: type[BaseModel], place: str, values: object) -> BaseModel:
    try:
        # Texts of an address become numbers and dates; a body's types are as they stand.
        return model.model_validate_strings(values) if place == "query" else model.model_validate(values, strict=True)
    except ValidationError as error:
        faults = [Fault(place, ".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_url=False)]
        raise ProblemError(400, WRONG, faults) from None


def openapi_path(rule: str) -> str:
    """Flask's rule as OpenAPI writes it: /calls/<uuid:call_id> → /calls/{call_id}."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)
