"""What a person has put on the form, read from the request."""

from __future__ import annotations

from flask import request

from quality.reviewing.check import Marks
from webui.fields import whole


def filled() -> Marks:
    """The fields of a review. By item; quality refuses items that the form does not have."""
    taboos = tuple(request.form.getlist("taboo"))
    return Marks(_fields("grade-"), _fields("comment-"), taboos, request.form.get("comment", ""))


def number(name: str) -> int:
    """A field that counts; 0 when it is missing or none."""
    return whole(request.form.get(name, ""), 0)


def seconds(name: str) -> float:
    """A field in seconds; nan, which lies in no call, when it is none."""
    try:
        return float(request.form.get(name, ""))
    except ValueError:
        return float("nan")


def _fields(prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)}
