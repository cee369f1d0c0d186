"""The call list's filters: from the address bar to `CallFilter` and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext

from analyzer.schema import MOODS
from quality.access.scope import Scope
from quality.calls.filter import CallFilter
from quality.calls.problems import CLASSES, Wanted
from quality.calls.problems import wanted as problems_wanted
from webui.context import box, person

Value = TypeVar("Value")

SCORES = ("compliance", "experience", "risk", "form")
TEXTS = ("agent", "team", "line", "number", "rule")
CHOICES = {
    "score": SCORES, "direction": ("in", "out", "unknown"), "analysis": ("waiting", "done", "failed", "parked", "put_off"),
}  # fmt: skip
HUNG_UP = ("agent", "customer")
MOOD_CHOICES = tuple(f"{side}-{mood}" for side in ("customer", "agent") for mood in MOODS)
BY = "by:"
"""Before a user's id: reviewed by that one."""
FILTER_NAMES = (
    *TEXTS, "since", "until", "min_duration", "max_duration", "score", "min_score", "max_score", "reviewed", "priority",
    "direction", "hung_up", "mood", "min_silence", "analysis", "answered", "ended", "passed", "faulty", "problem", "item",
)  # fmt: skip
_MAX_TEXT = 100


def parse(values: Mapping[str, str], scope: Scope) -> tuple[CallFilter, list[str]]:
    """The filter, words and all, and a sentence for each value that could not be read (it is left out). scope: whose calls the
    reader may see."""
    problems: list[str] = []

    def take(name: str, read: Callable[[str], Value], problem: str) -> Value | None:
        text = values.get(name, "").strip()
        try:
            return read(text) if text else None
        except ValueError:
            problems.append(problem)
            return None

    wanted = CallFilter(**_texts(values), scope=scope)
    yes = {"yes": True, "no": False}
    wanted = replace(
        wanted,
        since=take("since", date.fromisoformat, gettext("The first day is not a date.")),
        until=take("until", date.fromisoformat, gettext("The last day is not a date.")),
        min_duration_s=take("min_duration", _seconds, gettext("The shortest duration is not a number of seconds or m:ss.")),
        max_duration_s=take("max_duration", _seconds, gettext("The longest duration is not a number of seconds or m:ss.")),
        min_score=take("min_score", _points, gettext("The lowest score is not a number from 0 to 100.")),
        max_score=take("max_score", _points, gettext("The highest score is not a number from 0 to 100.")),
        min_silence_s=take("min_silence", _seconds, gettext("The longest silence is not a number of seconds or m:ss.")),
        **_reviewed(values.get("reviewed", "")), **_mood(values.get("mood", "")),
        hung_up_by=values["hung_up"] if values.get("hung_up") in HUNG_UP else None,
        words=values.get("q", "").strip()[:_MAX_TEXT] or None, exact=values.get("exact") == "1" or None,
        priority=yes.get(values.get("priority", "")),
        answered=yes.get(values.get("answered", "")), ended=yes.get(values.get("ended", "")),
        passed=yes.get(values.get("passed", "")), faulty=yes.get(values.get("faulty", "")), problem=_problem(values),
    )
    return wanted, problems


def active(values: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set, as they stand in the address; the choice of score alone filters nothing."""
    found = {name: values[name] for name in FILTER_NAMES if values.get(name, "").strip()}
    if not {"min_score", "max_score"} & found.keys():
        found.pop("score", None)
    return found


def _texts(values: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: values[name].strip()[:_MAX_TEXT] for name in TEXTS if values.get(name, "").strip()}
    for name, known in CHOICES.items():
        if values.get(name) in known:
            found[name] = values[name]
    return found


def _reviewed(value: str) -> dict[str, Any]:
    """Reviewed or not, begun by the reader, or reviewed by somebody."""
    if value == "draft":
        return {"draft_of": person().account.id}
    if value.startswith(BY):
        return {"reviewer": value[len(BY) : len(BY) + _MAX_TEXT]}
    return {"reviewed": {"yes": True, "no": False}.get(value)}


def _mood(value: str) -> dict[str, Any]:
    side, _, mood = value.partition("-")
    return {"mood": mood, "mood_side": side} if value in MOOD_CHOICES else {}


def _problem(values: Mapping[str, str]) -> Wanted | None:
    """Problems people found: a class, or an item of the form."""
    klass, item = values.get("problem", ""), values.get("item", "").strip()[:_MAX_TEXT]
    klass = klass if klass in CLASSES else ""
    return problems_wanted(box().store, klass, item) if klass or item else None


def _seconds(text: str) -> float:
    """ "90" or "1:30"."""
    total = 0.0
    for piece in text.replace("：", ":").split(":"):
        total = total * 60 + float(piece)
    if not 0 <= total < float("inf"):
        raise ValueError(text)
    return total


def _points(text: str) -> float:
    points = float(text)
    if not 0 <= points <= 100:
        raise ValueError(text)
    return points
