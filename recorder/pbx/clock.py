"""How far the PBX's clock is off the box's: told by the records and calls that belong together.

While records are joined, each tells how far it was off; the median of the last ones follows a clock that drifts. A clock that is an
hour off (summer time, or set by hand) joins nothing any more: then records and calls of the same length vote for a difference.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from statistics import median

from recorder.pbx.matching import START_S, Kept, LineNames, Match, match, same_line, time_shift, untalked
from recorder.store.calls import Call

LAST = 31
"""Joined records whose median is the clock's difference."""

FEWEST = 5
"""Joined records before they count; votes before a difference is believed."""

MANY = 10
"""Records at once that vote before they are matched."""

PASSES = 3
NEGLIGIBLE_S = 15.0
"""Seconds by which the clock may seem off without matching again."""

FARTHEST_S = 26 * 3600.0
"""Seconds the clock may be off: a day (a wrong date, or one that was guessed) and two hours."""

BIN_S = 60.0
LEAST_TALK_S = 12.0
"""Seconds: shorter calls are too much alike to vote."""


class PbxClock:
    """The difference, kept up. shifts: of the records joined last, oldest first."""

    def __init__(self, shifts: Iterable[float] = ()) -> None:
        self._shifts = deque(shifts, maxlen=LAST)
        self._jump: float | None = None

    @property
    def offset_s(self) -> float:
        """Seconds by which the PBX's clock is ahead; 0 while nothing is known."""
        if self._jump is not None:
            return self._jump
        return median(self._shifts) if len(self._shifts) >= FEWEST else 0.0

    def joined(self, shift: float) -> None:
        """A record was joined whose time was so far ahead."""
        if self._jump is not None:
            self._shifts.clear()
            self._shifts.extend([self._jump] * FEWEST)
            self._jump = None
        self._shifts.append(shift)

    def jumped(self, offset_s: float) -> None:
        """The clock was set: the difference from now on."""
        self._jump = offset_s


def match_by_clock(
    records: Sequence[Kept], calls: Sequence[Call], names: Sequence[LineNames], offset_s: float, taken: Sequence[Match] = ()
) -> list[Match]:
    """`match`, and again where the matches themselves say that the clock is further off than was thought: of a whole buffer that is
    printed at once the first would otherwise be judged by an old difference. MANY records vote first: an hour off, some would find
    a stranger's call that happens to fit."""
    if len(records) >= MANY:
        used = {one.call.id for one in taken}
        ahead = vote(records, [call for call in calls if call.id not in used], names)
        offset_s = offset_s if ahead is None or abs(ahead - offset_s) < START_S else ahead
    found = match(records, calls, names, offset_s, taken)
    for _ in range(PASSES):
        shifts = [one.clock_s for one in found if not one.segment]
        if len(shifts) < FEWEST or abs(median(shifts) - offset_s) < NEGLIGIBLE_S:
            break
        offset_s = median(shifts)
        found = match(records, calls, names, offset_s, taken)
    return found


def vote(records: Sequence[Kept], calls: Sequence[Call], names: Sequence[LineNames]) -> float | None:
    """The difference that most records and calls of the same line and length have, None when there is no clear one: at least FEWEST
    records, half of those that could tell, and twice as many as any other difference has."""
    votes: list[tuple[int, float]] = []
    for kept in records:
        lines = {name.line for name in names if same_line(kept.record, name)}
        votes += [(kept.id, shift) for call in calls if call.line in lines for shift in _difference(kept, call)]
    if not votes:
        return None
    bins = Counter(round(shift / BIN_S) for _, shift in votes)
    peak = max(bins, key=lambda at: bins[at] + bins[at + 1] + bins[at - 1])
    near = {record: shift for record, shift in votes if abs(round(shift / BIN_S) - peak) <= 1}
    voters = len({record for record, _ in votes})
    others = max((count for at, count in bins.items() if abs(at - peak) > 2), default=0)
    if len(near) < max(FEWEST, voters / 2) or len(near) < 2 * others:
        return None
    return median(near.values())


def _difference(kept: Kept, call: Call) -> Iterable[float]:
    """How far the record is ahead of the call, if they may be the same one."""
    record, length = kept.record, kept.record.duration_s
    if length is None or untalked(record) or length < LEAST_TALK_S or not call.duration_s or call.state == "unanswered":
        return
    if {record.direction, call.direction} == {"in", "out"}:
        return
    if abs(length - call.duration_s) <= 3.0 + record.duration_resolution_s:
        shift = time_shift(record, call)
        if abs(shift) <= FARTHEST_S:
            yield shift
