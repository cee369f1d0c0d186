"""The kinds of checks a rulebook may name."""

from __future__ import annotations

from typing import Any

from analyzer.rules.kinds.hold import Hold, Silence
from analyzer.rules.kinds.measures import HungUp, Pace, Ring, TalkOver, Turn
from analyzer.rules.kinds.mood import Mood
from analyzer.rules.kinds.repeated import Repeated
from analyzer.rules.kinds.words import Follow, Missing, Share, Words

KINDS: dict[str, Any] = {
    "words": Words,
    "missing": Missing,
    "follow": Follow,
    "share": Share,
    "repeated": Repeated,
    "silence": Silence,
    "hold": Hold,
    "talk_over": TalkOver,
    "pace": Pace,
    "turn": Turn,
    "ring": Ring,
    "hung_up": HungUp,
    "mood": Mood,
}
