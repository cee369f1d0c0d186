"""The rulebook: what is a fault, in whose words, and what it costs. Rules are data; this module gives them their types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from analyzer.rules.view import CallView, Finding

SHIPPED = Path(__file__).with_name("rulebook")
"""The rulebook that ships: a folder of TOML files."""

SCORES = ("compliance", "experience", "risk")


class Kind(Protocol):
    """A way of checking, made from a rule's data."""

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """Every fault of this kind in the call; `side` is the rule's."""


@dataclass(frozen=True)
class Check:
    """One check of a rule. language: "zh", "en" or "any": a check in another language than the call's does not apply.
    direction: "in", "out" or "any"; calls of unknown direction count as incoming. mixed: whether it also looks at calls whose two
    sides are on one channel; confidence: 0–1, of a clean match."""

    kind: Kind
    language: str = "zh"
    direction: str = "any"
    mixed: bool = False
    confidence: float = 0.9


@dataclass(frozen=True)
class Rule:
    """A fault the box looks for. points: taken off per hit, by score; cap: the most a rule takes off a score in one call."""

    id: str
    name_zh: str
    name_en: str
    explain_zh: str
    explain_en: str
    side: str
    checks: tuple[Check, ...]
    points: dict[str, float] = field(default_factory=dict)
    cap: dict[str, float] = field(default_factory=dict)
    high_priority: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class Rulebook:
    """Rules in their order. ordinary: everyday words that only sound like a rule's words. digest: SHA-256 of its files."""

    version: str
    rules: tuple[Rule, ...]
    ordinary: tuple[str, ...] = ()
    digest: str = ""

    @property
    def identity(self) -> str:
        """What is kept with every analysis: the version its author gave and the beginning of its digest, so that two rulebooks
        that differ in one word are never taken for one."""
        return f"{self.version}+{self.digest[:8]}" if self.digest else self.version

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id. Raises KeyError."""
        return next(r for r in self.rules if r.id == rule_id) if rule_id in self.ids() else _missing(rule_id)

    def ids(self) -> tuple[str, ...]:
        """The ids of all rules."""
        return tuple(r.id for r in self.rules)


def _missing(rule_id: str) -> Rule:
    raise KeyError(rule_id)


def load(path: Path | None = None) -> Rulebook:
    """The rulebook in a TOML or JSON file or in a folder of them (read in order of name); None: the one that ships. Raises
    UserError that lists every error, with the file, line, rule and the nearest name."""
    from analyzer.rules.reading import read_rulebook  # noqa: PLC0415  reading knows the kinds, and they know these types

    return read_rulebook(path or SHIPPED)
