"""Scores after correction, for every room of pages."""

from __future__ import annotations

from quality.calls.rows import CallView
from quality.reviewing.correctedresults import CorrectedResult, CorrectedResults, JudgeBy
from quality.reviewing.labels import Labels
from webui.context import box


def corrected_results() -> CorrectedResults:
    """Of this box, by its settings."""
    return CorrectedResults(box().store, JudgeBy.of(box().settings))


def corrected_of(call: CallView) -> CorrectedResult | None:
    """What people's corrections make of a call's hits and scores; None where they make no difference."""
    return corrected_results().of_call(call, Labels(box().store).of_call(call.row.id))
