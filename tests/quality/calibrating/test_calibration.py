from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.calibrating.agreement import same_share, weighted_kappa
from quality.calibrating.bias import calibration_bias, review_bias
from quality.calibrating.calibration import Calibrations, agreement
from quality.calibrating.machinetrust import ItemTrust, automatic_score, item_trust, trusted_items
from quality.calls.holds import Holds
from quality.centre.make import read_truths
from quality.forms.documents import load_form
from quality.forms.suggest import NO_OPINION, Suggestion
from quality.reviewing.check import Marks, ReviewErrors
from quality.store import reading
from recorder.settings.sections import QualityRules
from tests.quality.department import ZONE, user

FORM = load_form()
GRADES = ["excellent", "good", "fair", "poor", "bad"]
GOOD = dict.fromkeys(FORM.items, "good")


def test_kappa_is_one_for_the_same_and_zero_for_chance() -> None:
    assert weighted_kappa([("good", "good"), ("bad", "bad")], GRADES) == 1
    chance = [(a, b) for a in ("good", "bad") for b in ("good", "bad")]
    assert weighted_kappa(chance, GRADES) == 0
    assert weighted_kappa([("good", "good")] * 3, GRADES) is None
    assert weighted_kappa([("na", "good")], GRADES) is None
    assert same_share([]) is None


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    pairs = [(GRADES[n * 7 % 5], GRADES[(n * 7 + (n % 3 == 0)) % 5]) for n in range(60)]
    expected = metrics.cohen_kappa_score(*zip(*pairs, strict=True), labels=GRADES, weights="quadratic")
    assert weighted_kappa(pairs, GRADES) == pytest.approx(expected)


def some_call(store: Path) -> str:
    with reading(store) as connection:
        return str(connection.execute("SELECT id FROM calls.calls WHERE duration_s > 60 LIMIT 1").fetchone()[0])


def test_people_rate_blind_and_the_lead_settles_what_differs(own_centre: Path) -> None:
    work, lead = Calibrations(own_centre), user(own_centre, "manager")
    one, two = user(own_centre, "inspector", 0), user(own_centre, "inspector", 1)
    call = some_call(own_centre)
    held = work.open(call, [one, two], date(2026, 12, 1), lead)
    assert [h.kind for h in Holds(own_centre).of_call(call)] == ["calibration"]
    work.submit(held.id, one, Marks(GOOD))
    assert all(r.total is None and not r.grades for r in work.blind(held.id, two).ratings)
    work.submit(held.id, two, Marks(GOOD | {"warm": "bad", "clear": "excellent"}, {"warm": "语气冷淡"}))
    seen = work.blind(held.id, lead)
    assert list(seen.differences) == ["warm", "clear"]
    assert seen.spread == pytest.approx(4.4)
    assert seen.agrees is True
    with pytest.raises(UserError, match="does not have"):
        work.close(held.id, lead, decisions={"warm": "splendid"})
    closed = work.close(held.id, lead, "以录音为准", {"warm": "fair"})
    assert closed.decisions == {"warm": "fair"}
    assert work.blind(held.id, one).ratings == closed.ratings
    with pytest.raises(UserError, match="Somebody else"):
        work.close(held.id, lead)


def test_what_cannot_be_calibrated_is_refused(own_centre: Path) -> None:
    work, lead, one = Calibrations(own_centre), user(own_centre, "manager"), user(own_centre, "inspector")
    call = some_call(own_centre)
    for raters in ([one], [one, one], [one, user(own_centre, "agent")]):
        with pytest.raises(UserError, match="at least two"):
            work.open(call, raters, date(2026, 12, 1), lead)
    with pytest.raises(UserError, match="cannot be rated"):
        work.open("no such call", [one, lead], date(2026, 12, 1), lead)
    held = work.open(call, [one, lead], date(2026, 12, 1), lead)
    with pytest.raises(ReviewErrors):
        work.submit(held.id, one, Marks({"warm": "good"}))
    work.submit(held.id, one, Marks(GOOD))
    with pytest.raises(UserError, match="handed in"):
        work.submit(held.id, one, Marks(GOOD))
    with pytest.raises(UserError, match="not asked"):
        work.submit(held.id, user(own_centre, "inspector", 1), Marks(GOOD))


def test_the_six_per_cent_line(own_centre: Path) -> None:
    figures = agreement(Calibrations(own_centre).between("2026-08", "2026-10"))
    assert figures.calls > 20
    assert figures.within is not None
    assert figures.within < 0.5  # the biased inspector is in every one
    assert figures.kappa is not None
    assert 0.5 < figures.kappa < 1


def test_the_planted_bias_is_found_and_no_other(centre: Path) -> None:
    biased = read_truths(centre)["biased_inspector"]
    held = Calibrations(centre).between("2026-08", "2026-10")
    for found in (review_bias(centre, date(2026, 8, 1), date(2026, 9, 30), ZONE), calibration_bias(held)):
        assert [b.inspector for b in found if b.stands_out] == [biased]
        assert found[0].points < -5


def test_only_items_above_the_set_agreement_score_by_themselves(centre: Path) -> None:
    trust = {t.item: t for t in item_trust(centre, FORM, date(2026, 8, 1), date(2026, 9, 30), ZONE)}
    assert trust["ask_name"].same < 0.5  # the made inspectors judge it for themselves
    assert trust["standard_greeting"].same > 0.7
    trusted = trusted_items(trust.values(), QualityRules(trust_agreement=0.7))
    assert "standard_greeting" in trusted
    assert "ask_name" not in trusted
    few = ItemTrust("warm", 29, 1.0, 1.0, 0.0, 0.0)
    assert not few.is_trusted(QualityRules())
    assert few.is_trusted(QualityRules(trust_calls=29))
    suggestions = {"standard_greeting": Suggestion("good", NO_OPINION), "ask_name": Suggestion("bad", NO_OPINION)}
    assert automatic_score(FORM, suggestions, trusted) == 80
    assert automatic_score(FORM, suggestions, frozenset()) is None
