"""Silences, and which of them are holds: announced by the agent (or asked for by the customer), or filled with music."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.rules.finder import DIGITS
from analyzer.rules.pattern import Pattern
from analyzer.rules.view import CallView, Finding, Said, seconds
from analyzer.units import spoken

Patterns = tuple[Pattern, ...]
LOOK_BACK_S = 12.0
"""Seconds before a silence in which its announcement may stand: the reason and the customer's "好的" come after it."""

MOST_ANSWERED = 10
"""Units in which the other side may agree to wait; more, and the conversation has gone on."""


@dataclass(frozen=True)
class Quiet:
    """A stretch without speech: seconds, who announced it and how, and whether music played."""

    start: float
    end: float
    announced: Said | None
    announced_by: str
    music: bool


def quiets(call: CallView, announce: Patterns, asked: Patterns, unless: Patterns) -> list[Quiet]:
    """Every silence of the measures, with its announcement. A hold that a listener's sign interrupts is one hold."""
    found: list[Quiet] = []
    announced = [
        (side, s) for side, words in (("agent", announce), ("customer", asked)) for s in call.say(side, words, unless, True)
    ]
    music = [(seconds(m, "start"), seconds(m, "end")) for m in call.spans("music")]
    for silence in call.spans("silences"):
        start, end = seconds(silence, "start"), seconds(silence, "end")
        by, said = next(((side, s) for side, s in reversed(announced) if _stands(call, side, s, start)), ("", None))
        playing = any(m[0] < end - 1.0 and m[1] > start + 1.0 for m in music)
        if said is None and found and found[-1].announced and _only_signs(call, found[-1].end, start):
            found[-1] = Quiet(found[-1].start, end, found[-1].announced, found[-1].announced_by, found[-1].music or playing)
        else:
            found.append(Quiet(start, end, said, by, playing))
    return found


def _stands(call: CallView, side: str, said: Said, start: float) -> bool:
    """Whether an announcement still holds when the silence starts: it is recent, and the other side went on to nothing else."""
    if said.start >= start + 0.5 or said.end <= start - LOOK_BACK_S:
        return False
    answers = [u for u in call.evidence.utterances if u.side != call.side(side) and said.end <= u.start < start]
    # A number that was asked for before the hold is no going on.
    return sum(t not in DIGITS for u in answers for t in spoken(u.text)) <= MOST_ANSWERED


def _only_signs(call: CallView, start: float, end: float) -> bool:
    between = [u for u in call.evidence.utterances if u.start < end and u.end > start]
    return end - start < 3.0 and sum(len(spoken(u.text)) for u in between) <= 3


@dataclass(frozen=True)
class Silence:
    """A fault is that nobody speaks for longer than longest_s, unless it was announced (or asked for), or music plays."""

    longest_s: float = 10.0
    announce: Patterns = ()
    customer_announce: Patterns = ()
    announce_unless: Patterns = ()

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """Each such silence."""
        for quiet in quiets(call, self.announce, self.customer_announce, self.announce_unless):
            length = quiet.end - quiet.start
            if length > self.longest_s and quiet.announced is None and not quiet.music:
                yield Finding(quiet.start, quiet.end, f"{length:.1f} s", 0.95, side)


@dataclass(frozen=True)
class Hold:
    """A fault is a hold (a silence of least_s that the agent announced, or music) without a reason around its announcement, without
    thanks or an apology within after_s of the agent's return, or longer than longest_s without a word."""

    announce: Patterns
    reason: Patterns
    thanks: Patterns
    customer_announce: Patterns = ()
    announce_unless: Patterns = ()
    least_s: float = 5.0
    longest_s: float = 120.0
    after_s: float = 12.0

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """Each hold with what it lacks."""
        for hold in quiets(call, self.announce, self.customer_announce, self.announce_unless):
            length = hold.end - hold.start
            if length < self.least_s or hold.announced_by == "customer" or not (hold.announced or hold.music):
                continue
            lacks = list(self._lacks(call, hold, side))
            if length > self.longest_s:
                lacks.append(f"超过 over {self.longest_s:.0f} s")
            if lacks:
                yield Finding(hold.start, hold.end, f"{length:.0f} s: " + "; ".join(lacks), 0.85, call.side(side))

    def _lacks(self, call: CallView, hold: Quiet, side: str) -> Iterator[str]:
        begun = min(hold.start, hold.announced.start if hold.announced else hold.start) - LOOK_BACK_S
        if not any(begun <= s.start <= hold.start + 0.5 for s in call.say(side, self.reason, (), True)):
            yield "未说明原因 no reason given"
        back = next((u.start for u in call.utterances(side) if u.end > hold.end + 0.1), None)
        if back is not None and not any(
            hold.end - 1.0 <= s.start <= back + self.after_s for s in call.say(side, self.thanks, (), True)
        ):
            yield "返回后未致歉 no apology after"
