"""The rule cases in cases/*.toml, read and checked."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from analyzer.result import CallFacts, Hit
from analyzer.rules.engine import check
from analyzer.rules.rulebook import Rulebook
from analyzer.rules.truth import evidence_of, garbled

FOLDER = Path(__file__).with_name("cases")
_TURN = re.compile(r"([AC])([+-][\d.]+)?: (.*)")


@dataclass(frozen=True)
class Case:
    """A piece of a call: its name, its turns, its facts, and the rules that have to fire and may not."""

    name: str
    turns: tuple[dict[str, object], ...]
    facts: CallFacts
    must: frozenset[str]
    must_not: frozenset[str]

    def hits(self, rulebook: Rulebook, noise: float = 0.0, seed: int = 0) -> list[Hit]:
        """What the rules find, with that share of the characters misheard."""
        turns = [{**t, "text": garbled(str(t["text"]), noise, seed + i)} if noise else t for i, t in enumerate(self.turns)]
        return check(rulebook, evidence_of(turns, self.facts))


def cases() -> list[Case]:
    """All of them, in order of file."""
    return [_case(f"{file.stem}-{n}", entry) for file in sorted(FOLDER.glob("*.toml")) for n, entry in enumerate(_entries(file), 1)]


def _entries(file: Path) -> list[dict[str, object]]:
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    assert isinstance(entries, list)
    return entries


def _case(name: str, entry: dict[str, object]) -> Case:
    lines = entry["turns"]
    assert isinstance(lines, list)
    ring, side = entry.get("ring_s"), entry.get("hung_up_by")
    facts = CallFacts(
        ring_s=float(ring) if isinstance(ring, float | int) else None,
        hung_up_by=str(side) if side else None,
        direction=str(entry.get("direction", "unknown")),
        language=str(entry.get("language", "zh")),
    )
    return Case(name, tuple(_turn(str(line)) for line in lines), facts, _ids(entry, "must"), _ids(entry, "must_not"))


def _ids(entry: dict[str, object], name: str) -> frozenset[str]:
    ids = entry.get(name, [])
    assert isinstance(ids, list)
    return frozenset(map(str, ids))


def _turn(line: str) -> dict[str, object]:
    match = _TURN.fullmatch(line)
    assert match, line
    turn: dict[str, object] = {"side": "agent" if match.group(1) == "A" else "customer", "text": match.group(3)}
    return {**turn, "pause_s": float(match.group(2))} if match.group(2) else turn
