"""The bundled calls are what their truth says: sound, times, levels, rules, and the dialogues they came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

import console.democalls
from console.democalls import mix
from console.democalls.script import MOODS, RULE_IDS, SIDES, Dialogue, ScriptError, Turn, read_dialogue

HOME = Path(console.democalls.__file__).parent
DIALOGUES = {path.stem: path for path in sorted((HOME / "dialogues").glob("*.toml"))}
ENGLISH = "english_repair"
QUIET_RULES = {"speech_rate", "monologue"}
"""Limits an operator sets: no bundled call breaks one clearly."""


@dataclass(frozen=True)
class Call:
    truth: dict[str, Any]
    frames: npt.NDArray[np.int16]

    def level(self, side: str, start: float, end: float) -> float:
        """dBFS RMS on that side's channel between two times in seconds."""
        part = self.frames[round(start * 8000) : round(end * 8000), SIDES.index(side)] / 32768
        return float(10 * np.log10(np.mean(part**2) + 1e-12))


def load(name: str) -> Call:
    frames, rate = soundfile.read(HOME / "calls" / f"{name}.flac", dtype="int16", always_2d=True)
    assert rate == 8000
    return Call(json.loads((HOME / "calls" / f"{name}.json").read_text(encoding="utf-8")), frames)


@pytest.fixture(params=DIALOGUES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def call(name: str) -> Call:
    return load(name)


@pytest.fixture
def dialogue(name: str) -> Dialogue:
    return read_dialogue(DIALOGUES[name])


def test_every_dialogue_has_sound_and_truth_and_nothing_lies_beside_them() -> None:
    named = {*DIALOGUES, ENGLISH}
    assert {path.name for path in (HOME / "calls").iterdir()} == {f"{n}.{kind}" for n in named for kind in ("flac", "json")}


def test_there_are_enough_calls_and_they_stay_small() -> None:
    assert len(DIALOGUES) >= 14
    assert sum(path.stat().st_size for path in (HOME / "calls").glob("*.flac")) <= 12_000_000


def test_sound_is_a_telephone_pair_of_20_to_90_seconds(name: str) -> None:
    info = soundfile.info(HOME / "calls" / f"{name}.flac")
    assert (info.samplerate, info.channels, info.subtype) == (8000, 2, "PCM_16")
    assert 20 <= info.duration <= 90


def test_nothing_clips(call: Call) -> None:
    assert int(np.abs(call.frames.astype(np.int32)).max()) < 32000


def test_turns_lie_inside_the_call(call: Call) -> None:
    length = len(call.frames) / 8000
    assert call.truth["turns"]
    for turn in call.truth["turns"]:
        assert 0 <= turn["start"] < turn["end"] <= length
        assert turn["side"] in SIDES
        assert turn["mood"] in MOODS
        assert turn["text"]


def test_every_turn_is_heard_from_its_start_to_its_end(call: Call) -> None:
    for turn in call.truth["turns"]:
        start, end = turn["start"], turn["end"]
        assert -32 <= call.level(turn["side"], start, end) <= -17, turn
        assert call.level(turn["side"], start, min(start + 0.25, end)) > -42, turn
        assert call.level(turn["side"], max(start, end - 0.25), end) > -45, turn


def test_a_side_is_quiet_outside_its_turns_and_the_hold_music(call: Call) -> None:
    for side in SIDES:
        silent = np.ones(len(call.frames), bool)
        for stretch in [t for t in call.truth["turns"] if t["side"] == side] + call.truth["holds"]:
            silent[round((stretch["start"] - 0.05) * 8000) : round((stretch["end"] + 0.1) * 8000)] = False
        level = 10 * np.log10(np.mean((call.frames[silent, SIDES.index(side)] / 32768) ** 2) + 1e-12)
        assert -90 < level < -55, (side, level)


def test_the_hold_music_sounds_on_the_agent_side() -> None:
    (hold,) = load("bank_hold_notice").truth["holds"]
    assert hold["music"] and load("bank_hold_notice").level("agent", hold["start"], hold["end"]) > -35
    (bare,) = load("appliance_hold_bare").truth["holds"]
    assert not bare["music"] and load("appliance_hold_bare").level("agent", bare["start"], bare["end"]) < -60


def test_truth_says_what_the_dialogue_says(call: Call, dialogue: Dialogue) -> None:
    spoken = [(s.side, s.text, s.mood) for s in dialogue.steps if isinstance(s, Turn)]
    assert [(t["side"], t["text"], t["mood"]) for t in call.truth["turns"]] == spoken
    for key in ("title_zh", "title_en", "language"):
        assert call.truth[key] == getattr(dialogue, key)
    assert call.truth["facts"] == {key: getattr(dialogue, key) for key in ("direction", "ring_s", "hung_up_by")}
    assert (tuple(call.truth["must"]), tuple(call.truth["must_not"])) == (dialogue.must, dialogue.must_not)


@pytest.mark.parametrize("name", [*DIALOGUES, ENGLISH])
def test_rules_are_known_and_never_both(name: str) -> None:
    truth = load(name).truth
    assert truth["layout"] == "pair"
    assert {*truth["must"], *truth["must_not"]} <= RULE_IDS
    assert not {*truth["must"]} & {*truth["must_not"]}


def test_the_calls_together_break_every_rule_but_the_operators_limits() -> None:
    broken = {rule for path in DIALOGUES.values() for rule in read_dialogue(path).must}
    kept = {rule for path in DIALOGUES.values() for rule in read_dialogue(path).must_not}
    assert broken == RULE_IDS - QUIET_RULES
    assert kept == RULE_IDS


def test_the_english_call_is_whole() -> None:
    call = load(ENGLISH)
    assert call.truth["language"] == "en"
    assert call.frames.shape == (1963040, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"overpromise"', '"overpromis"'), "unknown rules"),
        (('"overpromise"', '"insult"'), "must and must_not"),
        (('side = "customer"', 'side = "boss"'), "boss"),
        (("ring_s = ", "rings = "), "rings"),
        (('direction = "out"', 'direction = "up"'), "direction"),
    ],
)
def test_a_wrong_dialogue_is_refused_by_name(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = DIALOGUES["fund_overpromise"].read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ScriptError, match="wrong") as caught:
        read_dialogue(path)
    assert said in str(caught.value)


def test_mu_law_leaves_its_own_output_alone_and_errs_by_a_step_at_most() -> None:
    ramp = np.linspace(-0.99, 0.99, 4001)
    once = mix.mu_law(ramp)
    assert np.array_equal(mix.mu_law(once / 32768), once)
    assert float(np.max(np.abs(once / 32768 - ramp) / (np.abs(ramp) + 0.005))) < 0.04


def test_noise_has_the_level_asked_for_and_the_seed_decides_it() -> None:
    level = 10 * np.log10(np.mean(mix.noise(8000, -70, 1) ** 2))
    assert level == pytest.approx(-70, abs=0.1)
    assert np.array_equal(mix.noise(100, -70, 1), mix.noise(100, -70, 1))
    assert not np.array_equal(mix.noise(100, -70, 1), mix.noise(100, -70, 2))
