"""Which of two voices is the agent: by what each says (opening, number, offer of help, request) and by who speaks first.

Every cue adds its log odds, as independent witnesses do (naive Bayes); the words and their weights are data, `cues.toml`. Words are
compared as the rules compare them, in characters and in sound.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from analyzer.hearing import Side
from analyzer.result import CallFacts, Utterance
from analyzer.rules.evidence import Line
from analyzer.rules.finder import Finder
from analyzer.rules.pattern import Pattern, compile_pattern
from analyzer.speakers.separation import TWO_FROM, VOICES
from analyzer.units import spoken
from analyzer.vad import Span

_MOST = 2  # times a cue counts
_FIRST_SPEAKER = {"in": 1.2, "out": -0.8, "unknown": 0.8}  # log odds that the first to speak is the agent: the called one answers
_DOUBT = 0.7  # witnesses repeat one another: their sum is taken for less
_SLOPE = 6.0  # how fast doubt whether there are two voices goes away with gain above TWO_FROM


@dataclass(frozen=True)
class Cue:
    """Words that one side says. weight: log odds."""

    language: str
    side: str
    weight: float
    most: int
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Roles:
    """Each voice's side, and how sure that is, 0–1."""

    sides: dict[str, str]
    confidence: float


@cache
def cues() -> tuple[Cue, ...]:
    """The cues that ship."""
    listed = tomllib.loads((Path(__file__).parent / "cues.toml").read_text(encoding="utf-8"))["cue"]
    return tuple(
        Cue(c["language"], c["side"], c["weight"], c.get("most", _MOST), tuple(compile_pattern(w, {}) for w in c["words"]))
        for c in listed
    )


def name_voices(utterances: Sequence[Utterance], facts: CallFacts, gain: float) -> Roles:
    """Who of VOICES is the agent. utterances: in order of time. gain: see Separation."""
    odds = _spoken_odds(tuple(utterances), facts.language) + _order_odds(utterances, facts.direction)
    first_is_agent = odds >= 0
    certainty = 1 / (1 + math.exp(-_DOUBT * abs(odds)))
    two_voices = 1 / (1 + math.exp(-_SLOPE * (gain - TWO_FROM)))
    sides = ("agent", "customer") if first_is_agent else ("customer", "agent")
    return Roles(dict(zip(VOICES, sides, strict=True)), round(certainty * two_voices, 3))


def _spoken_odds(utterances: tuple[Utterance, ...], language: str) -> float:
    """Log odds by the words that the first voice is the agent."""
    first, second = (Finder(Line(utterances, voice)) for voice in VOICES)
    odds = 0.0
    for cue in cues():
        if cue.language == language:
            said = sum(min(len(f), cue.most) - min(len(s), cue.most) for f, s in _found(cue, first, second))
            # Frequent words count together, phrases each for itself.
            said = max(-cue.most, min(cue.most, said)) if cue.most > _MOST else said
            odds += (cue.weight if cue.side == "agent" else -cue.weight) * said
    return odds


def _found(cue: Cue, first: Finder, second: Finder) -> list[tuple[list[object], list[object]]]:
    return [(list(first.find(pattern, True)), list(second.find(pattern, True))) for pattern in cue.patterns]


def _order_odds(utterances: Sequence[Utterance], direction: str) -> float:
    opener = next((u.side for u in utterances if spoken(u.text)), None)
    if opener not in VOICES:
        return 0.0
    odds = _FIRST_SPEAKER.get(direction, _FIRST_SPEAKER["unknown"])
    return odds if opener == VOICES[0] else -odds


def with_roles(utterances: Sequence[Utterance], roles: Roles, least: float) -> list[Utterance]:
    """The utterances under their sides; "mixed" when the roles are less sure than `least`. An utterance's role_confidence comes in
    as how clearly its voice was told from the other, and goes out with the roles' multiplied in."""
    return [_with_role(u, roles, least) if u.side in VOICES else u for u in utterances]


def _with_role(utterance: Utterance, roles: Roles, least: float) -> Utterance:
    side = roles.sides[utterance.side] if roles.confidence >= least else "mixed"
    return replace(utterance, side=side, role_confidence=round((utterance.role_confidence or 1.0) * roles.confidence, 3))


def speech_by_side(sides: Sequence[Side], roles: Roles, least: float) -> dict[str, list[Span]]:
    """The speech of each side, in seconds; that of two voices nobody can name together as "mixed"."""
    if any(side.name not in VOICES for side in sides):
        return {side.name: side.speech for side in sides}
    if roles.confidence >= least:
        return {roles.sides[side.name]: side.speech for side in sides}
    return {"mixed": sorted(span for side in sides for span in side.speech)}
