"""A rulebook tried on past calls before it goes live: which calls it would hit more, and which no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from analyzer.result import Hit
from analyzer.rules import engine
from analyzer.rules.rulebook import Rule, Rulebook
from analyzer.rules.stored import StoredCall
from analyzer.scores import score

Report = Callable[[int], None]


@dataclass(frozen=True)
class Difference:
    """A call a rule would hit and does not, or the other way round; `hit` is the evidence on the side where there is one."""

    call_id: str
    started_at: float
    rule: str
    hit: Hit


@dataclass
class Trial:
    """What a change would do. calls: looked at; more, fewer: newly hit, no longer hit; changed: rules that differ; scores: mean
    change of each score over all calls."""

    calls: int = 0
    more: list[Difference] = field(default_factory=list)
    fewer: list[Difference] = field(default_factory=list)
    changed: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)

    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Rule → calls more, calls fewer; rules that make no difference are left out."""
        ids = dict.fromkeys(d.rule for d in [*self.more, *self.fewer])
        return {i: (sum(d.rule == i for d in self.more), sum(d.rule == i for d in self.fewer)) for i in ids}


def try_rulebook(
    live: Rulebook, wanted: Rulebook, calls: Iterable[StoredCall], company: Sequence[str] = (), report: Report = lambda _done: None
) -> Trial:
    """Both rulebooks on the same calls. Only rules that differ are looked for, so that ten thousand calls take minutes."""
    ids = changed_rules(live, wanted)
    before_book, after_book = only(live, ids), only(wanted, ids)
    trial, moved = Trial(changed=ids), dict.fromkeys(("compliance", "experience", "risk"), 0.0)
    for call in calls:
        evidence = call.evidence(company)
        view = engine.view_of(before_book, evidence)
        before = engine.check(before_book, evidence, view)
        after = engine.check(after_book, evidence, view if before_book.ordinary == after_book.ordinary else None)
        _compare(trial, call, before, after)
        old, new = score(before_book, before)[0], score(after_book, after)[0]
        for name in moved:
            moved[name] += getattr(new, name) - getattr(old, name)
        trial.calls += 1
        report(trial.calls)
    trial.scores = {name: round(total / max(1, trial.calls), 2) for name, total in moved.items()}
    return trial


def _compare(trial: Trial, call: StoredCall, before: Sequence[Hit], after: Sequence[Hit]) -> None:
    old, new = {h.rule: h for h in reversed(before)}, {h.rule: h for h in reversed(after)}
    trial.more += [Difference(call.id, call.started_at, rule, new[rule]) for rule in new.keys() - old.keys()]
    trial.fewer += [Difference(call.id, call.started_at, rule, old[rule]) for rule in old.keys() - new.keys()]


def changed_rules(live: Rulebook, wanted: Rulebook) -> tuple[str, ...]:
    """Ids of the rules that differ in anything, those that lean on one that does, and all when the everyday words differ."""
    if live.ordinary != wanted.ordinary:
        return tuple(dict.fromkeys([*live.ids(), *wanted.ids()]))
    old, new = {r.id: r for r in live.rules}, {r.id: r for r in wanted.rules}
    differ = {i for i in old.keys() | new.keys() if old.get(i) != new.get(i)}
    while more := {r.id for r in wanted.rules if r.id not in differ and leans_on(r) & differ}:
        differ |= more
    return tuple(i for i in dict.fromkeys([*live.ids(), *wanted.ids()]) if i in differ)


def leans_on(rule: Rule) -> set[str]:
    """The rules whose faults a rule looks at."""
    return {i for one in rule.checks for i in (getattr(one.kind, "or_rule", ""), *getattr(one.kind, "rules", ())) if i}


def only(book: Rulebook, ids: Sequence[str]) -> Rulebook:
    """The rulebook cut down to some rules. Those that they lean on stay, too: what they find is asked for."""
    wanted = set(ids)
    needed = {i for r in book.rules if r.id in wanted for i in leans_on(r)}
    while more := {i for r in book.rules if r.id in needed for i in leans_on(r)} - needed:
        needed |= more
    return replace(book, rules=tuple(r for r in book.rules if r.id in wanted | needed))
