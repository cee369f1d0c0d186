"""All calls of a box as columns: one array a property, one place a call, in order of time. What a list asks of a million calls is
then a few comparisons of arrays (milliseconds), whatever is asked together, and every count is exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Places = NDArray[np.intp]

FIELDS = {
    "row": "u4",  # rowid in calls.calls
    "started": "i8",  # UTC epoch milliseconds
    "duration": "f4", "silence": "f4",  # seconds, NaN: not known
    "agent": "u2", "team": "u2", "line": "u2", "direction": "u1", "state": "u1", "job": "u1", "hung_up": "u1", "reviewer": "u2",
    "flags": "u1",
    "compliance": "u2", "experience": "u2", "risk": "u2", "form": "u2",  # hundredths of a point, NO_SCORE: none
    "rules": "u8",  # bit n: rule n of Codes fired
    "moods": "u2",  # analyzer.schema: bit 3 × side + mood
    "said": "u4",  # number of the first utterance, 0: no words
}  # fmt: skip
"""Name → type. agent, team, line, direction, state, job, hung_up and reviewer are numbers of Codes, 0 for none."""
NO_SCORE = 65535
HIGH, FAULTY, PASSED, FAILED = 1, 2, 4, 8
"""flags: high priority; a rule broken on the agent's side; the review that holds passed the call, or did not."""
RULES = 64  # rules that can be told apart; a rulebook has some thirty
PLANES = 8
_SPARE = 20  # one place in so many is kept free


class Codes:
    """Names as small numbers, in the order they come up; 0 is the empty one."""

    def __init__(self) -> None:
        self._number = {"": 0}
        self.names = [""]

    def number(self, name: str | None) -> int:
        """The number of a name, a new one if it was not seen before."""
        key = name or ""
        found = self._number.get(key)
        if found is None:
            found = self._number[key] = len(self.names)
            self.names.append(key)
        return found

    def known(self, name: str) -> int | None:
        """The number of a name; None when no call has it."""
        return self._number.get(name)


class Columns:
    """The arrays, with room for calls to come. numbers: caller's and called number in planes (quality.callindex.numbers)."""

    def __init__(self, room: int) -> None:
        capacity = room + max(1024, room // _SPARE)
        self._arrays: dict[str, Array] = {name: np.zeros(capacity, kind) for name, kind in FIELDS.items()}
        self._planes = np.zeros((2, PLANES, capacity), "u1")
        self._place = np.full(capacity + 1, -1, "i4")  # by rowid
        self.count = 0
        self.reheard = 0
        """How often a call's words were replaced by others."""
        self._moved = False

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name][: self.count]

    @property
    def planes(self) -> NDArray[np.uint8]:
        """Caller's and called numbers: [which, plane, call]."""
        return self._planes[:, :, : self.count]

    @property
    def bytes(self) -> int:
        """Memory of all arrays."""
        return sum(array.nbytes for array in (*self._arrays.values(), self._planes, self._place))

    def places(self, rows: Iterable[int]) -> Places:
        """Where the calls of these rowids are; -1 for unknown ones."""
        wanted = np.fromiter(rows, "i8")
        wanted[(wanted < 0) | (wanted >= len(self._place))] = 0
        places: Places = self._place[wanted].astype(np.intp)
        return places

    def add(self, values: Mapping[str, Array], planes: NDArray[np.uint8]) -> None:
        """Put calls in, each in its place by time; `values` has every field. None of them may be there already."""
        more = len(values["row"])
        if not more:
            return
        first, end = self.count, self.count + more
        self._make_room(end, int(values["row"].max()))
        for name, array in self._arrays.items():
            array[first:end] = values[name]
        self._planes[:, :, first:end] = planes
        self.count = end
        self._sort(first)

    def change(self, place: int, values: Mapping[str, Array], planes: NDArray[np.uint8], number: int) -> None:
        """Call `number` of `values` takes the place of what stood there. Call `settle` when the last one is changed."""
        self.reheard += bool(self._arrays["said"][place]) and bool(self._arrays["said"][place] != values["said"][number])
        self._moved |= bool(self._arrays["started"][place] != values["started"][number])
        for name, array in self._arrays.items():
            array[place] = values[name][number]
        self._planes[:, :, place] = planes[:, :, number]

    def settle(self) -> None:
        """Bring calls whose beginning was corrected to their new places."""
        if self._moved:
            self._sort(0)
        self._moved = False

    def _make_room(self, count: int, row: int) -> None:
        capacity = len(self._arrays["row"])
        if count > capacity:
            more = count + count // _SPARE - capacity
            self._arrays = {name: np.concatenate([array, np.zeros(more, array.dtype)]) for name, array in self._arrays.items()}
            self._planes = np.concatenate([self._planes, np.zeros((2, PLANES, more), "u1")], axis=2)
        if row >= len(self._place):
            self._place = np.concatenate([self._place, np.full(row + row // _SPARE + 1024 - len(self._place), -1, "i4")])

    def _sort(self, first: int) -> None:
        """Bring what came in from `first` on to its place; nearly always it is there already."""
        started, row = self["started"], self["row"]
        begin = int(np.searchsorted(started[:first], started[first:].min())) if first else 0
        order = np.lexsort((row[begin:], started[begin:]))
        if not np.array_equal(order, np.arange(len(order))):
            for array in self._arrays.values():
                array[begin : self.count] = array[begin : self.count][order]
            self._planes[:, :, begin : self.count] = self._planes[:, :, begin : self.count][:, :, order]
        self._place[self["row"][begin:]] = np.arange(begin, self.count)
