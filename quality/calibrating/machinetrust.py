"""Machine against people, item by item: which of the machine's items can be trusted to score by themselves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calibrating.agreement import same_share, weighted_kappa
from quality.calls.filter import day_start
from quality.forms.form import Form
from quality.forms.suggest import Suggestion, machine_score
from quality.store import reading
from recorder.settings.sections import QualityRules


@dataclass(frozen=True)
class ItemTrust:
    """calls: reviewed calls on which the machine had a grade. same: share graded the same by the person. kappa: quadratic weighted.
    harder, softer: shares on which the machine graded lower or higher than the person."""

    item: str
    calls: int
    same: float
    kappa: float | None
    harder: float
    softer: float

    def is_trusted(self, rules: QualityRules) -> bool:
        """Whether the item may score without a person."""
        return self.calls >= rules.trust_calls and self.same >= rules.trust_agreement


_ITEMS = """
SELECT i.item, i.grade, i.suggestion FROM review.review_items i JOIN review.reviews r ON r.id = i.review_id
WHERE r.reviewed_at >= ? AND r.reviewed_at < ? AND r.form_id = ? AND i.suggestion IS NOT NULL
    AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = r.call_id)
"""


def item_trust(store: Path, form: Form, since: date, until: date, timezone: str) -> list[ItemTrust]:
    """Every item of the form on which the machine had a grade in reviews of these local days, in the form's order. The reviews of
    all the form's versions count."""
    zone = ZoneInfo(timezone)
    bounds = (day_start(since, zone), day_start(until + timedelta(days=1), zone))
    pairs: dict[str, list[tuple[str, str]]] = {}
    with reading(store) as connection:
        for row in connection.execute(_ITEMS, (*bounds, form.id)):
            machine = json.loads(row["suggestion"])["grade"]
            if machine is not None:
                pairs.setdefault(row["item"], []).append((machine, row["grade"]))
    return [_trust(form, item, pairs[item]) for item in form.items if item in pairs]


def trusted_items(trust: Iterable[ItemTrust], rules: QualityRules | None = None) -> frozenset[str]:
    """The items that may score by themselves."""
    return frozenset(t.item for t in trust if t.is_trusted(rules or QualityRules()))


def automatic_score(form: Form, suggestions: Mapping[str, Suggestion], trusted: frozenset[str]) -> float | None:
    """The machine's form score from trusted items alone, 0–100; None when it has no grade on any of them."""
    return machine_score(form, {item: s for item, s in suggestions.items() if item in trusted})


def _trust(form: Form, item: str, pairs: list[tuple[str, str]]) -> ItemTrust:
    grades = [grade.id for grade in sorted(form.grades, key=lambda g: -g.share)]
    apart = [(form.shares[m], form.shares[p]) for m, p in pairs if m in form.shares and p in form.shares and m != p]
    order = Counter("harder" if machine < person else "softer" for machine, person in apart)
    kappa = weighted_kappa(pairs, grades)
    return ItemTrust(item, len(pairs), same_share(pairs) or 0.0, kappa, order["harder"] / len(pairs), order["softer"] / len(pairs))
