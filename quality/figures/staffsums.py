"""The people's tables put into the daily detail, and the hours at work that need both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from quality.figures.callsums import CallRows, Key
from quality.figures.sums import Sums
from quality.figures.tables import Service, StaffTables, days_of

LEAST_CALLS = 10
"""Answered calls of an agent's day from which, without a shifts table, first to last call counts as hours at work: of fewer, the
time between them says nothing of how long the agent was there."""


def add_staff(found: CallRows, tables: StaffTables, days: Sequence[date]) -> dict[Key, Sums]:
    """The calls' sums with shifts, after-call work, costs, service and hours at work of these days added."""
    sums = dict(found.sums)
    if not days:
        return sums
    home = _Home(found, tables.people)
    _add_shifts(sums, tables, home)
    _add_aftercall(sums, tables, home)
    _add_service(sums, tables, days)
    _add_hours(sums, found, tables)
    _add_costs(sums, tables, days)
    return sums


class _Home:
    """Which group a person's day belongs to: that of their first call of the day, else the book's."""

    def __init__(self, found: CallRows, people: Sequence[Service]) -> None:
        self._firsts = found.firsts
        self._book = {person.number: person.team for person in people}

    def key(self, day: date, agent: str) -> Key:
        text = day.isoformat()
        return text, self._firsts.get((text, agent), self._book.get(agent, "")), agent


def _of(sums: dict[Key, Sums], key: Key) -> Sums:
    return sums.setdefault(key, Sums())


def _add_shifts(sums: dict[Key, Sums], tables: StaffTables, home: _Home) -> None:
    for shift in tables.shifts:
        own = _of(sums, home.key(shift.day, shift.agent))
        if shift.worked is not None and shift.planned_ms:
            own.shifts_planned += 1
            own.shifts_worked += shift.worked
        if shift.signed_ms is not None:
            own.signed_ms += shift.signed_ms
            own.planned_ms += shift.planned_ms


def _add_aftercall(sums: dict[Key, Sums], tables: StaffTables, home: _Home) -> None:
    for done in tables.aftercall:
        own = _of(sums, home.key(done.day, done.agent))
        own.acw_calls += done.calls
        own.acw_ms += done.ms


def _add_service(sums: dict[Key, Sums], tables: StaffTables, days: Sequence[date]) -> None:
    for person in tables.people:
        for day in days:
            if person.on(day):
                own = _of(sums, (day.isoformat(), person.team, person.number))
                own.staff_days += 1
                own.leavers += person.left_on == day


def _add_hours(sums: dict[Key, Sums], found: CallRows, tables: StaffTables) -> None:
    tabled = {(shift.day.isoformat(), shift.agent) for shift in tables.shifts if shift.signed_ms}
    for (day, team, agent), own in sums.items():
        known = (day, agent) in tabled
        if not agent or not (known or own.answered >= LEAST_CALLS):
            continue
        own.work_calls = own.answered
        own.work_ms = own.audio_ms + own.acw_ms
        own.tabled_ms = own.signed_ms if known else 0
        own.logged_ms = own.tabled_ms if known else found.spans[day, team, agent]


def _add_costs(sums: dict[Key, Sums], tables: StaffTables, days: Sequence[date]) -> None:
    for cost in tables.costs:
        for day in days_of(max(cost.first, days[0]), min(cost.last, days[-1])):
            _of(sums, (day.isoformat(), cost.team, "")).cost_fen += cost.share(day)
    if tables.costs:
        of_day: dict[str, dict[Key, Sums]] = {}
        for key, own in sums.items():
            of_day.setdefault(key[0], {})[key] = own
        for day in days:
            _count_costed(of_day.get(day.isoformat(), {}), tables, day)


def _count_costed(own: dict[Key, Sums], tables: StaffTables, day: date) -> None:
    """A group's calls count for its cost per call on days it has costs; the centre's when all of it has."""
    costed = {cost.team for cost in tables.costs if cost.first <= day <= cost.last}
    if not costed:
        return
    whole = "" in costed or {key[1] for key, value in own.items() if value.answered_in} <= costed
    for (_, team, _), value in own.items():
        value.cost_calls = value.answered_in if team in costed and team else 0
        value.cost_all_calls = value.answered_in if whole else 0
        value.cost_all_fen = value.cost_fen if whole else 0
