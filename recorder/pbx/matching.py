"""Which call a record of the PBX is about. Pure arithmetic: how badly a record and a call fit, and what joins all of them best.

Records and calls are joined together, not one after the other: of two short calls in the same minute each record alone may fit
both, and the first would take the other's call. `recorder.pbx.assignment` finds the joining whose total is best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from hw.interfaces import CallRecord
from hw.smdr_layout import UNTALKED
from recorder.pbx.assignment import assign
from recorder.store.calls import Call

START_S = 150.0
"""Seconds a record's time may be off the call's, beyond what it is printed to: PBX clocks are set by hand."""

DURATION_S = 20.0
"""Seconds by which the two durations may differ: some PBXs count from the first ring or from the last digit dialled."""

WORST = 40.0
"""A pair that fits worse than this is better left unjoined."""

REPEAT_COST = 25.0
"""What it costs to use a line that the PBX sent twice: it is joined only where a call is left over."""

PRINTED_S = (-5.0, 20.0)
"""Seconds after a call's end in which most PBXs have printed its record; some before, where the box keeps a tail of the call."""

PROMPT_FEWEST, PROMPT_SHARE = 5, 0.8
"""A PBX of whose last joined records, so many at least, this share came then is one that prints at once."""

APART_S = 5.0
"""Seconds from one record of a line to its next; what comes closer is a buffer being printed."""

UNPRINTED_COST = 20.0
"""What it costs, with such a PBX, when a record came at another time: it is hardly this call's. Else half of a call that was cut,
or one that the PBX does not count, takes the next call's record, that one the one's after it, and so on until there is a pause."""

SPARE_S, SPARE_SHARE = 8.0, 0.05
"""The records of one call together may be so much longer than it: seconds, or a share of it. No more, or the record of a short call
that was missed would pass for a piece of its neighbour."""

SPLIT = ("transfer", "conference", "forward", "continued")
"""Conditions of a record that is one of several of its call."""


@dataclass(frozen=True)
class LineNames:
    """What a record may call a line by. Empty ones match nothing."""

    line: str
    extension: str
    trunk: str


@dataclass(frozen=True)
class Kept:
    """A record as calls.db has it. repeat: the PBX sent the same line before. came_at: when (UTC epoch seconds on the box's clock),
    None when that is not known."""

    id: int
    record: CallRecord
    repeat: bool = False
    came_at: float | None = None


@dataclass(frozen=True)
class Match:
    """A record and the call it is about. clock_s: how far the record's time was ahead of the call's. segment: the call has more
    records than this."""

    kept: Kept
    call: Call
    clock_s: float
    segment: bool = False


def match(
    records: Sequence[Kept], calls: Sequence[Call], names: Sequence[LineNames], offset_s: float = 0.0, taken: Iterable[Match] = ()
) -> list[Match]:
    """The best joining of records and calls: first each record with one call of its length, then what is left with calls that it
    is a piece of (a PBX makes two records of a call that was transferred or held by flash).

    offset_s: how far the PBX's clock is ahead of the box's. taken: what is joined already; such calls take more pieces, but no
    other record of their whole length. No record is joined twice.
    """
    before = list(taken)
    whole = {one.call.id for one in before}
    free = [call for call in calls if call.id not in whole]
    costs = _costs(records, free, names, offset_s)
    _count_coming(costs, records, free, before)
    pairs = assign(len(records), len(free), costs, WORST)
    found = [Match(records[row], free[column], time_shift(records[row].record, free[column])) for row, column in pairs]
    used = {one.kept.id for one in found}
    rest = [kept for kept in records if kept.id not in used and not kept.repeat]
    return found + _segments(rest, calls, names, offset_s, before + found)


def misfit(record: CallRecord, call: Call, offset_s: float = 0.0) -> float | None:
    """How badly record and call fit, 0 best; None when they cannot be the same."""
    if {record.direction, call.direction} == {"in", "out"}:
        return None
    cost = 0.0 if record.direction == call.direction else 1.0
    time, length = _time_cost(record, call, offset_s), _length_cost(record, call)
    if time is None or length is None:
        return None
    return cost + time + length + _ring_cost(record, call) + _number_cost(record, call)


