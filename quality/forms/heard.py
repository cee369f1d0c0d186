"""What was heard in a call, as far as a form's evidence asks for it: the agent's words, the waits, who could be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from analyzer.result import Hit, Utterance
from analyzer.rules.evidence import Line
from analyzer.rules.finder import Finder, Found
from analyzer.rules.pattern import Pattern, compile_pattern

HOLD_S = 8.0  # seconds of silence after "请稍等" that make it a wait; shorter is looking something up while talking
HOLD_RULE = "hold_notice"


@dataclass(frozen=True)
class Moment:
    """A stretch of the call that speaks for a grade: seconds from its start, the words, and the hit it is (index) if it is one."""

    start: float
    end: float
    text: str
    hit: int | None = None


@dataclass(frozen=True)
class Hold:
    """A wait the agent announced: seconds from the end of the announcing utterance to the agent's next word."""

    start: float
    end: float


@dataclass(frozen=True)
class Heard:
    """A call's analysis as evidence. words: the form's lists. On a mono line (side "mixed") everything counts as the agent's: who
    said it cannot be told."""

    hits: Sequence[Hit]
    utterances: Sequence[Utterance]
    acoustics: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def agent(self) -> tuple[Utterance, ...]:
        """The agent's utterances in order."""
        return tuple(replace(u, side="agent") for u in self.utterances if u.side in ("agent", "mixed"))

    @cached_property
    def both_sides(self) -> bool:
        """Whether agent and customer were heard, apart."""
        return {"agent", "customer"} <= {u.side for u in self.utterances}

    @cached_property
    def end(self) -> float:
        """When the last word ended, seconds."""
        return max((u.end for u in self.utterances), default=0.0)

    @cached_property
    def holds(self) -> tuple[Hold, ...]:
        """The waits the agent announced."""
        if "hold" not in self.words:
            return ()
        announced = {self._line.units[f.last - 1].utterance for f in self._find(("@hold",))}
        waits = [
            Hold(said.end, following.start)
            for n, (said, following) in enumerate(pairwise(self.agent))
            if n in announced and self._silent_s(said.end, following.start) >= HOLD_S
        ]
        return tuple(waits)

    def _silent_s(self, start: float, end: float) -> float:
        """Seconds between two utterances of the agent in which the customer says nothing either."""
        spoken = (min(u.end, end) - max(u.start, start) for u in self.utterances if u.side == "customer")
        return end - start - sum(s for s in spoken if s > 0)

    @cached_property
    def waited(self) -> bool:
        """Whether the customer was put on hold: announced, or noticed by the rule on holds."""
        return bool(self.holds) or any(hit.rule == HOLD_RULE for hit in self.hits)

    @cached_property
    def music(self) -> tuple[tuple[float, float], ...]:
        """Hold music, from the measures."""
        spans = self.acoustics.get("music")
        return tuple((float(s["start"]), float(s["end"])) for s in spans) if isinstance(spans, list) else ()

    def said(self, patterns: Sequence[str]) -> list[Moment]:
        """Where the agent says one of the patterns, in order."""
        units = self._line.units
        return [
            Moment(units[f.first].start, units[f.last - 1].end, self._line.text(f.first, f.last))
            for f in self._find(tuple(patterns))
        ]

    def anybody_said(self, patterns: Sequence[str]) -> bool:
        """Whether either side says one of the patterns."""
        everyone = tuple(replace(u, side="agent") for u in self.utterances)
        finder = Finder(Line(everyone, "agent"))
        return bool(finder.find_any([_compiled(p, self._lists) for p in patterns]))

    @cached_property
    def _line(self) -> Line:
        return Line(self.agent, "agent")

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self._line)

    @cached_property
    def _lists(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((name, tuple(words)) for name, words in self.words.items())

    def _find(self, patterns: tuple[str, ...]) -> list[Found]:
        return self._finder.find_any([_compiled(p, self._lists) for p in patterns])


@lru_cache(maxsize=1024)
def _compiled(pattern: str, lists: tuple[tuple[str, tuple[str, ...]], ...]) -> Pattern:
    return compile_pattern(pattern, dict(lists))
