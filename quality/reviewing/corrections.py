"""A call as people have put it right: their labels (quality.reviewing.labels) laid over what the machine heard. The machine's own
stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.result import Hit, Utterance
from quality.reviewing.labels import Label

SAME_SHARE = 0.8  # overlap, of the longer of the two, from which a stretch is still the one that was corrected


@dataclass(frozen=True)
class Said:
    """now: as it reads. machine: as the machine has it. by: field ("text", "side", "emotion") → who corrected it."""

    now: Utterance
    machine: Utterance
    by: dict[str, str]


@dataclass(frozen=True)
class Judged:
    """A finding and what people say of it. verdict: "" nobody said anything, "right" or "wrong"."""

    hit: Hit
    verdict: str = ""
    by: str = ""


def corrected(utterances: Sequence[Utterance], labels: Sequence[Label]) -> list[Said]:
    """The utterances in their order, each with the labels that are about it. An analysis made anew may cut them a little
    differently: a label belongs to the stretch of its side that it covers by SAME_SHARE."""
    mine = [label for label in labels if label.field in ("text", "side", "emotion")]
    return [_said(said, [x for x in mine if x.side == said.side and covers(x, said.start, said.end)]) for said in utterances]


def judged(hits: Sequence[Hit], labels: Sequence[Label]) -> list[Judged]:
    """The findings in their order with people's verdicts."""
    verdicts = [label for label in labels if label.field == "hit" and label.after in ("right", "wrong")]
    found = []
    for hit in hits:
        mine = [x for x in verdicts if x.before == hit.rule and covers(x, hit.start, hit.end)]
        found.append(Judged(hit, mine[-1].after, mine[-1].by) if mine else Judged(hit))
    return found


def missed(labels: Sequence[Label]) -> list[Label]:
    """What people found and the machine did not; `before` is the rule."""
    return [label for label in labels if label.field == "hit" and label.after == "missed"]


def _said(said: Utterance, labels: Sequence[Label]) -> Said:
    now = said
    for label in labels:
        if label.field == "text":
            now = replace(now, text=label.after, heard="", words=())
        elif label.field == "side":
            now = replace(now, side=label.after, role_confidence=None)
        else:
            now = replace(now, emotion={label.after: 1.0})
    by = {x.field: x.by for x in labels if x.after != x.before and x.after != _machines(said, x.field)}
    return Said(now if by else said, said, by)


def _machines(said: Utterance, field: str) -> str:
    return {"text": said.text, "side": said.side, "emotion": likeliest(said)}[field]


def likeliest(said: Utterance) -> str:
    """The machine's emotion of an utterance, "neutral" where it has none."""
    return max(said.emotion, key=lambda label: said.emotion[label]) if said.emotion else "neutral"


def covers(label: Label, start: float, end: float) -> bool:
    """Whether a label is about that stretch (seconds into the call)."""
    shared = min(label.end_s, end) - max(label.start_s, start)
    longer = max(label.end_s - label.start_s, end - start)
    # Hits may have no length: a point is the same point.
    return shared >= SAME_SHARE * longer if longer > 0.1 else abs(label.start_s - start) < 0.1
