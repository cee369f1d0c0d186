"""What customers ask about, and which of it grows into trouble."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

from quality.clusters.merging import merge
from quality.clusters.spoken import Said
from quality.figures.chance import two_rates

LEAST_CALLS = 5  # of a topic, now, before it is told
CHANCE = 0.01
"""Of one wrong "rising" among all topics of a period, as quality.figures.compare.SURE_Z for one figure. Divided by the number of
comparisons (C. E. Bonferroni, 1936)."""
EXAMPLES = 5


@dataclass(frozen=True)
class Share:
    """hits of calls, now and in the period before. z: how far apart, as a normal deviate; None when it cannot be said. rising: up
    by more than chance."""

    hits: int
    calls: int
    hits_before: int
    calls_before: int
    z: float | None
    rising: bool

    @property
    def share(self) -> float:
        """0–1, now."""
        return self.hits / self.calls if self.calls else 0.0

    @property
    def before(self) -> float | None:
        """0–1; None when there was nothing."""
        return self.hits_before / self.calls_before if self.calls_before else None


@dataclass(frozen=True)
class Example:
    """A call, and where in it: seconds from its start."""

    call: str
    at: float


@dataclass(frozen=True)
class Topic:
    """text: as most callers put it. sentences: in how many ways. calls: of all transcribed calls. complaints, again: of the topic's
    calls, those that complain and those of callers who had called within three days. examples: complaints first."""

    text: str
    sentences: int
    calls: Share
    complaints: Share
    again: Share
    examples: tuple[Example, ...]

    @property
    def rising(self) -> bool:
        """Whether callers speak of it, complain about it or come back with it more than before, by more than chance."""
        return any(share.rising for share in (self.calls, self.complaints, self.again))

    @property
    def z(self) -> float:
        """Of what rose most."""
        return max((s.z for s in (self.calls, self.complaints, self.again) if s.z is not None), default=0.0)


def topics(now: Said, before: Said) -> tuple[list[Topic], dict[str, str]]:
    """Every topic of LEAST_CALLS or more, rising ones first, the most certain first, then the frequent ones; and what each call of
    now is about: the most frequent of its topics."""
    groups = merge(_counts((now, before)))
    spoken, earlier = _calls(now, groups), _calls(before, groups)
    told = sorted((text for text, calls in spoken.items() if len(calls) >= LEAST_CALLS), key=lambda text: (len(spoken[text]), text))
    limit = sure_z(3 * len(told))
    ways = Counter(groups.values())
    found = [_topic(text, ways[text], (now, before), (spoken[text], earlier.get(text, {})), limit) for text in told]
    about = {call: topic.text for text, topic in zip(told, found, strict=True) for call in spoken[text]}
    return sorted(found, key=lambda t: (not t.rising, -t.z if t.rising else 0.0, -t.calls.hits, t.text)), about


def compare(now: tuple[int, int], before: tuple[int, int], limit: float) -> Share:
    """Hits of calls now and before; rising from z = limit on."""
    z = two_rates(*now, *before)
    return Share(*now, *before, z=None if z is None else round(z, 2), rising=z is not None and z >= limit)


def sure_z(comparisons: int) -> float:
    """The deviate that one of so many exceeds upwards by chance in one of a hundred periods."""
    return NormalDist().inv_cdf(1 - CHANCE / max(1, comparisons))


def _counts(periods: Iterable[Said]) -> Counter[str]:
    return Counter(text for said in periods for own in said.sentences.values() for text in {text for text, _ in own})


def _calls(said: Said, groups: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """By topic: its calls, and when it first comes up in each."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for call, own in said.sentences.items():
        for text, at in own:
            if text in groups:
                found[groups[text]].setdefault(call, at)
    return found


def _topic(
    text: str, ways: int, periods: tuple[Said, Said], calls: tuple[Mapping[str, float], Mapping[str, float]], limit: float
) -> Topic:
    (now, before), (own, earlier) = periods, calls
    complain = [len(calls.keys() & said.complains) for calls, said in ((own, now), (earlier, before))]
    again = [len(calls.keys() & said.again) for calls, said in ((own, now), (earlier, before))]
    examples = sorted(own, key=lambda call: (call not in now.complains, call not in now.again, call))[:EXAMPLES]
    return Topic(
        " ".join(text.split()), ways, compare((len(own), len(now.sentences)), (len(earlier), len(before.sentences)), limit),
        compare((complain[0], len(own)), (complain[1], len(earlier)), limit),
        compare((again[0], len(own)), (again[1], len(earlier)), limit), tuple(Example(call, own[call]) for call in examples),
    )  # fmt: skip
