"""The same thing in other words is found, something else in like words is not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from analyzer.rules.engine import check
from analyzer.rules.kinds.repeated import Repeated, content
from analyzer.rules.rulebook import load
from analyzer.rules.truth import evidence_of

BOOK = load()
PAIRS = tomllib.loads(Path(__file__).with_name("paraphrases.toml").read_text(encoding="utf-8"))


def _likeness(one: str, other: str) -> float:
    kind = BOOK.rule("repeated_script").checks[0].kind
    assert isinstance(kind, Repeated)
    return content(one, kind.same).likeness(content(other, kind.same))


def _threshold() -> float:
    kind = BOOK.rule("repeated_script").checks[0].kind
    assert isinstance(kind, Repeated)
    return kind.meaning


@pytest.mark.parametrize("pair", PAIRS["same"], ids=lambda p: str(p[0]))
def test_said_in_other_words(pair: list[str]) -> None:
    assert _likeness(*pair) >= _threshold()


@pytest.mark.parametrize("pair", PAIRS["different"], ids=lambda p: str(p[0]))
def test_something_else_in_like_words(pair: list[str]) -> None:
    assert _likeness(*pair) < _threshold()


def _call(*agent: str) -> set[str]:
    turns = [
        t
        for text in agent
        for t in ({"side": "agent", "text": text}, {"side": "customer", "text": "我问的不是这个，你听我说好吗？"})
    ]
    return {hit.rule for hit in check(BOOK, evidence_of(turns))}


def test_three_times_in_other_words_is_a_stuck_call() -> None:
    assert "repeated_script" in _call(*dict.fromkeys(text for pair in PAIRS["same"][:2] for text in pair))


def test_twice_is_not() -> None:
    assert "repeated_script" not in _call(*PAIRS["same"][0])
