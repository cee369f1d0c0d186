"""Every scenario file comes true, exactly. `callbox scenario tests/scenarios/files/*.toml` is the same by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from hw.messages import UserError
from recorder.scenario.run import run_scenario
from recorder.scenario.script import Scenario, load_scenario, seconds_of, time_text
from recorder.scenario.sounds import Sound, level_speech

FILES = Path(__file__).parent / "files"
SPEECH = Path(__file__).parents[2] / "console" / "democalls" / "calls" / "shoes_perfect.flac"
SCENARIOS = [load_scenario(path) for path in sorted(FILES.glob("*.toml"))]


@pytest.fixture(scope="module")
def speech() -> Sound:
    return level_speech(soundfile.read(SPEECH, dtype="int16")[0].max(axis=1))


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(one, id=one.path.stem, marks=[pytest.mark.slow] if one.slow else []) for one in SCENARIOS],
)
def test_what_happens_gives_the_calls_and_gaps_that_it_has_to(scenario: Scenario, tmp_path: Path, speech: Sound) -> None:
    verdict = run_scenario(scenario, tmp_path / "store", speech)
    assert verdict.differences == ()
    assert verdict.unsound == ()


def test_there_are_scenarios_for_what_lines_do() -> None:
    assert len(SCENARIOS) >= 30
    assert all(one.expect or one.path.stem == "short_noise" for one in SCENARIOS)


def test_a_difference_is_told_with_both_sides(tmp_path: Path, speech: Sound) -> None:
    path = tmp_path / "wrong.toml"
    lines = ["0:02 line 1 rings 2", "0:04 line 1 answers", "0:08 line 1 hangs up"]
    expect = ["line 1: call in 0:04.000 5 s, rang 1 times, 2 s"]
    path.write_text(f'title = "x"\ntitle_zh = "x"\nlasts = "0:10"\nhappens = {lines!r}\nexpect = {expect!r}\n', encoding="utf-8")
    verdict = run_scenario(load_scenario(path), tmp_path / "store", speech)
    assert not verdict.passed
    assert f"- {expect[0]}" in verdict.differences
    assert "+ line 1: call in 0:04.000 4 s, rang 1 times, 2 s" in verdict.differences


@pytest.mark.parametrize(
    "text",
    [
        "no toml at all",
        'title = "x"\ntitle_zh = "x"',
        'title = "x"\ntitle_zh = "x"\nlasts = "soon"',
        'title = "x"\ntitle_zh = "x"\nlasts = "9"\nhappens = ["0:01 line 7 rings 1"]',
        'title = "x"\ntitle_zh = "x"\nlasts = "9"\nhappens = ["0:01 line 1 explodes"]',
        'title = "x"\ntitle_zh = "x"\nlasts = "9"\nhappens = ["0:01 the roof falls in"]',
        'title = "x"\ntitle_zh = "x"\nlasts = "9"\nspeed = 3',
        'title = "x"\ntitle_zh = "x"\nlasts = "9"\n[[line]]\nlayout = "three"',
        'title = "x"\ntitle_zh = "x"\nlasts = "9"\n[[line]]\ncolour = "red"',
    ],
)
def test_a_file_that_says_nothing_sensible_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"bad\.toml"):
        load_scenario(tmp_path / "bad.toml")


def test_times() -> None:
    assert [seconds_of(text) for text in ("12.5", "1:02.5", "1:00:02")] == [12.5, 62.5, 3602]
    assert [time_text(seconds) for seconds in (12.5, 62.5, 3602)] == ["0:12.500", "1:02.500", "1:00:02.000"]
