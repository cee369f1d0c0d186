"""What a call's findings and scores become by what people have corrected: findings struck out or added by hand, and the same rules
on the words, speakers and moods as corrected. Points are the rulebook's (analyzer.scores); the machine's own verdict stays what it
was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.result import Deduction, Hit, Scores
from analyzer.rules import engine
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.rulebook import Rulebook
from analyzer.rules.stored import StoredCall
from analyzer.scores import score
from quality.reviewing.corrections import Said, corrected, covers, judged, missed
from quality.reviewing.labels import Label

NEAR_S = 1.0
"""Two findings of a rule that do not overlap are the same one if they begin so close: corrected words have no times of their own
and are spread over their utterance."""


@dataclass(frozen=True)
class Finding:
    """A finding that holds after correction. machine: its index among the machine's; None where it came by a correction."""

    hit: Hit
    machine: int | None


@dataclass(frozen=True)
class Rejudged:
    """findings: in order of time. deductions: their `hit` is the index into findings. differs: whether anything is otherwise than
    the machine had it."""

    findings: tuple[Finding, ...]
    scores: Scores
    deductions: tuple[Deduction, ...]
    high_priority: bool
    differs: bool


def rejudge(rulebook: Rulebook, call: StoredCall, labels: Sequence[Label], company: Sequence[str] = ()) -> Rejudged:
    """A call's verdict with people's labels laid over it. company: as settings know its names. A call whose words were deleted is
    judged by verdicts on findings alone."""
    said = corrected(call.analysis.utterances, labels)
    gone, new = _by_the_rules(rulebook, call, said, company)
    verdicts = judged(call.analysis.hits, labels)
    kept = [
        Finding(found.hit, index) for index, found in enumerate(verdicts)
        if found.verdict == "right" or (found.verdict != "wrong" and not _among(found.hit, gone))
    ]  # fmt: skip
    added = [hit for hit in new if not any(_same(hit, found.hit) for found in verdicts) and not _struck(hit, labels)]
    added += _by_hand(rulebook, said, labels, [*(one.hit for one in kept), *added])
    findings = sorted([*kept, *(Finding(hit, None) for hit in added)], key=lambda one: (one.hit.start, one.hit.rule))
    scores, deductions = score(rulebook, [one.hit for one in findings])
    urgent = {rule.id for rule in rulebook.rules if rule.high_priority}
    differs = bool(added) or len(kept) < len(verdicts)
    high = any(one.hit.rule in urgent for one in findings)
    return Rejudged(tuple(findings), scores, tuple(deductions), high, differs)


def _by_the_rules(
    rulebook: Rulebook, call: StoredCall, said: Sequence[Said], company: Sequence[str]
) -> tuple[list[Hit], list[Hit]]:  # fmt: skip
    """What the rules no longer find, and find anew, on the words as corrected. Both times they are run: so nothing but the
    corrections makes the difference, whatever else has changed since the call was analysed."""
    if not any(one.by for one in said):
        return [], []
    evidence = call.evidence(company)
    before = engine.check(rulebook, evidence)
    after = engine.check(rulebook, _as_corrected(evidence, said))
    return [hit for hit in before if not _among(hit, after)], [hit for hit in after if not _among(hit, before)]


def _as_corrected(evidence: CallEvidence, said: Sequence[Said]) -> CallEvidence:
    utterances = tuple(replace(one.now, text=one.now.as_heard, heard="") for one in said)
    return replace(evidence, utterances=utterances)


def _by_hand(rulebook: Rulebook, said: Sequence[Said], labels: Sequence[Label], held: Sequence[Hit]) -> list[Hit]:
    """Faults that people heard and the machine did not; one that it has anyway counts once."""
    rules = {rule.id: rule for rule in rulebook.rules}
    found: list[Hit] = []
    for label in missed(labels):
        rule, here = rules.get(label.before), [one.now for one in said if covers(label, one.machine.start, one.machine.end)]
        side = rule.side if rule and rule.side in ("agent", "customer") else here[0].side if here else label.side
        hit = Hit(label.before, side, label.start_s, label.end_s, here[0].text if here else "", 1.0)
        if not any(hit.rule == other.rule and other.start < hit.end and other.end >= hit.start for other in held):
            found.append(hit)
    return found


def _struck(hit: Hit, labels: Sequence[Label]) -> bool:
    """Whether people have said of a finding there that it is none."""
    wrong = [x for x in labels if x.field == "hit" and x.after == "wrong" and x.before == hit.rule]
    return any(x.start_s <= hit.end and x.end_s >= hit.start for x in wrong)


def _among(hit: Hit, hits: Sequence[Hit]) -> bool:
    return any(_same(hit, other) for other in hits)


def _same(one: Hit, other: Hit) -> bool:
    if (one.rule, one.side) != (other.rule, other.side):
        return False
    return (one.start < other.end and other.start < one.end) or abs(one.start - other.start) <= NEAR_S
