from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from quality.calibrating.machinetrust import automatic_score
from quality.calls.views import Views
from quality.changes import list_changes
from quality.forms.assess import assess
from quality.forms.automatic import Automatic
from quality.forms.documents import load_form
from quality.store import reading
from recorder.settings.sections import QualityRules
from tests.quality.department import SMALL, ZONE

FORM = load_form()
LOOSE = QualityRules(trust_agreement=0.7)  # the made inspectors agree with the machine on two items so often


def test_calls_nobody_reviewed_are_scored_by_trusted_items_alone(own_centre: Path) -> None:
    automatic, day = Automatic(own_centre, ZONE, LOOSE), SMALL.last
    assert automatic.score(day) == 0  # nothing is trusted before anybody has looked
    trusted = automatic.renew(day)
    assert "standard_greeting" in trusted.items
    assert "ask_name" not in trusted.items
    scored = automatic.score(day)
    found = automatic.between(day - timedelta(days=7), day)
    assert scored == len(found) > 50
    assert automatic.score(day) == 0
    with reading(own_centre) as connection:
        reviewed = {row[0] for row in connection.execute("SELECT call_id FROM review.reviews")}
    assert not reviewed & found.keys()
    for call_id in list(found)[:20]:
        call = Views(own_centre).call(call_id)
        assert call is not None
        suggestions = assess(FORM, call).suggestions
        assert found[call_id].score == automatic_score(FORM, suggestions, trusted.items)
        known = sum(FORM.weights[i] for i in trusted.items if suggestions[i].grade is not None)
        assert found[call_id].coverage == pytest.approx(known / 100)


def test_the_items_change_by_versions_only(own_centre: Path) -> None:
    first = Automatic(own_centre, ZONE, LOOSE).renew(SMALL.last)
    assert Automatic(own_centre, ZONE, LOOSE).renew(SMALL.last) == first
    strict = Automatic(own_centre, ZONE, QualityRules(trust_agreement=1.0)).renew(SMALL.last)
    assert (strict.version, strict.items) == (first.version + 1, frozenset())
    assert [c.action for c in list_changes(own_centre, "A")].count("trust.change") == 2
