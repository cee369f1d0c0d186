"""Checks on times and rates: talk-over, pace, long turns, slow answers, who hung up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.acoustics import is_backchannel
from analyzer.rules.pattern import Pattern
from analyzer.rules.view import CallView, Finding, seconds

Patterns = tuple[Pattern, ...]


@dataclass(frozen=True)
class TalkOver:
    """A fault is that the side starts while the other is speaking, who has spoken for after_s, and both go on for least_s. A
    listener's sign ("嗯", "好的") is none, whatever its length."""

    least_s: float = 1.0
    after_s: float = 0.5

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """Each such start."""
        for overlap in call.spans("overlaps"):
            start, end = seconds(overlap, "start"), seconds(overlap, "end")
            text = str(overlap.get("text", ""))
            if overlap.get("started_by") != side or end - start < self.least_s or seconds(overlap, "after_s") < self.after_s:
                continue
            if not is_backchannel(text):
                yield Finding(start, end, f"{end - start:.1f} s: {text}".rstrip(": "), 0.85, side)


@dataclass(frozen=True)
class Pace:
    """A fault is to speak slower than `least` or faster than `most` units a minute of own speech, having said least_units."""

    least: float
    most: float
    least_units: int = 60

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """One finding for the whole call."""
        rate, units = call.measure("rate", side, "overall"), call.finder(side).line.units
        if rate is not None and len(units) >= self.least_units and not self.least <= rate <= self.most:
            yield Finding(units[0].start, units[-1].end, f"{rate:.0f} 字/分 units/min", 0.8, side)


@dataclass(frozen=True)
class Turn:
    """A fault is a turn longer than longest_s that the other side does not interrupt but for listeners' signs."""

    longest_s: float = 60.0

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """Each such turn."""
        for turn in call.spans("turn_list"):
            if turn.get("side") != side:
                continue
            for start, end in _without_silences(call, seconds(turn, "start"), seconds(turn, "end")):
                if end - start > self.longest_s:
                    yield Finding(start, end, f"{end - start:.0f} s", 0.9, side)


def _without_silences(call: CallView, start: float, end: float) -> Iterator[tuple[float, float]]:
    """The parts of a turn between silences long enough that the other could have spoken: a hold is no monologue."""
    for silence in call.spans("silences"):
        pause, resumed = seconds(silence, "start"), seconds(silence, "end")
        if start < pause and resumed < end and resumed - pause >= BREAK_S:
            yield start, pause
            start = resumed
    yield start, end


BREAK_S = 4.0


@dataclass(frozen=True)
class Ring:
    """A fault is that the telephone rang for longer than longest_s before it was answered."""

    longest_s: float = 15.0

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """One finding at the call's start; none where nobody knows how long it rang."""
        rang = call.evidence.facts.ring_s
        if rang is not None and rang > self.longest_s:
            yield Finding(0.0, 0.0, f"{rang:.1f} s", 1.0, side)


@dataclass(frozen=True)
class HungUp:
    """A fault is that the side ended the call: line sense says so, or, where it says nothing, the side speaks last and its last
    words are hanging-up `words` within last_s of the end."""

    words: Patterns = ()
    unless: Patterns = ()
    last_s: float = 15.0

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """One finding at the call's end."""
        end = call.evidence.duration_s
        if call.evidence.facts.hung_up_by is not None:
            if call.evidence.facts.hung_up_by == side:
                yield Finding(end, end, "线路 line sense", 1.0, side)
            return
        talk = [u for u in call.evidence.utterances if u.text.strip()]
        if not talk or talk[-1].side != side:
            return
        for said in call.say(side, self.words, self.unless)[-1:]:
            if said.start >= talk[-1].end - self.last_s:
                yield Finding(said.start, end, said.text, 0.7, side)
