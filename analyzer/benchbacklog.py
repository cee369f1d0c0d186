"""`callbox bench backlog`: a day's calls through the real queue on a simulated clock, to see how far behind the analyzer gets."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.backlog import Backlog
from analyzer.store import AnalysisStore
from recorder.ids import new_id
from recorder.store.calls import Call, Part
from recorder.store.writer import CallStore

_START = 1_795_000_000.0
_MEAN_CALL_S, _SPREAD = 180.0, 0.8  # of a log-normal length: many short calls, some of a quarter of an hour
_BUSY = (0.05,) * 8 + (0.4, 0.7, 0.7, 0.6, 0.4, 0.5, 0.7, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2) + (0.05,) * 3
"""Share of each hour of the day that a line is in a call."""
_OVERHEAD_S = 0.5  # of work a call costs besides its audio


@dataclass(frozen=True)
class _Ended:
    at: float
    seconds: float


def calls_of_a_day(lines: int, hours: float, seed: int) -> list[tuple[float, float]]:
    """(end, length) of every call in seconds from midnight, in order of end."""
    made = random.Random(seed)
    found = []
    for _ in range(lines):
        at = 0.0
        while at < hours * 3600:
            busy = _BUSY[int(at // 3600) % 24]
            length = min(3600.0, made.lognormvariate(0, _SPREAD) * _MEAN_CALL_S * 0.726)
            found.append((at + length, length))
            at += length + made.expovariate(1 / (_MEAN_CALL_S * (1 - busy) / busy))
    return sorted(found)


def bench_backlog(lines: int, hours: float, rtf: float, share: float, seed: int) -> dict[str, object]:
    """How many calls and seconds of audio wait at most, in each hour too, and for how long calls wait until they are understood.
    rtf: CPU seconds a second of audio; share: of a core."""
    with tempfile.TemporaryDirectory() as folder:
        day = calls_of_a_day(lines, hours, seed)
        return {"lines": lines, "hours": hours, "rtf": rtf, "share": share, **_run(Path(folder), day, rtf / share, share)}


def _run(store: Path, day: Sequence[tuple[float, float]], cost: float, share: float) -> dict[str, object]:
    calls, results = CallStore(store), AnalysisStore(store)
    backlog, ended = Backlog(store, results, "bench"), dict[str, _Ended]()
    now, most_calls, most_s, worked = 0.0, 0, 0.0, 0.0
    by_hour: dict[int, float] = {}
    waits: list[float] = []
    coming = list(reversed(day))
    while coming or not backlog.is_empty():
        while coming and coming[-1][0] <= now:
            end, length = coming.pop()
            ended[_add(calls, end, length)] = _Ended(end, length)
        call = backlog.next(now)
        waiting, seconds = backlog.waiting()
        most_calls, most_s = max(most_calls, waiting), max(most_s, seconds)
        by_hour[int(now // 3600)] = max(by_hour.get(int(now // 3600), 0.0), seconds)
        if call is None:
            now = coming[-1][0] if coming else now
            continue
        work = ended[call.id].seconds * cost + _OVERHEAD_S / share
        now, worked = now + work, worked + work
        waits.append(now - ended[call.id].at)
    calls.close()
    results.close()
    waits.sort()
    last = max(end for end, _ in day)
    return {
        "calls": len(day),
        "audio_h": round(sum(length for _, length in day) / 3600, 1),
        "most_waiting": most_calls,
        "most_waiting_audio_s": round(most_s),
        "waiting_by_hour_s": {hour: round(waited) for hour, waited in sorted(by_hour.items())},
        "wait_median_s": round(waits[len(waits) // 2], 1),
        "wait_p95_s": round(waits[int(0.95 * len(waits))], 1),
        "wait_most_s": round(waits[-1], 1),
        "caught_up_after_last_s": round(max(0.0, now - last), 1),
        "busy_share": round(worked / max(now, last), 4),
    }


def _add(calls: CallStore, end: float, length: float) -> str:
    call_id, part_id = new_id(_START + end), new_id(_START + end)
    begun = _START + end - length
    call = Call(call_id, "line 1", "pair", "zh", "in", "recording", begun)
    calls.start_call(call, Part(part_id, call_id, 1, f"audio/{part_id}.flac", begun, 8000, 2, "closed", round(length * 8000)))
    calls.end_call(call_id, begun + length, length, None)
    calls.close_call(call_id, "closed")
    return call_id