def time_shift(record: CallRecord, call: Call) -> float:
    """Seconds by which the record's time is ahead of the call's, taking a printed minute for its middle."""
    return record.started_at + _half(record) - _mark(record, call)


def learned_values(record: CallRecord, call: Call) -> dict[str, object]:
    """The columns of the call that the record tells; what the line itself told stays."""
    values: dict[str, object] = {}
    told = record.direction if record.direction in ("in", "out") else "unknown"
    direction = told if call.direction == "unknown" else call.direction
    if direction != call.direction:
        values["direction"] = direction
    if record.number:
        values["called_number" if direction == "out" else "caller_number"] = record.number
    if call.ring_s is None and record.ring_s is not None and direction == "in":
        values["ring_s"] = record.ring_s
    if not call.extension and record.extension:
        values["extension"] = record.extension
    return values


def same_line(record: CallRecord, name: LineNames) -> bool:
    """Extensions decide; trunks only where one of the two names no extension, since a PBX takes any trunk for any extension."""
    if record.extension and name.extension:
        return record.extension == name.extension
    return bool(record.trunk) and record.trunk == name.trunk


def untalked(record: CallRecord) -> bool:
    """Whether the record says that nobody talked."""
    return record.condition in UNTALKED or record.duration_s == 0.0


def _costs(
    records: Sequence[Kept], calls: Sequence[Call], names: Sequence[LineNames], offset_s: float
) -> dict[tuple[int, int], float]:
    """The cost of each pair that can be, by the places of record and call."""
    by_line: dict[str, list[int]] = {}
    for column, call in enumerate(calls):
        by_line.setdefault(call.line, []).append(column)
    costs = {}
    for row, kept in enumerate(records):
        for name in names:
            for column in by_line.get(name.line, ()) if same_line(kept.record, name) else ():
                cost = misfit(kept.record, calls[column], offset_s)
                if cost is not None:
                    costs[row, column] = cost + (REPEAT_COST if kept.repeat else 0.0)
    return costs


def _count_coming(
    costs: dict[tuple[int, int], float], records: Sequence[Kept], calls: Sequence[Call], before: Sequence[Match]
) -> None:
    """Let it cost what came at another time than right after the call, where that says something."""
    prompt = [_printed_at_end(one.kept, one.call) for one in before if one.kept.came_at is not None and not one.segment]
    if len(prompt) < PROMPT_FEWEST or sum(prompt) < PROMPT_SHARE * len(prompt):
        return
    single = [_single(kept, records) for kept in records]
    for row, column in costs:
        if single[row] and not _printed_at_end(records[row], calls[column]):
            costs[row, column] += UNPRINTED_COST


def _printed_at_end(kept: Kept, call: Call) -> bool:
    ends = call.ended_at if call.ended_at is not None else call.started_at
    return kept.came_at is not None and PRINTED_S[0] <= kept.came_at - ends <= PRINTED_S[1]


def _single(kept: Kept, records: Iterable[Kept]) -> bool:
    """Whether the record came by itself; of one of a buffer it says nothing when it came."""
    if kept.came_at is None or kept.repeat:
        return False
    came_at, line = kept.came_at, _line_of(kept.record)
    others = (other for other in records if other.id != kept.id and other.came_at is not None)
    return not any(abs((other.came_at or 0.0) - came_at) < APART_S and _line_of(other.record) == line for other in others)


def _line_of(record: CallRecord) -> tuple[str, str]:
    return ("", record.trunk) if not record.extension else (record.extension, "")


def _half(record: CallRecord) -> float:
    """A printed minute stands for all its seconds: its middle is off by half of it at most."""
    return record.resolution_s / 2 if record.resolution_s > 1 else 0.0


def _mark(record: CallRecord, call: Call) -> float:
    """The instant of the call that the record's time means."""
    if untalked(record) or call.state == "unanswered":
        ends = call.ended_at if call.ended_at is not None else call.started_at
        return min((call.started_at, ends), key=lambda mark: abs(record.started_at - mark))
    return call.started_at


