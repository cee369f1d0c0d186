"""Rules checked on words that are known, without sound or recognition: for tests, and for tuning a rulebook in milliseconds."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache

from analyzer.acoustics import measure, union
from analyzer.result import CallFacts, Utterance
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.sound import HAN, Syllable, distance, spell
from analyzer.units import spoken

UNITS_A_SECOND = 4.5
"""Units a second of unhurried Mandarin (about 270 a minute), for turns that have no times."""

GAP_S = 0.4


def evidence_of(turns: Sequence[Mapping[str, object]], facts: CallFacts | None = None, channels: int = 2) -> CallEvidence:
    """A call made of turns: side and text; start and end in seconds, or pause_s before the turn (0.4 where nothing is said;
    below 0: starts before the other has finished) and seconds that it lasts (at an unhurried pace where nothing is said)."""
    utterances, now = [], 0.5
    for turn in turns:
        text = str(turn["text"])
        start = _number(turn.get("start"), now + _number(turn.get("pause_s"), GAP_S))
        lasts = _number(turn.get("seconds"), max(0.3, len(spoken(text)) / UNITS_A_SECOND))
        end = _number(turn.get("end"), start + lasts)
        now = max(now, end)
        side = str(turn["side"]) if channels == 2 else "mixed"
        utterances.append(Utterance(start, end, side, text, 1.0, {}, -20.0))
    ordered = tuple(sorted(utterances, key=lambda u: u.start))
    sides = ("agent", "customer") if channels == 2 else ("mixed",)
    speech = {side: union((u.start, u.end) for u in ordered if u.side == side) for side in sides}
    acoustics = measure(ordered, speech, [], now + 0.5)
    return CallEvidence(now + 0.5, channels, ordered, acoustics, facts or CallFacts())


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def garbled(text: str, share: float, seed: int | str) -> str:
    """The text as a recogniser may hear it: that share of its characters replaced by others that sound the same or nearly so, and a
    third of its punctuation lost. The same seed gives the same text."""
    rng = random.Random(seed)
    heard = [_misheard(c, rng) if HAN.match(c) and rng.random() < share else c for c in text]
    return "".join(" " if c in "，。！？、" and rng.random() < 0.33 else c for c in heard)


def _misheard(character: str, rng: random.Random) -> str:
    """A common character of the same syllable, or now and then of a neighbouring one."""
    sound = spell(character)[0]
    near = 0.0 if rng.random() < 0.75 else 0.5
    alike = _alike(sound, near)
    return rng.choice(alike) if alike else character


@cache
def _alike(sound: Syllable, near: float) -> tuple[str, ...]:
    return tuple(c for c in _common() if distance(spell(c)[0], sound) <= near)


@cache
def _common() -> tuple[str, ...]:
    """The 3,755 everyday characters: level 1 of GB 2312 (rows 16 to 55)."""
    rows = (bytes((0xB0 + row, 0xA1 + cell)) for row in range(40) for cell in range(94))
    return tuple(c for c in (raw.decode("gb2312", "ignore") for raw in rows) if c)
