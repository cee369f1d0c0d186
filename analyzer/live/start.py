"""Live understanding put together for a service."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from analyzer.economy import Economy, Limits
from analyzer.live.listening import BY, Listening
from analyzer.live.understanding import Ears, LiveLines, Understanding
from analyzer.store import AnalysisStore
from recorder.listen.client import listen
from recorder.live import run_folder
from recorder.settings.sections import Settings


def understanding(settings: Settings, ears: Ears, results: AnalysisStore, debt_s: Callable[[], float]) -> Understanding | None:
    """Begins to listen to the lines set live; None where there is none. debt_s: see Understanding."""
    lines = [line for line in settings.line if line.live]
    if not lines:
        return None
    sources = {line.name: Listening(line.name, partial(listen, settings, line.name, BY, calls=True)) for line in lines}
    return Understanding(
        LiveLines(lines, sources, settings.analysis.vad, settings.site.company),
        ears,
        results,
        run_folder(settings),
        now=time.time,
        debt_s=debt_s,
        economy=Economy(Limits(0, settings.analysis.busy_temperature_c, 0)),
    )