def _time_cost(record: CallRecord, call: Call, offset_s: float) -> float | None:
    marks = [(_mark(record, call), 0.0), (call.started_at - (call.ring_s or 0.0), 1.0)]
    if call.ended_at is not None:
        marks.append((call.ended_at, 6.0))  # time_means may be set wrong
    if record.duration_s is None:
        marks.append((call.ended_at or call.started_at, 0.0))
    at = record.started_at + _half(record) - offset_s
    over = [(max(0.0, abs(at - mark) - _half(record)), extra) for mark, extra in marks]
    return min((beyond / 8 + extra for beyond, extra in over if beyond <= START_S), default=None)


def tolerated(seconds: float) -> float:
    """By how much the two durations of a call so long may differ."""
    return max(DURATION_S, 0.1 * seconds)


def _length_cost(record: CallRecord, call: Call) -> float | None:
    if record.duration_s is None:
        return 5.0
    talked = 0.0 if call.state == "unanswered" else call.duration_s or 0.0
    if untalked(record) and talked > DURATION_S:
        return None
    # Counted with or without the ringing.
    differs = min(abs(record.duration_s - talked), abs(record.duration_s - talked - (call.ring_s or 0.0)) + 1.0)
    if differs > tolerated(talked):
        return None
    return max(0.0, differs - record.duration_resolution_s) / 2


def _ring_cost(record: CallRecord, call: Call) -> float:
    if record.ring_s is None or call.ring_s is None:
        return 1.0
    return min(abs(record.ring_s - call.ring_s), 16.0) / 4


def _number_cost(record: CallRecord, call: Call) -> float:
    known = call.called_number if call.direction == "out" else call.caller_number
    if not known or not record.number:
        return 2.0
    shorter, longer = sorted((known, record.number), key=len)
    return 0.0 if longer.endswith(shorter[-7:]) else 10.0  # prefixes differ: 9 for a trunk, country codes


def _segments(
    records: Sequence[Kept], calls: Sequence[Call], names: Sequence[LineNames], offset_s: float, before: Sequence[Match]
) -> list[Match]:
    """Records that are pieces of calls, in order of time; together they are no longer than the call, and either they make up most
    of it or the PBX says itself that it split the call."""
    room = {call.id: (call.duration_s or 0.0) + _spare(call) for call in calls}
    for one in before:
        room[one.call.id] = room.get(one.call.id, 0.0) - (one.kept.record.duration_s or 0.0)
    pieces: dict[str, list[Match]] = {}
    for kept in sorted(records, key=lambda kept: kept.record.started_at):
        length = kept.record.duration_s
        if not length:
            continue
        lines = {name.line for name in names if same_line(kept.record, name)}
        around = [call for call in calls if call.line in lines and room[call.id] >= length and _inside(kept.record, call, offset_s)]
        if around:
            call = min(around, key=lambda call: abs(call.started_at - kept.record.started_at))
            room[call.id] -= length
            pieces.setdefault(call.id, []).append(Match(kept, call, offset_s, segment=True))
    whole = {one.call.id for one in before if not one.segment}
    return [one for group in pieces.values() if _make_up(group, whole, room) for one in group]


def _make_up(group: Sequence[Match], whole: Set[str], room: Mapping[str, float]) -> bool:
    call = group[0].call
    if any(one.kept.record.condition in SPLIT for one in group):
        return True
    return call.id not in whole and room[call.id] <= 3 * _spare(call)


def _spare(call: Call) -> float:
    return max(SPARE_S, SPARE_SHARE * (call.duration_s or 0.0))


def _inside(record: CallRecord, call: Call, offset_s: float) -> bool:
    """Whether the record's talk lies within the call's, as far as the printed times tell."""
    if {record.direction, call.direction} == {"in", "out"} or call.state == "unanswered" or call.ended_at is None:
        return False
    slack = record.resolution_s + DURATION_S
    start = record.started_at - offset_s
    return call.started_at - slack <= start and start + (record.duration_s or 0.0) <= call.ended_at + slack
