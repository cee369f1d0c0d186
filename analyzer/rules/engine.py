"""Every rule of a rulebook, checked on one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzer.result import Hit
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.rulebook import Check, Rule, Rulebook
from analyzer.rules.view import CallView, Finding

MIXED_SHARE = 0.7
"""On a line with both people on one channel nobody is sure who spoke: confidence is multiplied by this."""


LEAST_ROLE = 0.6
"""On such a line whose voices were told apart, a finding counts only from this certainty on that it was this side who spoke; from
there on its confidence is multiplied by that certainty."""


def check(rulebook: Rulebook, evidence: CallEvidence, before: CallView | None = None) -> list[Hit]:
    """All faults found, in order of time. Rules without a check in the call's language, or that need two channels where there is
    one, find nothing. before: the same call as another rulebook looked at it (view_of), whose words are not looked up again."""
    call = before.for_rules(faults_by(rulebook)) if before else view_of(rulebook, evidence)
    hits = [hit for rule in rulebook.rules for hit in _merged(_hits(rule, call))]
    return sorted(hits, key=lambda h: (h.start, h.rule))


def view_of(rulebook: Rulebook, evidence: CallEvidence) -> CallView:
    """The call as the rules of this rulebook look at it."""
    return CallView(evidence, rulebook.ordinary, faults_by(rulebook))


def faults_by(rulebook: Rulebook) -> Callable[[CallView, str], list[Finding]]:
    """How a rule asks what another rule of the rulebook found."""
    return lambda call, rule_id: [f for r in rulebook.rules if r.id == rule_id for _, f in _findings(r, call)]


def _hits(rule: Rule, call: CallView) -> Iterator[Hit]:
    for one, found in _findings(rule, call):
        certainty = _who_spoke(found, rule.side, call)
        if certainty >= LEAST_ROLE:
            yield _hit(rule, one, found, certainty)


def _who_spoke(found: Finding, side: str, call: CallView) -> float:
    """How sure it is that the finding is the side's: 1 where each side has a channel; MIXED_SHARE where nobody told them apart, for
    then the rules themselves are made for both."""
    if call.is_mono:
        return MIXED_SHARE
    side = found.side or side
    heard = [u for u in call.evidence.utterances if u.start < found.end and u.end > found.start and side in (u.side, "both")]
    told = [u.role_confidence for u in heard if u.role_confidence is not None]
    return sum(told) / len(told) if told else 1.0


def _findings(rule: Rule, call: CallView) -> Iterator[tuple[Check, Finding]]:
    for one in rule.checks:
        if applies(one, call):
            yield from ((one, found) for found in one.kind.find(call, rule.side))


def applies(one: Check, call: CallView) -> bool:
    """Whether a check is for this call: its language, its direction, its number of channels."""
    facts = call.evidence.facts
    direction = facts.direction if facts.direction == "out" else "in"
    return one.language in ("any", facts.language) and one.direction in ("any", direction) and (one.mixed or not call.is_mono)


def _hit(rule: Rule, one: Check, found: Finding, certainty: float) -> Hit:
    confidence = one.confidence * found.confidence * certainty
    return Hit(
        rule.id,
        found.side or rule.side,
        round(float(found.start), 2),
        round(float(found.end), 2),
        found.evidence,
        round(confidence, 3),
    )


def _merged(hits: Iterator[Hit]) -> list[Hit]:
    """A rule's hits in order of time, those that lie over one another kept once, the surest."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.confidence)):
        if kept and hit.start < kept[-1].end and hit.end > kept[-1].start:
            kept[-1] = max(kept[-1], hit, key=lambda h: h.confidence)
        else:
            kept.append(hit)
    return kept
