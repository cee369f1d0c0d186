"""How many records find their call: a busy day of eight lines, made up, with everything that goes wrong between a PBX and a box.

`python -m recorder.bench.matching` prints the figures; docs/measurements.md has those that were seen.
"""

from __future__ import annotations

import dataclasses
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hw.interfaces import CallRecord
from hw.smdr_layoutfile import load_layout
from hw.smdr_print import print_record
from recorder.pbx.clock import FEWEST, PbxClock, match_by_clock, vote
from recorder.pbx.matching import Kept, LineNames, Match, misfit, same_line
from recorder.store.calls import Call

START = 1_795_309_200.0  # 2026-11-22 09:00 in Shanghai
ZONE = ZoneInfo("Asia/Shanghai")
HOURS = 9
LINES = 8
NAMES = [LineNames(str(n), f"80{n}", "") for n in range(1, LINES + 1)]


@dataclass(frozen=True)
class Trouble:
    """What goes wrong. clock_s: the PBX is ahead; drift_s: and so much more by the evening. lost, unrecorded, repeated: shares of
    records and calls. jitter_s: how far the durations differ."""

    clock_s: float = 0.0
    drift_s: float = 0.0
    lost: float = 0.02
    unrecorded: float = 0.03
    repeated: float = 0.02
    jitter_s: float = 2.0


@dataclass(frozen=True)
class Day:
    """calls: in the box's book. records: in the PBX's, by the maker's layout, in the order printed. truth: record id → call id.
    came_at: record id → when it was printed."""

    calls: list[Call]
    records: list[Kept]
    truth: dict[int, str]
    came_at: dict[int, float]


def busy_day(seed: int, layout_name: str, trouble: Trouble, hours: float = HOURS) -> Day:
    """A made-up day. Durations are log-normal with a median of 75 s, one call in five is over within 20 s; between two calls of a
    line lie 2 to 90 s; one in twelve is never answered, one in fifteen transferred (two records), one in forty internal."""
    rng, layout = random.Random(seed), load_layout(layout_name)
    calls: list[Call] = []
    printed: list[tuple[float, CallRecord, str]] = []
    for name in NAMES:
        at, serial = START + rng.uniform(0, 120), 0
        while at < START + hours * 3600:
            call, pieces = _call(rng, name, f"{name.line}-{serial}", at, trouble)
            serial += 1
            if rng.random() >= trouble.unrecorded:
                calls.append(call)
            printed += [(piece.started_at + (piece.duration_s or 0.0), piece, call.id) for piece in pieces]
            at = (call.ended_at or at) + rng.choice([2.0, rng.uniform(2, 20), rng.uniform(10, 90)])
    return _print(rng, layout, sorted(printed, key=lambda item: item[0]), calls, trouble)


def _call(rng: random.Random, name: LineNames, call_id: str, at: float, trouble: Trouble) -> tuple[Call, list[CallRecord]]:
    direction = rng.choice(["in", "in", "out"])
    rang = round(rng.uniform(2, 25), 1) if direction == "in" else None
    start = at + (rang or 0.0)
    talked = rng.uniform(4, 20) if rng.random() < 0.2 else min(3000.0, max(5.0, rng.lognormvariate(4.3, 0.8)))
    number = f"1{rng.randrange(10**9, 10**10)}"
    unanswered = direction == "in" and rng.random() < 1 / 12
    state, talked = ("unanswered", 0.0) if unanswered else ("closed", talked)
    ends = start + talked
    call = Call(call_id, name.line, "pair", "zh", direction, state, at if unanswered else start, start, ends, talked, rang)
    heard = max(0.0, talked + rng.gauss(0, trouble.jitter_s))
    way = "internal" if direction == "out" and rng.random() < 0.07 else direction
    trunk, told = f"0{rng.randint(1, 9)}", number[:4] if way == "internal" else number
    lasted, condition = (0.0, "unanswered") if unanswered else (heard, "")
    whole = CallRecord("", start, lasted, name.extension, trunk, way, told, rang, "", condition=condition)
    if talked < 40 or rng.random() >= 1 / 15:
        return call, [whole]
    cut = heard * rng.uniform(0.2, 0.8)
    return call, [
        dataclasses.replace(whole, duration_s=cut, condition="transfer"),
        dataclasses.replace(whole, started_at=start + cut, duration_s=heard - cut, ring_s=0.0 if rang else None),
    ]


