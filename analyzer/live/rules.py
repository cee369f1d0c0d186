"""Which rules make sense before a call is over: those that find something said, not those that miss something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.result import Hit
from analyzer.rules.kinds.mood import Mood
from analyzer.rules.kinds.words import Follow, Words
from analyzer.rules.rulebook import Check, Rulebook

ANGER = "customer_anger"
"""Besides the rules that put a call first in the list, this one goes on the alert list while the call goes on: a lead can still
step in."""


def live_part(book: Rulebook) -> Rulebook:
    """The rulebook with the checks alone that what follows can seldom take back."""
    rules = (replace(rule, checks=tuple(filter(_is_early, rule.checks))) for rule in book.rules)
    return replace(book, rules=tuple(rule for rule in rules if rule.checks))


def _is_early(check: Check) -> bool:
    match check.kind:
        case Words(last_s=last_s, last_turns=last_turns):
            return not (last_s or last_turns)  # where the end is, nobody knows yet
        case Follow(wanted=wanted):
            return not wanted
        case kind:
            return isinstance(kind, Mood)


def alerting(book: Rulebook) -> frozenset[str]:
    """The rules whose hits go on the alert list."""
    return frozenset(rule.id for rule in book.rules if rule.high_priority or rule.id == ANGER)


def new_hits(found: Sequence[Hit], told: Sequence[Hit]) -> list[Hit]:
    """Those that are not over one of the same rule and side that was told before; a mood's grows as the call goes on."""
    return [hit for hit in found if not any(_same(hit, before) for before in told)]


def _same(one: Hit, other: Hit) -> bool:
    return (one.rule, one.side) == (other.rule, other.side) and one.start <= other.end and one.end >= other.start
