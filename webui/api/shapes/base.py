"""What all answers of the API are made of. Instants are ISO 8601 in UTC, lengths seconds; null is "not known"."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from recorder.times import to_text


class Shape(BaseModel):
    """Made from the domain's own values, and closed: what it does not name is not told."""

    model_config = ConfigDict(from_attributes=True, extra="forbid", frozen=True)


class Asked(BaseModel):
    """Parameters of a request: unknown ones are refused, so that a misspelt filter never lists everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_WRITTEN = WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization")
Instant = Annotated[float, PlainSerializer(to_text, return_type=str), _WRITTEN]
"""UTC epoch seconds here, ISO text outside."""


M = TypeVar("M", bound=BaseModel)


def shaped(shape: type[M], value: object) -> M | None:
    """A value of the domain in its shape; None stays None."""
    return None if value is None else shape.model_validate(value)


class Text(Shape):
    """One sentence in both languages."""

    en: str
    zh: str
