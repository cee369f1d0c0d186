"""What the machine says of one call on one form: what the call page shows beside the inspector's grades."""

from __future__ import annotations

from dataclasses import dataclass

from quality.calls.rows import CallView
from quality.forms.form import Form
from quality.forms.suggest import Suggestion, coverage, machine_score, suggest, suggest_taboos


@dataclass(frozen=True)
class Assessment:
    """suggestions: by item, every item has one. taboos: by taboo, only those a hit points at. score: the machine's form score,
    0–100, or None. coverage: the share (0–1) of the form the score stands for."""

    suggestions: dict[str, Suggestion]
    taboos: dict[str, Suggestion]
    score: float | None
    coverage: float


def assess(form: Form, call: CallView) -> Assessment:
    """The machine's view; a call that is not analysed gets no opinion on anything."""
    suggestions = suggest(form, call.hits, call.utterances, call.acoustics)
    return Assessment(
        suggestions, suggest_taboos(form, call.hits), machine_score(form, suggestions), coverage(form, suggestions)
    )  # fmt: skip
