"""A dialogue as written: TOML in, checked dataclasses out. Needs nothing but the standard library."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

SIDES = ("agent", "customer")
MOODS = ("angry", "happy", "neutral", "sad")
DIRECTIONS = ("in", "out")
RULE_IDS = frozenset({
    "opening", "closing", "verify_identity", "courtesy", "apology", "thanks", "forbidden_phrase", "insult", "filler_words",
    "overpromise", "shirk", "argue", "private_contact", "disclose", "escalate_hint", "sensitive_word", "repeated_script",
    "dead_air", "hold_notice", "talk_over", "speech_rate", "monologue", "ring_slow", "agent_hung_up_first", "customer_anger",
    "agent_tone",
})
"""The contract's rule ids (domain.md)."""

T = TypeVar("T")


class ScriptError(ValueError):
    """A dialogue that cannot be rendered; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Voice:
    """One party's voice and line.

    formant: ratio of vocal tract resonances to the recorded voice (below 1: a longer tract). pitch_hz: median pitch when calm.
    pace: duration ratio, below 1 faster. liveliness: ratio of pitch movement. level_db: RMS of calm speech, dBFS. noise_db: line
    noise, dBFS RMS. leak_db: how far below itself the other party is heard on this channel; None when not at all.
    """

    formant: float = 1.0
    pitch_hz: float = 260.0
    pace: float = 1.0
    liveliness: float = 1.0
    level_db: float = -22.0
    noise_db: float = -66.0
    leak_db: float | None = None


@dataclass(frozen=True)
class Turn:
    """One party's words.

    say: what the voice reads when it differs from the text (digits, characters with several readings). pause: seconds after all
    before has ended (negative: starts before that). during: instead of `pause`, seconds after the start of the turn before.
    intensity: how far into the mood, 1 is full. cut: seconds after which the line is gone in mid-word.
    """

    side: str
    text: str
    say: str = ""
    mood: str = "neutral"
    intensity: float = 1.0
    pause: float = 0.5
    during: float | None = None
    pace: float = 1.0
    gain_db: float = 0.0
    cut: float | None = None


@dataclass(frozen=True)
class Hold:
    """The agent parks the line: `seconds` with nobody there, with music on the agent's channel or without."""

    seconds: float
    music: bool = False
    pause: float = 0.5


@dataclass(frozen=True)
class Dialogue:
    """One call as written. ring_s: seconds from the first ring to the answer; lead, tail: seconds of open line at both ends."""

    name: str
    title_zh: str
    title_en: str
    direction: str
    ring_s: float
    hung_up_by: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    voices: dict[str, Voice]
    steps: tuple[Turn | Hold, ...]
    language: str = "zh"
    lead: float = 0.6
    tail: float = 0.8


def _build(kind: type[T], table: dict[str, Any], where: str) -> T:
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(table) - names:
        raise ScriptError(f"{where}: unknown {sorted(unknown)}; known are {sorted(names)}")
    try:
        return kind(**table)
    except TypeError as error:
        raise ScriptError(f"{where}: {error}") from error


def _step(table: dict[str, Any], where: str) -> Turn | Hold:
    if "hold" in table:
        rest = {key: value for key, value in table.items() if key != "hold"}
        return _build(Hold, {"seconds": table["hold"], **rest}, where)
    turn = _build(Turn, table, where)
    if turn.side not in SIDES or turn.mood not in MOODS or not turn.text:
        raise ScriptError(f"{where}: side {turn.side!r}, mood {turn.mood!r}, text {turn.text!r}")
    return turn


def _check(dialogue: Dialogue) -> Dialogue:
    where = dialogue.name
    if unknown := {*dialogue.must, *dialogue.must_not} - RULE_IDS:
        raise ScriptError(f"{where}: unknown rules {sorted(unknown)}")
    if both := set(dialogue.must) & set(dialogue.must_not):
        raise ScriptError(f"{where}: rules in must and must_not: {sorted(both)}")
    if dialogue.direction not in DIRECTIONS or dialogue.hung_up_by not in SIDES:
        raise ScriptError(f"{where}: direction {dialogue.direction!r}, hung_up_by {dialogue.hung_up_by!r}")
    return dialogue


def read_dialogue(path: Path) -> Dialogue:
    """The dialogue in a TOML file. Raises ScriptError, OSError or tomllib.TOMLDecodeError."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = tuple(_step(t, f"{path.name} step {i + 1}") for i, t in enumerate(table.pop("turns")))
    voices = {side: _build(Voice, table.pop(side), f"{path.name} {side}") for side in SIDES}
    lists = {key: tuple(table.pop(key)) for key in ("must", "must_not")}
    return _check(_build(Dialogue, {"name": path.stem, "voices": voices, "steps": steps, **lists, **table}, path.name))
