"""An audio file understood in one go: the analyzer's pipeline, and the form's machine part from the quality room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from analyzer.audio import open_audio
from analyzer.pipeline import Pipeline, to_json
from analyzer.result import Analysis, CallFacts
from quality.forms.documents import load_form
from quality.forms.suggest import machine_score, suggest
from recorder.settings.sections import Settings

OnProgress = Callable[[float, float], None] | None


class Understanding:
    """Loads the models once, then understands file after file."""

    def __init__(self, settings: Settings) -> None:
        self._pipeline = Pipeline(settings.analysis, settings.site)

    def analysis_of(self, path: Path, facts: CallFacts, language: str = "auto", progress: OnProgress = None) -> Analysis:
        """Analyse `path`. language "auto" listens first; "zh" and "en" are taken as said."""
        with open_audio(path) as audio:
            if progress is not None:
                progress(0.0, audio.duration_s)  # loading the models and hearing the language takes seconds
            spoken = self._pipeline.language_of(path) if language == "auto" else language
            return self._pipeline.analyze(audio, replace(facts, language=spoken), progress)

    def of_file(self, path: Path, language: str = "auto", progress: OnProgress = None) -> dict[str, object]:
        """What `callbox analyze --json` prints of `path`."""
        return describe(self.analysis_of(path, CallFacts(), language, progress))


def describe(analysis: Analysis) -> dict[str, object]:
    """An analysis as the contract of `callbox analyze --json` has it, the form's machine score (or null) among the scores."""
    description = to_json(analysis)
    scores = description["scores"]
    assert isinstance(scores, dict)
    scores["form"] = form_score(analysis)
    return description


def form_score(analysis: Analysis) -> float | None:
    """The machine's part of form A, 0–100, over the items it has evidence for; None when it has none."""
    form = load_form("a")
    return machine_score(form, suggest(form, analysis.hits, analysis.utterances, analysis.acoustics))
