"""What the inspectors of a made centre would have graded."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quality.centre.cast import Cast, MadeAgent, Spec
from quality.centre.traffic import MadeCall
from quality.forms.form import Form

DUTY = 30  # reviews of an agent a month
_CHANCES = (46.0, 40.0, 10.5, 3.0, 0.5)  # of the five grades, best first
_POOR = (8.0, 17.0, 25.0, 40.0, 10.0)  # where the common problem is
_BAD_AGENT = 0.55  # of all grades are one lower
_TABOO = 0.03  # of the bad agent's reviewed calls


@dataclass(frozen=True)
class MadeReview:
    """grades: by item. taboos: by id. hours: after the call."""

    call: MadeCall
    inspector: str
    grades: dict[str, str]
    taboos: tuple[str, ...]
    hours: float


class Reviewing:
    """Chooses calls as they come and grades them: an equal share of every agent's month, at random."""

    def __init__(self, spec: Spec, cast: Cast, form: Form) -> None:
        self.rng = random.Random(f"{spec.seed} reviews")
        self.spec, self.cast, self.form = spec, cast, form
        self.grades = [g.id for g in sorted(form.grades, key=lambda g: -g.share)]
        self.turn = 0

    def choose(self, calls: Sequence[MadeCall]) -> Iterator[MadeReview]:
        """Reviews of a month's calls: DUTY a month and agent, as far as there are calls of 15 s and more."""
        by_agent: dict[str, list[MadeCall]] = {}
        for call in calls:
            if (call.duration_s or 0) >= 15:
                by_agent.setdefault(call.agent.number, []).append(call)
        for number in sorted(by_agent):
            own = by_agent[number]
            for call in self.rng.sample(own, min(DUTY, len(own))):
                inspector = self.cast.inspectors[self.turn % len(self.cast.inspectors)]
                self.turn += 1
                yield self.review(call, inspector)

    def review(self, call: MadeCall, inspector: str) -> MadeReview:
        """One inspector's grades of one call."""
        latent = {item: self._latent(call.agent, call.day, item) for item in self.form.items}
        taboos: tuple[str, ...] = ()
        if call.agent.number == self.cast.truths.bad_agent and self.rng.random() < _TABOO:
            taboos = ("bickering",)
        return MadeReview(call, inspector, self.seen(latent, inspector), taboos, self.rng.uniform(2, 40))

    def latent(self, call: MadeCall) -> dict[str, int]:
        """How good each item of a call is, as places in the list of grades, before anybody looks."""
        return {item: self._latent(call.agent, call.day, item) for item in self.form.items}

    def seen(self, latent: dict[str, int], inspector: str, noise: float = 0.0) -> dict[str, str]:
        """The grades an inspector gives; noise: share of items one grade off, as people differ."""
        return {item: self.grades[self._as_seen(place, inspector, noise)] for item, place in latent.items()}

    def _as_seen(self, place: int, inspector: str, noise: float) -> int:
        truths = self.cast.truths
        if inspector == truths.biased_inspector and self.rng.random() < truths.bias_share:
            place += 1
        if self.rng.random() < noise:
            place += self.rng.choice((-1, 1))
        return min(max(place, 0), len(self.grades) - 1)

    def _latent(self, agent: MadeAgent, day: date, item: str) -> int:
        truths = self.cast.truths
        ill = item == truths.problem_item and agent.team == truths.problem_team and day < truths.trained_on
        place = self.rng.choices(range(len(self.grades)), _POOR if ill else _CHANCES)[0]
        if agent.number == truths.bad_agent and self.rng.random() < _BAD_AGENT:
            place += 1
        if day - agent.hired_on < timedelta(days=91) and self.rng.random() < 0.08:
            place += 1
        return min(place, len(self.grades) - 1)


def months(calls: Sequence[MadeCall]) -> Iterator[list[MadeCall]]:
    """The calls by calendar month."""
    keys = Counter((call.day.year, call.day.month) for call in calls)
    for key in sorted(keys):
        yield [call for call in calls if (call.day.year, call.day.month) == key]
