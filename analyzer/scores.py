"""The three scores of a call: a hundred less what its faults cost, every point with the hit that took it."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.result import Deduction, Hit, Scores
from analyzer.rules.rulebook import SCORES, Rulebook

FULL = 100.0


def score(rulebook: Rulebook, hits: Sequence[Hit]) -> tuple[Scores, list[Deduction]]:
    """Scores and every deduction, in the order of the hits.

    A hit takes its rule's points off each score the rule names; a rule takes at most its cap off a score, a score never falls below
    0. The deductions of a score add up exactly to 100 minus the score.
    """
    left = dict.fromkeys(SCORES, FULL)
    taken: dict[tuple[str, str], float] = {}
    deductions: list[Deduction] = []
    known = {rule.id: rule for rule in rulebook.rules}
    for index, hit in enumerate(hits):
        rule = known.get(hit.rule)
        for name, points in rule.points.items() if rule else ():
            room = rule.cap.get(name, FULL) - taken.get((rule.id, name), 0.0) if rule else 0.0
            off = round(min(points, room, left[name]), 2)
            if off > 0:
                taken[hit.rule, name] = taken.get((hit.rule, name), 0.0) + off
                left[name] = round(left[name] - off, 2)
                deductions.append(Deduction(name, hit.rule, off, index))
    return Scores(left["compliance"], left["experience"], left["risk"]), deductions
