"""The queue of a day on a simulated clock, and what a soak writes down."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analyzer import pipeline, soak
from analyzer.asr.interface import NOTHING, Transcript
from analyzer.audio import open_audio
from analyzer.benchbacklog import bench_backlog, calls_of_a_day
from analyzer.soak import Excerpt
from hw.interfaces import Samples
from recorder.settings.sections import Settings
from tests.analyzer.sounds import CALLS


def test_a_day_has_calls_on_every_line_in_order() -> None:
    day = calls_of_a_day(2, 24.0, 1)
    assert day == sorted(day) == calls_of_a_day(2, 24.0, 1)
    assert 100 < len(day) < 600


def test_a_box_that_is_fast_enough_never_falls_far_behind() -> None:
    figures = bench_backlog(1, 11.0, 0.1, 1.0, 1)
    assert figures["most_waiting"] <= 2  # type: ignore[operator]
    assert figures["caught_up_after_last_s"] < 120  # type: ignore[operator]


def test_a_box_that_is_too_slow_loses_no_call_and_serves_the_newest_first() -> None:
    figures = bench_backlog(1, 11.0, 3.0, 1.0, 1)
    assert figures["most_waiting"] > 5  # type: ignore[operator]
    assert figures["caught_up_after_last_s"] > 3600  # type: ignore[operator]
    assert figures["wait_median_s"] < figures["wait_most_s"] / 4  # type: ignore[operator]


def test_an_excerpt_is_the_beginning() -> None:
    with open_audio(CALLS / "shoes_perfect.flac") as audio:
        short = Excerpt(audio, 12.5)
        assert (short.duration_s, short.channels, short.warnings) == (12.5, 2, ())
        assert sum(map(len, short.blocks())) == sum(map(len, short.blocks())) == 100_000


class Deaf:
    """Hears nothing."""

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """Nothing for each."""
        assert language == "zh"
        return [NOTHING] * len(clips)

    def language_of(self, clips: Sequence[Samples]) -> str:
        """Chinese."""
        return "zh" if clips else "en"


def test_a_soak_writes_memory_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "load_recognizer", lambda *_, **__: Deaf())
    figures = soak.soak([CALLS / "shoes_perfect.flac"], Settings(), 4, 2.0)
    assert figures["calls"] == 4
    assert len(figures["memory_mb"]) == 5  # type: ignore[arg-type]
    assert 0 < figures["cpu_share"] <= 4  # type: ignore[operator]
