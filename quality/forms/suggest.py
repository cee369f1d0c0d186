"""The machine's suggestion for each item of a form, with its evidence, and the machine's score.

Which traces bear on which item is data of the form. The machine suggests only where it has evidence; the worst of its opinions on
an item is the suggestion. It never decides a taboo: it points at it, and a person confirms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.result import CallFacts, Hit, Utterance
from hw.messages import Message
from quality.forms.form import NOT_APPLICABLE, Evidence, Form, Item, score
from quality.forms.heard import Heard, Moment

NO_OPINION = Message("the machine has no evidence here: listen and judge", "机器没有依据，请人工听评")
NO_WAIT = Message("no waiting in this call", "通话中没有让客户等候")


@dataclass(frozen=True)
class Suggestion:
    """grade: id of a grade of the form, "na", or None where the machine has no opinion. moments: what it was concluded from."""

    grade: str | None
    reason: Message
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True)
class _Opinion:
    grade: str
    reason: Message
    moments: tuple[Moment, ...] = ()


def suggest(
    form: Form,
    hits: Sequence[Hit],
    utterances: Sequence[Utterance],
    acoustics: Mapping[str, object] | None = None,
    facts: CallFacts | None = None,  # noqa: ARG001
) -> dict[str, Suggestion]:
    """A suggestion for every item, by id. `facts` is not needed yet: what they decide (ring time, who hung up) comes as hits."""
    heard = Heard(hits, utterances, acoustics or {}, form.words)
    return {item.id: _suggestion(form, item, heard) for item in form.items.values()}


def suggest_taboos(form: Form, hits: Sequence[Hit]) -> dict[str, Suggestion]:
    """The taboos that hits point at, by id, for a person to confirm; grade is None."""
    found = {}
    for taboo in form.taboos:
        moments = _moments(form, hits, taboo.rules)
        if moments:
            found[taboo.id] = Suggestion(None, taboo.name, moments)
    return found


def machine_score(form: Form, suggestions: Mapping[str, Suggestion]) -> float | None:
    """0–100 over the items the machine has a grade for; the others and n/a ones leave the form as in `quality.forms.form.score`, so
    a call is neither punished nor rewarded for what cannot be heard. None when the machine has no grade at all. How much of the
    form it stands for is `coverage`."""
    return score(form, {item: s.grade for item, s in suggestions.items() if s.grade is not None})


def coverage(form: Form, suggestions: Mapping[str, Suggestion]) -> float:
    """The share (0–1) of the form's weight on which the machine has an opinion; n/a is one."""
    known = sum(form.weights[item] for item, s in suggestions.items() if s.grade is not None)
    return known / sum(form.weights.values())


def _suggestion(form: Form, item: Item, heard: Heard) -> Suggestion:
    opinions = [opinion for evidence in item.evidence for opinion in _opinions(form, evidence, heard)]
    grades = [o for o in opinions if o.grade != NOT_APPLICABLE]
    if not grades:
        return Suggestion(NOT_APPLICABLE, NO_WAIT) if opinions else Suggestion(None, NO_OPINION)
    best = max(form.shares.values())
    faults = [o for o in grades if form.shares[o.grade] < best]
    kept = faults or grades
    worst = min(grades, key=lambda o: form.shares[o.grade])
    reasons = list(dict.fromkeys(o.reason for o in kept if o.reason.en))
    reason = Message("; ".join(r.en for r in reasons), "；".join(r.zh for r in reasons))
    return Suggestion(worst.grade, reason, tuple(m for o in kept for m in o.moments))


def _opinions(form: Form, evidence: Evidence, heard: Heard) -> Iterable[_Opinion]:
    if not heard.agent or (evidence.when == "both_sides" and not heard.both_sides):
        return ()
    if evidence.when == "hold" and not heard.waited:
        return (_Opinion(NOT_APPLICABLE, NO_WAIT),)
    judge = {"rules": _by_rules, "words": _by_words, "music": _by_music}[evidence.kind]
    opinion = judge(form, evidence, heard)
    return (opinion,) if opinion else ()


def _by_rules(form: Form, evidence: Evidence, heard: Heard) -> _Opinion | None:
    return _counted(evidence, _moments(form, heard.hits, evidence.rules, evidence.evidence))


def _by_music(_: Form, evidence: Evidence, heard: Heard) -> _Opinion | None:
    music = [Moment(s, e, "♪") for s, e in heard.music if any(s < h.end and e > h.start for h in heard.holds)]
    return _Opinion(evidence.found, evidence.fine, tuple(music)) if music else None


def _counted(evidence: Evidence, faults: tuple[Moment, ...]) -> _Opinion | None:
    """The grade for so many faults."""
    if faults and evidence.grades:
        return _Opinion(evidence.grades[min(len(faults), len(evidence.grades)) - 1], evidence.fault, faults)
    return _Opinion(evidence.clean, evidence.fine) if evidence.clean and not faults else None


def _by_words(_: Form, evidence: Evidence, heard: Heard) -> _Opinion | None:
    said = [moment for moment in heard.said(evidence.patterns) if _in_window(evidence, heard, moment)]
    if said:
        return _Opinion(evidence.found, evidence.fine, (said[0],)) if evidence.found else None
    if not evidence.missing or (evidence.needs and not heard.anybody_said(evidence.needs)):
        return None
    return _Opinion(evidence.missing, evidence.fault)


def _in_window(evidence: Evidence, heard: Heard, moment: Moment) -> bool:
    if evidence.window == "start":
        return moment.start <= evidence.seconds_s
    return evidence.window != "end" or moment.end >= heard.end - evidence.seconds_s


def _moments(form: Form, hits: Sequence[Hit], rules: Sequence[str], words: str = "") -> tuple[Moment, ...]:
    return tuple(
        Moment(hit.start, hit.end, hit.evidence, index)
        for index, hit in enumerate(hits)
        if hit.rule in rules and hit.confidence >= form.min_confidence and re.search(words, hit.evidence, re.IGNORECASE)
    )
