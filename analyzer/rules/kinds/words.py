"""Checks on words: said, not said, said and not followed, said too often or too rarely, said again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.rules.pattern import Pattern, literal
from analyzer.rules.view import CallView, Finding, Said

Patterns = tuple[Pattern, ...]


def certainty(cost: float) -> float:
    """How sure a match is, 0–1: an exact spelling is sure, the farthest sound still taken is about half so."""
    return max(0.4, 1.0 - 0.5 * cost)


@dataclass(frozen=True)
class Windowed:
    """Where in the call a check looks; 0 means no limit. first_s and last_s: seconds from the side's first word and before the
    call's last; first_turns and last_turns: the side's turns."""

    first_s: float = 0.0
    last_s: float = 0.0
    first_turns: int = 0
    last_turns: int = 0

    def window(self, call: CallView, side: str) -> tuple[float, float]:
        """Seconds the check looks at."""
        mine, everyone = call.utterances(side), call.evidence.utterances
        starts = call.turn_starts(side)
        since, until = 0.0, call.evidence.duration_s + 1.0
        if self.first_s and mine:
            until = min(until, mine[0].start + self.first_s)
        if self.first_turns and len(starts) > self.first_turns:
            until = min(until, starts[self.first_turns])
        if self.last_s and everyone:
            since = max(since, everyone[-1].end - self.last_s)
        if self.last_turns and starts:
            since = max(since, starts[-self.last_turns :][0])
        return since, until

    def within(self, call: CallView, side: str, said: list[Said]) -> list[Said]:
        """What was said inside the window."""
        since, until = self.window(call, side)
        return [s for s in said if since <= s.start < until]


@dataclass(frozen=True)
class Words(Windowed):
    """A fault is to say one of `words`. unless: longer or overlapping words that make it none; hedge: words that make it none when
    they stand before it in the sentence; but_after: words of the same side that make it none when they follow within but_after_s;
    count: how many times it takes."""

    words: Patterns = ()
    unless: Patterns = ()
    hedge: Patterns = ()
    but_after: Patterns = ()
    but_after_s: float = 6.0
    count: int = 1

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """Each place, or the first of them when it takes several."""
        said = self.within(call, side, call.say(side, self.words, self.unless, hedge=self.hedge))
        mended = call.say(side, self.but_after)
        faults = [s for s in said if not any(s.last <= m.first and m.start <= s.end + self.but_after_s for m in mended)]
        if len(faults) < self.count:
            return
        for fault in faults if self.count == 1 else faults[:1]:
            yield Finding(fault.start, fault.end, fault.text, certainty(fault.cost), fault.side)


@dataclass(frozen=True)
class Missing(Windowed):
    """A fault is not to say all of `parts` (each: one of its words) in the window. company_part: the part that
    the company's own name, as settings give it, fulfils too. least_units: the side must have said so much for the rule to make
    sense, least_s: and the call have lasted so long."""

    parts: dict[str, Patterns] = field(default_factory=dict)
    company_part: str = ""
    unless: Patterns = ()
    least_units: int = 1
    least_s: float = 0.0

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """One finding that names the parts that are missing."""
        units = call.finder(side).line.units
        if len(units) < self.least_units or call.evidence.duration_s < self.least_s:
            return
        missing = [name for name in self.parts if not self._said(call, side, name)]
        if missing:
            since, until = self.window(call, side)
            end = min(until, call.evidence.duration_s)
            yield Finding(since, end, "缺 missing: " + "; ".join(missing), 0.9, call.side(side))

    def _said(self, call: CallView, side: str, part: str) -> bool:
        names = [literal(name) for name in call.evidence.company] if part == self.company_part else []
        words = [*self.parts[part], *(name for name in names if name)]
        return bool(self.within(call, side, call.say(side, words, self.unless, True)))


@dataclass(frozen=True)
class Follow:
    """A fault is that `when` is said (by when_side) and `then` (by then_side) is not: afterwards within within_s (0: to the call's
    end), or, with `before`, earlier or at the latest grace_s after. With `wanted` false the fault is that `then` does come. hedge:
    words that make a `when` none when they stand before it in the sentence."""

    when: Patterns
    then: Patterns
    when_side: str = "customer"
    then_side: str = "agent"
    when_unless: Patterns = ()
    then_unless: Patterns = ()
    within_s: float = 0.0
    before: bool = False
    grace_s: float = 2.0
    wanted: bool = True
    once: bool = False
    hedge: Patterns = ()
    or_rule: str = ""
    excused: Patterns = ()
    excused_unless: Patterns = ()
    excused_side: str = "customer"

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """The first place where the order is broken."""
        if call.is_mono and self.when_side != self.then_side and not self.wanted:
            return
        answers = call.say(self.then_side, self.then, self.then_unless, self.wanted)
        excuses = call.say(self.excused_side, self.excused, self.excused_unless, True)
        for when in self._occasions(call):
            answer = next((a for a in answers if self._in_reach(when, a)), None)
            if any(self._in_reach(when, e) for e in excuses):
                continue
            if self.wanted and answer is None:
                yield Finding(when.start, when.end, when.text, certainty(when.cost), call.side(side))
                return
            if self.once:
                return
            if not self.wanted and answer is not None:
                yield Finding(
                    when.start, answer.end, f"{when.text} → {answer.text}", certainty(when.cost + answer.cost), call.side(side)
                )
                return

    def _occasions(self, call: CallView) -> list[Said]:
        said = call.say(self.when_side, self.when, self.when_unless, hedge=self.hedge)
        faults = call.faults(self.or_rule) if self.or_rule else []
        return sorted([*said, *(Said(f.side, 0, 0, f.start, f.end, f.evidence, 0.2) for f in faults)], key=lambda s: s.start)

    def _in_reach(self, when: Said, answer: Said) -> bool:
        if self.before:
            return answer.start <= when.end + self.grace_s
        return answer.start >= when.start and (self.within_s == 0 or answer.start <= when.end + self.within_s)


@dataclass(frozen=True)
class Share(Windowed):
    """A fault is to say `words` more often than `most`, or more rarely than `least`, per hundred units of the side's speech, once
    the side has said least_units. least_count: for "more often", how many times it takes in any case."""

    words: Patterns = ()
    unless: Patterns = ()
    least: float = 0.0
    most: float = 1000.0
    least_units: int = 60
    least_count: int = 0

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """One finding with the rate."""
        units = call.finder(side).line.units
        if len(units) < self.least_units:
            return
        said = call.say(side, self.words, self.unless)
        rate = 100 * len(said) / len(units)
        often = rate > self.most and len(said) >= self.least_count
        if rate < self.least or often:
            first, last = (said[0].start, said[-1].end) if said else (units[0].start, units[-1].end)
            words = ", ".join(dict.fromkeys(s.text for s in said[:12]))
            yield Finding(first, last, f"{len(said)} / {len(units)} 字 units: {words}".rstrip(": "), 0.8, call.side(side))
