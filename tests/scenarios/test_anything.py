"""Anything in any order, through the real recorder: whatever calls come of it, they are sound and every lost frame is told once."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import soundfile
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from recorder.scenario.run import run_scenario
from recorder.scenario.script import Scenario, Step
from recorder.scenario.sounds import level_speech
from recorder.settings.sections import Line, Segmentation

SPEECH = level_speech(
    soundfile.read(Path(__file__).parents[2] / "console/democalls/calls/shoes_perfect.flac", dtype="int16")[0].max(axis=1)
)
LASTS = 30.0
LINES = (
    Line("1", "tap", (0, 1), sense=0),
    Line("2", "tap", (2,), sense=1, mask_digits=True),
    Line("3", "tap", (3, 4), mask_digits=True),
)

TIMES = st.integers(5, 280).map(lambda tenths: tenths / 10)
ON_LINE = st.one_of(
    st.tuples(st.just("event"), st.sampled_from(["off_hook", "on_hook", "flash", "off_hook", "on_hook", "reversed", "no_line"])),
    st.tuples(st.just("ring"), st.just("")),
    st.tuples(st.just("says"), st.sampled_from(["agent", "customer", "both"])),
    st.tuples(st.just("sound"), st.sampled_from(["dial tone", "ring-back", "busy tone", "waiting tone", "music"])),
    st.tuples(st.just("keys"), st.sampled_from(["agent 12345", "customer 6222"])),
)
STEPS = st.builds(
    lambda at, line, what, number, late, copies: Step(at, line, *what, number=number, late=late, copies=copies),
    TIMES, st.sampled_from(["1", "2", "3"]), ON_LINE, st.integers(1, 8).map(float),
    st.sampled_from([0.0, 0.0, 0.3]), st.sampled_from([1, 1, 1, 2, 0]),
)  # fmt: skip
BOX = st.one_of(
    st.builds(lambda at, frames: Step(at, "", "loses", number=frames), TIMES, st.integers(1, 4000).map(float)),
    st.builds(lambda at, seconds: Step(at, "", "unplugged", number=seconds), TIMES, st.integers(1, 4).map(float)),
    st.builds(lambda at, seconds: Step(at, "", "board", number=seconds), TIMES, st.integers(1, 9).map(float)),
)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(STEPS, max_size=30), st.lists(BOX, max_size=2))
def test_every_frame_is_in_a_call_lost_or_idle(steps: list[Step], box: list[Step]) -> None:
    happens = tuple(sorted([*steps, *box], key=lambda step: step.at))
    scenario = Scenario(Path("any"), "", "", "2026-11-22T01:00:00Z", LASTS, LINES, Segmentation(max_part_s=12), happens, ())
    with TemporaryDirectory() as folder:
        assert run_scenario(scenario, Path(folder), SPEECH).unsound == ()
