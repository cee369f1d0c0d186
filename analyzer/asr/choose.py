"""The recogniser the settings name. Engines are imported here, when one is wanted: nobody else pays for them."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer import models
from analyzer.asr.interface import Recognizer
from analyzer.asr.lexicon import Lexicon
from analyzer.asr.named import NamedRecognizer
from analyzer.throttle import Pause, no_pause
from hw.messages import UserError
from recorder.settings.sections import Analysis

ENGINES = ("whisper", "vosk")


def load_recognizer(
    settings: Analysis, company: Sequence[str] = (), pause: Pause = no_pause, *, hurried: bool = False
) -> Recognizer:
    """Load the model. company: names that are written as they stand, along with [analysis] lexicon. pause: called
    between pieces of work of a few seconds; hurried: of two, at a little more CPU. Raises UserError when the engine is unknown, or
    the model is missing or damaged."""
    names = (*company, *settings.lexicon)
    engine = _engine(settings, names if settings.lexicon_prompt else (), pause, hurried)
    return NamedRecognizer(engine, Lexicon(names)) if names else engine


def _engine(settings: Analysis, names: Sequence[str], pause: Pause, hurried: bool) -> Recognizer:
    if settings.engine not in ENGINES:
        raise UserError(
            f"[analysis] engine = {settings.engine!r} is unknown: choose one of {', '.join(ENGINES)}",
            f"[analysis] engine = {settings.engine!r} 无效:请选择 {', '.join(ENGINES)} 之一",
        )
    folder = models.locate(settings.model, models.folder(settings))
    if settings.engine == "vosk":
        from analyzer.asr.vosk import VoskRecognizer

        return VoskRecognizer(folder, models.language_of(folder), pause)
    from analyzer.asr.whisper import TOGETHER, WhisperRecognizer

    return WhisperRecognizer(folder, settings.beam, settings.threads, names, pause, together=1 if hurried else TOGETHER)
