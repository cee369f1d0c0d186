"""`callbox bench analyzer`: what understanding calls costs on this machine."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from analyzer.audio import open_audio
from analyzer.pipeline import Pipeline
from analyzer.progress import Progress, nobody
from analyzer.result import CallFacts
from recorder.settings.sections import Settings


def bench_analyzer(files: Sequence[Path], settings: Settings, progress: Progress = nobody) -> dict[str, object]:
    """The whole pipeline over these files, models loaded before the clock starts. rtf: CPU seconds (all threads) a second of audio,
    which is wall time on one free core; wall_rtf: as it was on this machine now; speech_rtf: CPU seconds a second of speech found;
    peak_mb: the most memory this process ever held, models included."""
    pipeline = Pipeline(settings.analysis, settings.site)
    started = time.process_time()
    pipeline.load()
    load_s = time.process_time() - started
    cpu = wall = audio_s = speech_s = 0.0
    for number, path in enumerate(files):
        language = pipeline.language_of(path)
        with open_audio(path) as audio:
            analysis = pipeline.analyze(audio, CallFacts(language))
        cpu, wall, audio_s = cpu + analysis.cpu_s, wall + analysis.wall_s, audio_s + analysis.duration_s
        speech_s += sum(u.end - u.start for u in analysis.utterances)
        progress(number + 1, len(files))
    return {
        "files": len(files),
        "audio_s": round(audio_s, 1),
        "speech_s": round(speech_s, 1),
        "cpu_s": round(cpu, 1),
        "rtf": round(cpu / audio_s, 4) if audio_s else None,
        "wall_rtf": round(wall / audio_s, 4) if audio_s else None,
        "speech_rtf": round(cpu / speech_s, 4) if speech_s else None,
        "load_s": round(load_s, 1),
        "peak_mb": round(peak_mb(), 1),
        "threads": settings.analysis.threads,
    }


def peak_mb() -> float:
    """Most memory held by this process so far, in MB of 10^6 bytes (ru_maxrss is in KiB on Linux, bytes on macOS)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
