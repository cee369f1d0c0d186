from __future__ import annotations

import random
from dataclasses import fields
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.users import Users
from quality.forms.documents import load_form
from quality.reviewing.reviews import Reviews
from quality.store import writing
from quality.weekly.figures import Figures, figures
from quality.weekly.page import WeeklySummary, weekly_summary
from recorder.store.schema import CALLS_DB, MIGRATIONS
from tests.quality.factory import MONDAY, Made, fill, opened

FORM = load_form()
AFTER = MONDAY + 9 * 86400
Box = tuple[Path, list[Made]]


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A box of 120 calls, ten of them reviewed, with the calls of the days around the week as well."""
    store = tmp_path_factory.mktemp("weekly")
    made = fill(store, calls=120, start=MONDAY - 86400, days=9)
    user = Users(store).add("=cmd|'/c calc'", "listen-to-calls", "inspector")
    random_ = random.Random(7)
    for call in [call for call in in_week(made) if call.state == "closed"][:10]:
        grades = {item: random_.choice(["excellent", "good", "fair"]) for item in FORM.items}
        Reviews(store).save(call.id, "A", FORM.version, grades, user=user)
    return store, made


def in_week(made: list[Made]) -> list[Made]:
    return [call for call in made if MONDAY <= call.started_at < MONDAY + 7 * 86400]


@pytest.fixture(scope="module")
def summary(reviewed: Box) -> WeeklySummary:
    return weekly_summary(reviewed[0], "2026-W47", now=AFTER)


def test_the_week_has_its_calls_and_no_others(reviewed: Box, summary: WeeklySummary) -> None:
    made = in_week(reviewed[1])
    assert len(made) < 120
    assert [d.row.id for d in summary.detail] == [call.id for call in made]
    total = summary.total
    assert summary.calls == total.calls == len(made)
    assert total.answered == sum(call.state == "closed" for call in made)
    assert total.minutes == pytest.approx(sum(call.duration_s or 0 for call in made) / 60)
    assert total.hits == sum(len(call.hits) for call in made)
    scores = [call.scores for call in made if call.scores]
    assert total.analysed == len(scores)
    assert total.risk == pytest.approx(sum(s[2] for s in scores) / len(scores))


def test_reviews_make_form_score_and_pass_rate(reviewed: Box, summary: WeeklySummary) -> None:
    reviews = [r for call in in_week(reviewed[1]) if (r := Reviews(reviewed[0]).latest(call.id))]
    assert summary.total.reviewed == len(reviews) == 10
    assert summary.total.form_score == pytest.approx(sum(r.total for r in reviews) / 10)
    assert summary.total.pass_rate == pytest.approx(sum(r.total >= 80 for r in reviews) / 10)


@pytest.mark.parametrize("groups", ["days", "teams", "agents"])
def test_groups_add_up_to_the_week(summary: WeeklySummary, groups: str) -> None:
    parts = [group.figures for group in getattr(summary, groups)]
    for name in ("calls", "answered", "minutes", "analysed", "reviewed", "high_priority", "hits"):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(getattr(summary.total, name)), name
    weighted = sum((part.compliance or 0) * part.analysed for part in parts) / summary.total.analysed
    assert weighted == pytest.approx(summary.total.compliance)


def test_rules_add_up_and_have_names(summary: WeeklySummary) -> None:
    assert sum(rule.hits for rule in summary.rules) == summary.total.hits
    assert [rule.calls for rule in summary.rules] == sorted((rule.calls for rule in summary.rules), reverse=True)
    assert summary.rule_name("opening").zh != "opening"
    assert summary.rule_name("gone").zh == "gone"


def test_worst_and_best_are_ordered_and_apart(summary: WeeklySummary) -> None:
    worst, best = [d.mean_score for d in summary.worst], [d.mean_score for d in summary.best]
    assert worst == sorted(worst)
    assert best == sorted(best, reverse=True)
    assert len(worst) == len(best) == 10
    assert not {d.row.id for d in summary.worst} & {d.row.id for d in summary.best}
    assert all((d.row.duration_s or 0) >= 15 for d in summary.best)


def test_what_nobody_knows_is_none_and_not_nought() -> None:
    nothing = figures([])
    assert {f.name: getattr(nothing, f.name) for f in fields(Figures)} == {
        "calls": 0, "answered": 0, "minutes": 0, "analysed": 0, "reviewed": 0, "form_score": None, "pass_rate": None,
        "machine_form": None, "compliance": None, "experience": None, "risk": None, "high_priority": 0, "hits": 0,
    }  # fmt: skip


def test_machine_scores_are_worked_out_once_and_again_after_a_new_analysis(own_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    store, made = own_box
    first = weekly_summary(store, "2026-W47", now=AFTER)
    monkeypatch.setattr("quality.forms.machinescores.suggest", lambda *_: pytest.fail("worked out again"))
    assert weekly_summary(store, "2026-W47", now=AFTER).total == first.total
    monkeypatch.setattr("quality.forms.machinescores.suggest", lambda *_: {})
    with opened(store / "analysis.db", ()) as database:
        database.execute("UPDATE results SET analyzed_at = '2027-01-01T00:00:00.000Z' WHERE call_id = ?", (made[-1].id,))
    changed = weekly_summary(store, "2026-W47", now=AFTER)
    by_id = {d.row.id: d.machine_form for d in changed.detail}
    assert by_id[made[-1].id] is None
    assert sum(a.machine_form != b.machine_form for a, b in zip(first.detail, changed.detail, strict=True)) <= 1


def test_a_box_that_cannot_be_written_still_gives_figures(own_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    store, _ = own_box
    with writing(store):
        pass

    def refused(_: Path) -> None:
        raise UserError("read only", "只读")

    monkeypatch.setattr("quality.forms.machinescores.writing", refused)
    assert weekly_summary(store, "2026-W47", now=AFTER).total.machine_form is not None


@pytest.mark.parametrize(
    ("now", "says"), [(MONDAY - 1, "has not begun"), (MONDAY + 3600, "not over"), (AFTER, "No calls were recorded")]
)  # fmt: skip
def test_an_empty_week_says_why(tmp_path: Path, now: float, says: str) -> None:
    empty = weekly_summary(tmp_path, "2026-W47", now=now)
    assert empty.calls == 0
    assert says in " ".join(note.en for note in empty.notes)


def test_calls_without_agent_or_team_are_one_unknown_group(own_box: Box) -> None:
    store, made = own_box
    with opened(store / CALLS_DB, MIGRATIONS) as database:
        database.execute("UPDATE calls SET agent_id = NULL, team = '' WHERE id = ?", (made[0].id,))
    summary = weekly_summary(store, "2026-W47", now=AFTER)
    assert (summary.agents[-1].key, summary.agents[-1].figures.calls) == ("", 1)
    assert (summary.teams[-1].key, summary.teams[-1].figures.calls) == ("", 1)