def _print(
    rng: random.Random, layout: object, printed: Sequence[tuple[float, CallRecord, str]], calls: list[Call], trouble: Trouble
) -> Day:
    known, truth, came_at, records = {call.id for call in calls}, {}, {}, list[Kept]()
    for ends, record, call_id in printed:
        if rng.random() < trouble.lost:
            continue
        ahead = trouble.clock_s + trouble.drift_s * (ends - START) / (HOURS * 3600)
        line = print_record(layout, dataclasses.replace(record, started_at=record.started_at + ahead), ZONE)  # type: ignore[arg-type]
        for again in range(2 if rng.random() < trouble.repeated else 1):
            printed_at = ends + 3
            kept = Kept(len(records) + 1, layout.parse(line, ZONE, printed_at), bool(again), printed_at)  # type: ignore[attr-defined]
            records.append(kept)
            came_at[kept.id] = printed_at
            if call_id in known and not again:
                truth[kept.id] = call_id
    return Day(calls, records, truth, came_at)


def together(day: Day) -> dict[int, str]:
    """As the recorder does when a buffer is printed: all at once, after a vote about the clock."""
    records = [dataclasses.replace(kept, came_at=START + HOURS * 3600 + 600) for kept in day.records]
    found = match_by_clock(records, day.calls, NAMES, 0.0)
    ahead = None if found else vote(records, day.calls, NAMES)
    if ahead is not None:
        found = match_by_clock(records, day.calls, NAMES, ahead)
    return {one.kept.id: one.call.id for one in found}


def as_they_come(day: Day) -> dict[int, str]:
    """As the recorder does all day: each record shortly after its call has ended, with those that wait; the clock followed."""
    clock, found, waiting = PbxClock(), dict[int, Match](), list[Kept]()
    for kept in day.records:
        now, lines = day.came_at[kept.id], {name.line for name in NAMES if same_line(kept.record, name)}
        waiting = [*[other for other in waiting if other.id not in found][-50:], kept]
        near = [call for call in day.calls if call.line in lines and now - 4 * 3600 < (call.ended_at or 0.0) < now]
        taken = [one for one in found.values() if one.call.line in lines and now - one.call.started_at < 8 * 3600]
        got = match_by_clock(waiting, near, NAMES, clock.offset_s, taken)
        if not got and len(waiting) >= FEWEST:
            used = {one.call.id for one in taken}
            ahead = vote(waiting, [call for call in near if call.id not in used], NAMES)
            if ahead is not None:
                clock.jumped(ahead)
                got = match_by_clock(waiting, near, NAMES, ahead, taken)
        for one in got:
            found[one.kept.id] = one
            if not one.segment:
                clock.joined(one.clock_s)
    return {record: one.call.id for record, one in found.items()}


def greedy(day: Day) -> dict[int, str]:
    """Each record in turn takes the call that fits it best: what is to be beaten."""
    found: dict[int, str] = {}
    free = {call.id: call for call in day.calls}
    for kept in day.records:
        lines = {name.line for name in NAMES if same_line(kept.record, name)}
        fits = [(cost, call.id) for call in free.values() if call.line in lines and (cost := misfit(kept.record, call)) is not None]
        if fits:
            found[kept.id] = min(fits)[1]
            del free[min(fits)[1]]
    return found


WAYS: dict[str, Callable[[Day], dict[int, str]]] = {"greedy": greedy, "as they come": as_they_come, "together": together}

TROUBLES = {
    "usual": Trouble(),
    "clock 2 min slow, drifting 1 min": Trouble(clock_s=-120, drift_s=-60),
    "clock 1 h ahead": Trouble(clock_s=3600),
    "durations off by 6 s": Trouble(jitter_s=6),
    "10 % lost, 10 % unrecorded": Trouble(lost=0.1, unrecorded=0.1),
}


def figures(layouts: Sequence[str], seeds: Sequence[int]) -> Iterator[dict[str, object]]:
    """Shares of the records with a call that found it (right), and of the joined ones that are wrong."""
    for layout in layouts:
        for name, trouble in TROUBLES.items():
            days = [busy_day(seed, layout, trouble) for seed in seeds]
            for way, joins in WAYS.items():
                began = time.process_time()
                found = [joins(day) for day in days]
                spent = time.process_time() - began
                yield {"layout": layout, "trouble": name, "way": way} | _shares(days, found) | {"cpu_s": round(spent, 2)}


def _shares(days: Sequence[Day], found: Sequence[dict[int, str]]) -> dict[str, object]:
    records = sum(len(day.truth) for day in days)
    right = sum(day.truth.get(kept) == call for day, joins in zip(days, found, strict=True) for kept, call in joins.items())
    repeats = [{kept.id for kept in day.records if kept.repeat} for day in days]
    joined = sum(kept not in again for joins, again in zip(found, repeats, strict=True) for kept in joins)
    return {"records": records, "right": round(right / records, 4), "wrong": round(1 - right / joined, 4) if joined else None}


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["panasonic_ns1000", "nec_sl1100", "avaya_cm_isdn", "esi_ivx"]
    for row in figures(chosen, range(1)):
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
