"""One call as the kinds of checks ask about it: words looked up by side, with times and with what was really heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from analyzer.acoustics import is_backchannel
from analyzer.result import Utterance
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.finder import Finder, Found
from analyzer.rules.pattern import Pattern
from analyzer.units import spoken

HEDGE_UNITS = 8
"""How far a hedge ("如果", "不能") reaches within its sentence, in units."""


@dataclass(frozen=True)
class Finding:
    """What a check found: seconds, the words or the measure, 0–1."""

    start: float
    end: float
    evidence: str
    confidence: float
    side: str = ""


@dataclass(frozen=True)
class Said:
    """Words found: which side's line, units first..last-1, seconds, as heard, distance from the words looked for."""

    side: str
    first: int
    last: int
    start: float
    end: float
    text: str
    cost: float


class CallView:
    """Looks words up in a call. ordinary: everyday words that only sound like a rule's words; faults: how to ask another rule."""

    def __init__(
        self, evidence: CallEvidence, ordinary: Sequence[str] = (), faults: Callable[[CallView, str], list[Finding]] | None = None
    ) -> None:
        self._faults = faults
        self.evidence = evidence
        self.acoustics = evidence.acoustics
        self._ordinary = ordinary
        self._finders: dict[str, Finder] = {}
        self._found: dict[str, list[Finding]] = {}
        self._turns: dict[str, list[float]] = {}
        self._worded: dict[str, list[Utterance]] = {}

    def for_rules(self, faults: Callable[[CallView, str], list[Finding]]) -> CallView:
        """The same call for another rulebook with the same everyday words: what is found of words is shared."""
        other = CallView(self.evidence, self._ordinary, faults)
        other._finders, other._turns, other._worded = self._finders, self._turns, self._worded
        return other

    def faults(self, rule: str) -> list[Finding]:
        """The faults of another rule in this call."""
        if rule not in self._found:
            self._found[rule] = self._faults(self, rule) if self._faults else []
        return self._found[rule]

    @cached_property
    def is_mono(self) -> bool:
        """Whether both people are on one channel and nobody has told them apart."""
        return self.evidence.channels == 1 and all(u.side == "mixed" for u in self.evidence.utterances)

    def side(self, side: str) -> str:
        """The line a side's words are on: its own, or "mixed"."""
        return "mixed" if self.is_mono else side

    def finder(self, side: str) -> Finder:
        """The finder of the line that side's words are on."""
        line = self.side(side)
        if line not in self._finders:
            self._finders[line] = Finder(self.evidence.lines[line], self._ordinary)
        return self._finders[line]

    def say(
        self,
        side: str,
        patterns: Sequence[Pattern],
        excepting: Sequence[Pattern] = (),
        lenient: bool = False,
        hedge: Sequence[Pattern] = (),
    ) -> list[Said]:
        """Where the side says one of the patterns, in order; places whose beginning lies in an exception are left out, places up to
        HEDGE_UNITS behind a hedge of the same sentence too, and so are repetitions of the same place. lenient: also what only
        nearly sounds like it; exceptions always are."""
        finder = self.finder(side)
        void = finder.find_any(excepting, True)
        void += [Found(h.first, finder.sentence_end(h.last, HEDGE_UNITS) + 1, 0.0) for h in finder.find_any(hedge, True)]
        kept: list[Found] = []
        for found in finder.find_any(patterns, lenient):
            if not any(v.first <= found.first < v.last for v in void) and (not kept or found.first >= kept[-1].last):
                kept.append(found)
        return [self._said(finder, f) for f in kept]

    def _said(self, finder: Finder, found: Found) -> Said:
        units = finder.line.units
        text = finder.line.text(found.first, found.last)
        return Said(
            finder.line.side, found.first, found.last, units[found.first].start, units[found.last - 1].end, text, found.cost
        )

    def utterances(self, side: str) -> list[Utterance]:
        """The side's utterances with words in them."""
        line = self.side(side)
        if line not in self._worded:
            self._worded[line] = [u for u in self.evidence.utterances if u.side == line and spoken(u.text)]
        return self._worded[line]

    def turn_starts(self, side: str) -> list[float]:
        """Seconds at which the side's turns begin; listeners' signs are no turns."""
        if side not in self._turns:
            self._turns[side] = self._turn_starts(side)
        return self._turns[side]

    def _turn_starts(self, side: str) -> list[float]:
        starts, last = [], ""
        for u in self.evidence.utterances:
            if not spoken(u.text) or (u.side != last and is_backchannel(u.text)):
                continue
            if u.side != last and u.side == self.side(side):
                starts.append(u.start)
            last = u.side
        return starts

    def spans(self, name: str) -> list[dict[str, object]]:
        """A list of spans among the measures; empty where it was not measured."""
        value = self.acoustics.get(name)
        return [s for s in value if isinstance(s, dict)] if isinstance(value, list) else []

    def measure(self, *path: str) -> float | None:
        """A number among the measures, by its path of names."""
        value: object = self.acoustics
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return float(value) if isinstance(value, int | float) else None


def seconds(span: dict[str, object], name: str) -> float:
    """A time of a measured span."""
    value = span.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
