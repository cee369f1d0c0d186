"""The kept days are what counting would give, and are made anew where something has changed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quality.access.users import Users
from quality.figures.book import Rules
from quality.figures.callsums import call_rows
from quality.figures.faultrows import fault_rows
from quality.figures.kept import SETTLING_S, TODAY_S, DayKeeper
from quality.forms.store import Forms
from quality.periods import period_of
from quality.reports import keptfacts
from quality.reports.facts import Box, gather
from quality.reports.keptfacts import gather_kept, keep_all
from quality.reports.parts import operating, problems, volume
from quality.reviewing.reviews import Reviews
from quality.store import reading
from recorder.times import from_text

ZONE = "Asia/Shanghai"


def last_day(store: Path) -> date:
    with reading(store) as connection:
        text = connection.execute("SELECT max(started_at) FROM calls.calls").fetchone()[0]
    return date.fromisoformat(text[:10])


def noon(day: date) -> float:
    return from_text(f"{day}T04:00:00.000Z")


def test_kept_days_are_what_counting_gives(own_centre: Path) -> None:
    last = last_day(own_centre)
    first, now = last - timedelta(days=20), noon(last + timedelta(days=1))
    keeper = DayKeeper(own_centre, ZONE)
    keeper.look(now)
    keeper.keep(keeper.due(first, last, now), now)
    kept = keeper.read(first, last, now)
    days = [first + timedelta(days=n) for n in range(21)]
    with reading(own_centre) as connection:
        counted = call_rows(connection, days, ZoneInfo(ZONE), Rules(), now)
    assert kept.calls.sums == counted.sums
    assert kept.calls.firsts == counted.firsts
    assert {key: span for key, span in kept.calls.spans.items() if span} == {k: s for k, s in counted.spans.items() if s}
    found = fault_rows(own_centre, first, last, ZONE)
    assert (kept.faults.items, kept.faults.taboos, kept.faults.forms) == (found.items, found.taboos, found.forms)
    assert sorted(kept.faults.rules, key=str) == sorted(found.rules, key=str)
    assert (kept.missing, kept.as_of) == ((), now)
    assert sum(sums.calls for sums in counted.sums.values()) > 200


def test_a_review_makes_its_calls_day_stale_and_no_other(own_centre: Path) -> None:
    last = last_day(own_centre)
    first, now = last - timedelta(days=30), noon(last + timedelta(days=20))
    keeper = DayKeeper(own_centre, ZONE)
    keeper.look(now)
    keeper.keep(keeper.due(first, last, now), now)
    assert keeper.due(first, last, now) == []
    with reading(own_centre) as connection:
        row = connection.execute(
            "SELECT id, started_at FROM calls.calls WHERE state = 'closed' AND started_at < ? ORDER BY started_at DESC LIMIT 1",
            (f"{last - timedelta(days=10)}T04:00:00.000Z",),
        ).fetchone()
    form = Forms(own_centre).current()
    inspector = next(user for user in Users(own_centre).list() if user.role == "inspector")
    Reviews(own_centre).save(row["id"], form.id, form.version, dict.fromkeys(form.items, "good"), user=inspector)
    keeper.look(now + 2 * TODAY_S)
    assert keeper.due(first, last, now + 2 * TODAY_S) == [date.fromisoformat(row["started_at"][:10])]


def test_today_is_counted_again_soon_and_unsettled_days_within_the_hour(own_centre: Path) -> None:
    today = last_day(own_centre)
    keeper, now, first = DayKeeper(own_centre, ZONE), noon(today), today - timedelta(days=9)
    keeper.look(now)
    keeper.keep(keeper.due(first, today, now), now)
    assert keeper.due(first, today, now + TODAY_S / 2) == []
    assert keeper.due(first, today, now + TODAY_S + 1) == [today]
    due = keeper.due(first, today, now + SETTLING_S + 1)
    assert due == [today - timedelta(days=n) for n in range(6)]


def test_other_limits_of_the_figures_void_what_is_kept(own_centre: Path) -> None:
    last = last_day(own_centre)
    now = noon(last + timedelta(days=20))
    keeper = DayKeeper(own_centre, ZONE)
    keeper.keep(keeper.due(last, last, now), now)
    assert DayKeeper(own_centre, ZONE, Rules(service_s=30.0)).due(last, last, now) == [last]
    assert DayKeeper(own_centre, ZONE, Rules(service_s=30.0)).read(last, last, now).missing == (last,)


@pytest.mark.parametrize("kind", ["week", "month"])
def test_facts_from_kept_days_tell_what_the_report_tells(own_centre: Path, kind: str) -> None:
    last = last_day(own_centre)
    box = Box(own_centre, now=noon(last + timedelta(days=1)))
    keep_all(box, last - timedelta(days=120), last)
    period = period_of(kind, last)
    kept, counted = gather_kept(box, period).facts, gather(box, period)
    for tell in (volume.key_figures, volume.teams, volume.agents, operating.figures, problems.items, problems.rules):
        assert tell(kept) == tell(counted)
    assert problems.found(kept) == problems.found(counted)


def test_many_calls_are_counted_beside_and_the_page_says_what_is_missing(
    own_centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = last_day(own_centre)
    monkeypatch.setattr(keptfacts, "AT_ONCE", 0)
    begun: list[list[date]] = []
    monkeypatch.setattr(keptfacts, "_count_beside", lambda _keeper, days, _now: begun.append(days))
    box = Box(own_centre, now=noon(last + timedelta(days=1)))
    kept = gather_kept(box, period_of("week", last))
    assert last in kept.missing
    assert last in begun[0]
    assert kept.facts.total().calls == 0
