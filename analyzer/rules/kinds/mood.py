"""A side's mood: what the voice model heard, loudness and pace against the side's own start of call, particles and words, fused.

Words decide most (Mandarin calls in the literature: 77–83 % right from sound alone, 89 % with words), sound
alone only when several of its signs agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.result import Utterance
from analyzer.rules.pattern import Pattern
from analyzer.rules.view import CallView, Finding, Said
from analyzer.units import spoken

Patterns = tuple[Pattern, ...]
_PARTICLES = frozenset("啊呀吧嘛呢哎吗哦")


@dataclass(frozen=True)
class Sign:
    """One sign of a mood: its weight in the sum, what to show, when (seconds)."""

    weight: float
    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Mood:
    """A fault is that the signs add up to `threshold`.

    strong, mild: words that weigh strong_weight and mild_weight each place; voice_weight times the mean probability of `emotion`
    over the two likeliest utterances of voice_least_s and longer, as far as it is above voice_floor; level_db: the rise of the
    loudest utterance against the start or against the side's calmest third from which on level_weight counts, in full at twice
    as much; pace_ratio: a rise of the pace against the start that weighs pace_weight; particles_ratio: the same for particles.
    """

    strong: Patterns = ()
    mild: Patterns = ()
    unless: Patterns = ()
    hedge: Patterns = ()
    emotion: str = "angry"
    threshold: float = 0.6
    strong_weight: float = 0.5
    mild_weight: float = 0.25
    voice_weight: float = 0.5
    voice_floor: float = 0.5
    voice_least_s: float = 1.0
    level_db: float = 2.5
    level_weight: float = 0.4
    pace_ratio: float = 1.25
    pace_weight: float = 0.1
    particles_ratio: float = 2.0
    particles_weight: float = 0.05
    rules: dict[str, float] = field(default_factory=dict)

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """One finding over all signs, when they suffice."""
        words = [*self._words(call, side, self.strong, self.strong_weight), *self._words(call, side, self.mild, self.mild_weight)]
        signs = [*words, *self._faults(call, words), *self._voice(call, side), *self._rises(call, side)]
        total = sum(s.weight for s in signs)
        if signs and total >= self.threshold:
            text = "; ".join(dict.fromkeys(s.text for s in signs))
            yield Finding(min(s.start for s in signs), max(s.end for s in signs), text, min(0.98, 0.5 + total / 3), side)

    def _words(self, call: CallView, side: str, patterns: Patterns, weight: float) -> list[Sign]:
        said: list[Said] = call.say(side, patterns, self.unless, hedge=self.hedge)
        return [Sign(weight * (1 - 0.4 * s.cost), s.text, s.start, s.end) for s in said]

    def _faults(self, call: CallView, words: list[Sign]) -> Iterator[Sign]:
        counted = list(words)
        for rule, weight in self.rules.items():
            for found in call.faults(rule):
                if not any(found.start < s.end and found.end > s.start for s in counted):
                    counted.append(Sign(weight * found.confidence, found.evidence, found.start, found.end))
                    yield counted[-1]

    def _voice(self, call: CallView, side: str) -> Iterator[Sign]:
        heard = [u for u in call.utterances(side) if u.emotion and u.end - u.start >= self.voice_least_s]
        likeliest = sorted(heard, key=lambda u: -u.emotion.get(self.emotion, 0.0))[:2]
        if likeliest:
            mean = sum(u.emotion.get(self.emotion, 0.0) for u in likeliest) / len(likeliest)
            if mean > self.voice_floor:
                weight = self.voice_weight * (mean - self.voice_floor) / (1 - self.voice_floor)
                yield Sign(weight, f"{self.emotion} {mean:.2f}", likeliest[0].start, likeliest[0].end)

    def _rises(self, call: CallView, side: str) -> Iterator[Sign]:
        utterances = call.utterances(side)
        if not utterances:
            return
        first, last = utterances[0].start, utterances[-1].end
        rises = [rise for name in ("rise", "range") if (rise := call.measure("level_db", side, name)) is not None]
        rise = max(rises, default=0.0)
        if rise >= self.level_db:
            yield Sign(self.level_weight * min(1.0, rise / self.level_db - 1), f"+{rise:.0f} dB", first, last)
        start, peak = call.measure("rate", side, "start"), call.measure("rate", side, "peak")
        if start and peak and peak / start >= self.pace_ratio:
            yield Sign(self.pace_weight, f"语速 pace ×{peak / start:.2f}", first, last)
        ratio = _particles_ratio(utterances)
        if ratio >= self.particles_ratio:
            yield Sign(self.particles_weight, f"语气助词 particles ×{ratio:.1f}", first, last)


def _particles_ratio(utterances: list[Utterance]) -> float:
    """Modal particles a unit in the second half of the side's words against the first; 0 when there are too few words to tell."""
    units = [t for u in utterances for t in spoken(u.text)]
    half = len(units) // 2
    if half < 30:
        return 0.0
    early, late = (sum(t in _PARTICLES for t in part) for part in (units[:half], units[half:]))
    return late / max(1, early) if late >= 3 else 0.0
