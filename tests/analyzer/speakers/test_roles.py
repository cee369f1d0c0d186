"""Who is the agent, by words and by order, on the scripts of the bundled calls and on a few lines made up here."""

from __future__ import annotations

import json

import pytest

from analyzer.hearing import Side
from analyzer.result import CallFacts, Utterance
from analyzer.rules.truth import garbled
from analyzer.speakers.roles import name_voices, speech_by_side, with_roles
from analyzer.speakers.separation import VOICES
from tests.analyzer.sounds import CALLS

CLEAR = 5.0  # gain of two voices nobody could take for one


def _call(*texts: str, first: int = 0) -> list[Utterance]:
    """Utterances by turns; `first`: the voice that begins."""
    said = enumerate(texts)
    return [Utterance(5.0 * n, 5.0 * n + 4, VOICES[(n + first) % 2], text, 1.0, role_confidence=0.9) for n, text in said]


def _scripts() -> list[str]:
    return [path.stem for path in sorted(CALLS.glob("*.json")) if json.loads(path.read_text(encoding="utf-8")).get("turns")]


@pytest.mark.parametrize("name", _scripts())
@pytest.mark.parametrize("agent", [0, 1])
def test_the_agent_of_every_bundled_call(name: str, agent: int) -> None:
    script = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))
    heard = [
        Utterance(t["start"], t["end"], VOICES[agent if t["side"] == "agent" else 1 - agent], garbled(t["text"], 0.1, 1), 1.0)
        for t in script["turns"]
    ]
    roles = name_voices(heard, CallFacts(script["language"]), CLEAR)
    assert roles.sides[VOICES[agent]] == "agent"
    assert roles.confidence > 0.7


def test_an_english_opening() -> None:
    heard = _call("Thank you for calling Acme, how can I help you?", "Hi, I'm calling about my bill.")
    roles = name_voices(heard, CallFacts("en", direction="in"), CLEAR)
    assert roles.sides == {VOICES[0]: "agent", VOICES[1]: "customer"}
    assert roles.confidence > 0.95


def test_who_calls_out_is_not_the_first_to_speak() -> None:
    heard = _call("喂,你好。", "您好,我是某某公司的客服,工号二三一,请问是张先生吗?", "我是。")
    assert name_voices(heard, CallFacts("zh", direction="out"), CLEAR).sides[VOICES[1]] == "agent"


def test_without_words_nobody_is_sure() -> None:
    assert name_voices(_call("嗯。", "嗯。"), CallFacts("zh"), CLEAR).confidence < 0.7
    assert name_voices([], CallFacts("zh"), CLEAR).confidence == 0.5


def test_two_voices_that_may_be_one_are_not_sure_either() -> None:
    heard = _call("您好,工号二三一,请问有什么可以帮您?", "我想查一下我的订单。")
    assert name_voices(heard, CallFacts("zh"), 1.15).confidence <= 0.5


def test_below_the_level_everybody_stays_mixed() -> None:
    heard = _call("您好,工号二三一,请问有什么可以帮您?", "我想查一下我的订单。")
    roles = name_voices(heard, CallFacts("zh"), CLEAR)
    assert [u.side for u in with_roles(heard, roles, 0.7)] == ["agent", "customer"]
    assert [u.side for u in with_roles(heard, roles, 1.1)] == ["mixed", "mixed"]
    assert all(u.role_confidence == pytest.approx(0.9 * roles.confidence, abs=0.001) for u in with_roles(heard, roles, 0.7))


def test_sides_with_channels_of_their_own_stay_as_they_are() -> None:
    (said,) = with_roles([Utterance(0, 1, "agent", "您好", 1.0)], name_voices([], CallFacts("zh"), 0.0), 0.7)
    assert said == Utterance(0, 1, "agent", "您好", 1.0)


def test_speech_goes_with_the_voice() -> None:
    sides = [Side(voice, 0, [(n, n + 0.5)], [], None, None) for n, voice in enumerate(VOICES)]  # type: ignore[arg-type]
    roles = name_voices(_call("我想查一下我的订单。", "您好,工号二三一,请问有什么可以帮您?"), CallFacts("zh"), CLEAR)
    assert speech_by_side(sides, roles, 0.7) == {"customer": [(0, 0.5)], "agent": [(1, 1.5)]}
    assert speech_by_side(sides, roles, 1.1) == {"mixed": [(0, 0.5), (1, 1.5)]}
