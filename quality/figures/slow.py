"""The 23 figures worked out slowly and in plain sight, from lists of calls, to check the fast ones against. Shares nothing with
them: no sums, no SQL, every figure a loop over the calls it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quality.figures.slowbox import PlainBox, PlainCall

HOURS_FROM = 10
"""Answered calls of a day from which first to last call is taken for hours at work."""


@dataclass(frozen=True)
class Limits:
    """The numbers that make the figures: days and seconds."""

    repeat_days: int = 3
    short_abandon_s: float = 20.0
    service_s: float = 20.0


class SlowFigures:
    """The figures of some calls: those of the days first to last, of one group or agent when given."""

    def __init__(self, box: PlainBox, first: date, last: date, team: str | None = None, agent: str | None = None) -> None:
        self.box, self.first, self.last, self.team, self.agent = box, first, min(last, box.today), team, agent
        self.limits = Limits()
        self.calls: Sequence[PlainCall] = [
            call for day in self._days() for call in box.calls_of.get(day, [])
            if team in (None, call.team) and agent in (None, call.agent)
        ]  # fmt: skip

    @property
    def centre(self) -> bool:
        return self.team is None and self.agent is None

    def everything(self) -> dict[str, float | None]:
        """All 23 by id, None where it cannot be known. Seconds, shares of 1, yuan, calls."""
        names = (
            "adherence", "after_call_work", "abandon_time", "cost_per_call", "call_time", "hold_time", "rings", "queue_time",
            "answer_speed", "talk_time", "calls_per_hour", "monitoring_score", "occupancy", "abandon_rate", "attendance",
            "busy_rate", "first_call_resolution", "queue_rate", "transfer_rate", "answer_rate", "service_level", "total_calls",
            "turnover",
        )  # fmt: skip
        return {name: getattr(self, name)() for name in names}

    # Calls

    def incoming(self) -> list[PlainCall]:
        return [c for c in self.calls if c.incoming]

    def answered(self) -> list[PlainCall]:
        return [c for c in self.calls if c.answered]

    def given_up(self) -> list[float | None]:
        """How long those waited who were not answered."""
        return [c.wait for c in self.incoming() if not c.answered] + list(self.given_up_in_queue())

    def given_up_in_queue(self) -> list[float]:
        """Those who never rang any line; the PBX alone knows them, and no group or agent."""
        return [r["queue_s"] for r in self._unjoined("unanswered") if r["queue_s"] and not r["ring_s"]]

    def _unjoined(self, condition: str) -> list[dict[str, Any]]:
        if self.team or self.agent:
            return []
        return [
            r for r in self.box.records
            if r["call_id"] is None and r["direction"] == "in" and r["condition"] == condition
            and self.first <= self.box.record_day(r) <= self.last
        ]  # fmt: skip

    def _late(self) -> list[float | None]:
        return [w for w in self.given_up() if w is None or w > self.limits.short_abandon_s]

    def abandon_time(self) -> float | None:
        return _mean(w for w in self._late() if w is not None)

    def abandon_rate(self) -> float | None:
        short = len(self.given_up()) - len(self._late())
        return _share(len(self._late()), self._offered() - short)

    def _offered(self) -> int:
        return len(self.incoming()) + len(self.given_up_in_queue())

    def answer_rate(self) -> float | None:
        return _share(sum(c.answered for c in self.incoming()), self._offered())

    def answer_speed(self) -> float | None:
        return _mean(c.wait for c in self.incoming() if c.answered and c.wait is not None)

    def service_level(self) -> float | None:
        waits = [c.wait for c in self.incoming() if c.answered and c.wait is not None]
        fast = [w for w in waits if w <= self.limits.service_s]
        return _share(len(fast), len(waits) + len(self.given_up()))

    def rings(self) -> float | None:
        return _mean(c.rings for c in self.incoming() if c.answered and c.rings is not None)

    def total_calls(self) -> float | None:
        unknown = any(c.direction not in ("in", "out") for c in self.calls)
        count = self._offered() + len(self._unjoined("busy"))
        there = self.box.calls and self.first <= self.box.today and self.last >= min(c.day for c in self.box.calls)
        return None if not there or (unknown and not count) else float(count)

    def busy_rate(self) -> float | None:
        if not self.centre or not any(r["condition"] == "busy" for r in self.box.records):
            return None
        told = {self.box.record_day(r) for r in self.box.records}
        busy = [r for r in self._unjoined("busy") if self.box.record_day(r) in told]
        reached = [c for c in self.incoming() if c.day in told] + list(self.given_up_in_queue())
        return _share(len(busy), len(busy) + len(reached))

    # Talk

    def call_time(self) -> float | None:
        talk = _mean(c.length for c in self.answered() if c.length is not None)
        return None if talk is None else talk + (self.after_call_work() or 0.0)

    def talk_time(self) -> float | None:
        return _mean(c.length - c.hold for c in self.answered() if c.length is not None)

    def hold_time(self) -> float | None:
        return _mean(c.hold for c in self.answered() if c.hold > 0)

    def first_call_resolution(self) -> float | None:
        within = self.limits.repeat_days * 86_400
        settled = []
        for call in self.incoming():
            if call.answered and call.number and call.end is not None and call.end + within <= self.box.now:
                grace = 60 if call.handed_on else 0
                again = [at for at in self.box.contacts[call.number] if grace < round(at - call.end, 3) <= within]
                settled.append(not again)
        return _mean(settled)

    def monitoring_score(self) -> float | None:
        return _mean(c.score for c in self.calls if c.score is not None)

    # The PBX's records

    def queue_time(self) -> float | None:
        waits = [c.queue for c in self.incoming() if c.queue] + list(self.given_up_in_queue())
        return _mean(waits)

    def queue_rate(self) -> float | None:
        known = [c.queue for c in self.incoming() if c.queue is not None] + list(self.given_up_in_queue())
        return _mean(queue > 0 for queue in known)

    def transfer_rate(self) -> float | None:
        return _mean(c.handed_on for c in self.answered() if c.recorded or c.handed_on)

    # Tables

    def home(self, day: date, agent: str) -> str:
        """The group a person's day belongs to."""
        call = self.box.first_call.get((day, agent))
        return call.team if call else next((p["team"] for p in self.box.people if self._is(p, agent)), "")

    @staticmethod
    def _is(person: dict[str, Any], number: str) -> bool:
        return bool(person["number"] == number and person["role"] == "agent")

    def _own(self, table: str) -> list[dict[str, Any]]:
        return [
            row for day in self._days() for row in self.box.rows_of[table].get(day.isoformat(), [])
            if self.agent in (None, row["number"])
            and self.team in (None, self.home(date.fromisoformat(row["day"]), row["number"]))
        ]  # fmt: skip

    def adherence(self) -> float | None:
        rows = [r for r in self._own("shifts") if r["signed_ms"] is not None]
        return _share(sum(r["signed_ms"] for r in rows), sum(r["planned_ms"] for r in rows))

    def attendance(self) -> float | None:
        return _mean(r["worked"] for r in self._own("shifts") if r["worked"] is not None and r["planned_ms"] > 0)

    def after_call_work(self) -> float | None:
        rows = self._own("aftercall")
        return _share(sum(r["ms"] for r in rows) / 1000, sum(r["calls"] for r in rows))

    # Hours at work

    def hours(self) -> list[_Worked]:
        """Each day of each agent of each group, where the hours are known."""
        signed = {(r["day"], r["number"]): r["signed_ms"] / 1000 for r in self._shifts_of_all() if r["signed_ms"]}
        groups: dict[tuple[date, str, str], list[PlainCall]] = {}
        for call in self.answered():
            groups.setdefault((call.day, call.team, call.agent), []).append(call)
        for row in [*self._own("shifts"), *self._own("aftercall")]:
            day = date.fromisoformat(row["day"])
            groups.setdefault((day, self.home(day, row["number"]), row["number"]), [])
        found = []
        for (day, team, agent), calls in groups.items():
            tabled = (day.isoformat(), agent) in signed
            if not agent or not (tabled or len(calls) >= HOURS_FROM):
                continue
            at_home = team == self.home(day, agent)
            if tabled:
                seconds = signed[day.isoformat(), agent] if at_home else 0.0
            else:
                seconds = max(c.end for c in calls if c.end is not None) - min(c.start for c in calls)
            tidied = [r for r in self.box.rows_of["aftercall"].get(day.isoformat(), []) if at_home and r["number"] == agent]
            after = sum(r["ms"] / 1000 for r in tidied)
            found.append(_Worked(len(calls), sum(c.length or 0.0 for c in calls) + after, seconds))
        return found

    def _shifts_of_all(self) -> list[dict[str, Any]]:
        return [row for day in self._days() for row in self.box.rows_of["shifts"].get(day.isoformat(), [])]

    def calls_per_hour(self) -> float | None:
        worked = self.hours()
        return _share(sum(w.calls for w in worked), sum(w.seconds for w in worked) / 3600)

    def occupancy(self) -> float | None:
        worked = self.hours()
        return _share(sum(w.busy for w in worked), sum(w.seconds for w in worked))

    # Money and people

    def cost_per_call(self) -> float | None:
        if self.agent is not None or self.team == "":
            return None
        spent, calls = 0.0, 0
        for day in self._days():
            costs = [c for c in self.box.costs if c["first"] <= day.isoformat() <= c["last"]]
            taken = [c for c in self.incoming() if c.answered and c.day == day]
            booked = {c["team"] for c in costs}
            mine = [c for c in costs if self.team in (None, c["team"])]
            whole = "" in booked or (bool(costs) and {c.team for c in taken} <= booked)
            if whole if self.centre else mine:
                spent += sum(self._per_day(c, day) for c in mine)
                calls += len(taken)
        return _share(spent, calls)

    @staticmethod
    def _per_day(cost: dict[str, Any], day: date) -> float:
        """Yuan of one day; whole fen, later days take what does not divide."""
        first, last = date.fromisoformat(cost["first"]), date.fromisoformat(cost["last"])
        days = (last - first).days + 1
        upto: list[int] = [cost["fen"] * n // days for n in range(days + 1)]
        place = (day - first).days
        return (upto[place + 1] - upto[place]) / 100

    def turnover(self) -> float | None:
        if self.agent is not None:
            return None
        agents = [p for p in self.box.people if p["role"] == "agent" and self.team in (None, p["team"])]
        days = sum(self._serves(p, day) for p in agents for day in self._days())
        left = sum(p["left_on"] == day.isoformat() for p in agents for day in self._days() if self._serves(p, day))
        return _share(left * 365, days)

    @staticmethod
    def _serves(person: dict[str, Any], day: date) -> bool:
        text = day.isoformat()
        return (person["hired_on"] or text) <= text <= (person["left_on"] or text)

    def _days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class _Worked:
    """calls: answered. busy: seconds on calls and after them. seconds: at work."""

    calls: int
    busy: float
    seconds: float


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
