"""The OpenAPI 3.1 description, made of the operations and their models: it cannot say otherwise than the code does."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Map, Rule

from quality.access.tokens import SCOPES
from webui.api.operations import CONVERTERS, JSON, OPERATIONS, Operation, blueprint, openapi_path
from webui.api.problems import MIMETYPE, TITLES

REF = "#/components/schemas/{model}"
USUAL = (400, 401, 403, 404, 429)
"""Refusals of any operation."""

ABOUT = """\
What the pages show, for programs. Send a token, made on the page “API tokens” or by `callbox tokens add`, as
`Authorization: Bearer cbx_…`. A token sees what its owner may see, within its scopes. Instants are UTC, lengths seconds, null means
“not known”. Unknown parameters are refused. Errors are application/problem+json in English and Chinese."""


class ParameterFault(BaseModel):
    """One parameter that is wrong."""

    model_config = ConfigDict(extra="forbid")

    place: str
    name: str
    problem: str


class Problem(BaseModel):
    """RFC 9457, in both languages."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    title_zh: str
    status: int
    detail: str
    detail_zh: str
    errors: list[ParameterFault] = Field(default_factory=list)


@functools.cache
def description() -> dict[str, Any]:
    """The whole document."""
    _, schemas = models_json_schema(_models(), ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for made in OPERATIONS:
        paths.setdefault(openapi_path(made.rule), {})[made.method.lower()] = _operation(made)
    scheme = {"type": "http", "scheme": "bearer", "description": "A token of this box."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "callbox", "version": version("callbox"), "description": ABOUT, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": blueprint.url_prefix}],
        "tags": [{"name": name} for name in dict.fromkeys(made.tag for made in OPERATIONS)],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": {"token": scheme}},
        "security": [{"token": []}],
        "x-scopes": {name: {"en": text.en, "zh": text.zh} for name, text in SCOPES.items()},
    }


def _models() -> list[tuple[type[BaseModel], Any]]:
    found: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for made in OPERATIONS:
        found += [(made.answer, "serialization")] if made.answer else []
        found += [(made.body, "validation")] if made.body else []
    return list(dict.fromkeys(found))


def _operation(made: Operation) -> dict[str, Any]:
    needs = f"Scopes: {', '.join(made.scopes)}." if made.scopes else ""
    found: dict[str, Any] = {
        "operationId": made.name, "tags": [made.tag], "summary": made.summary, "description": f"{made.text} {needs}".strip(),
        "parameters": [*_places(made), *_questions(made)], "responses": _responses(made), "x-scopes": list(made.scopes),
    }  # fmt: skip
    if made.body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(made.body)}}}
    return found


def _places(made: Operation) -> list[dict[str, Any]]:
    """Parameters in the path, as Flask's converters take them."""
    rule = Rule(made.rule)
    Map([rule], converters=CONVERTERS)
    return [
        {"name": name, "in": "path", "required": True, "schema": _schema_of(name, rule)} for name in sorted(rule.arguments)
    ]  # fmt: skip


def _schema_of(name: str, rule: Rule) -> dict[str, Any]:
    converter = rule._converters[name]
    kind = type(converter).__name__
    if kind == "UUIDConverter":
        return {"type": "string", "format": "uuid"}
    if kind == "IntegerConverter":
        return {"type": "integer", "minimum": 0, "maximum": converter.max}  # type: ignore[attr-defined]
    if kind == "AnyConverter":
        return {"type": "string", "enum": sorted(converter.items)}  # type: ignore[attr-defined]
    return {"type": "string", "pattern": f"^{converter.regex}$"}


def _questions(made: Operation) -> list[dict[str, Any]]:
    if made.query is None:
        return []
    schema = made.query.model_json_schema()
    required = schema.get("required", [])
    return [_question(name, dict(one), name in required) for name, one in schema["properties"].items()]


def _question(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    text = schema.pop("description", "")
    schema.pop("title", None)
    # Left out is null: an address cannot say null.
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if schema.get("default", "") is None:
        schema.pop("default")
    found: dict[str, Any] = {"name": name, "in": "query", "required": required, "schema": {**schema, **(kinds[0] if kinds else {})}}
    return {**found, "description": text} if text else found


def _responses(made: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done."}
    content = {JSON: {"schema": _ref(made.answer)}} if made.answer else {}
    content |= {media: {"schema": {"type": "string", "contentEncoding": "binary"}} for media in made.media}
    found: dict[str, Any] = {str(made.good): {**good, "content": content}}
    for status in sorted({*USUAL, *made.statuses}):
        found[str(status)] = _refusal(status) if status >= 400 else {"description": "A part of it.", "content": content}
    return found


def _refusal(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {"description": TITLES[status].en, "content": {MIMETYPE: {"schema": _ref(Problem)}}}
    if status == 429:
        found["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return found


def _ref(model: type[BaseModel] | None) -> Mapping[str, str]:
    return {"$ref": REF.format(model=model.__name__)} if model else {}
