"""Line events read from a file: stands in for the tap board where only the moments matter, as when a recording is replayed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from hw.errors import DeviceError
from hw.interfaces import LINE_EVENT_KINDS, Clock, LineEvent


def write_events(path: Path, events: Iterable[LineEvent]) -> None:
    """Write the events, a line of JSON each, in their order."""
    lines = (json.dumps({"sense": one.sense, "kind": one.kind, "at": one.at, "counter": one.counter}) for one in events)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class ScriptedLineSense:
    """Tells each event of the file once the clock has reached it. Times are UTC epoch seconds on that clock."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._events: deque[LineEvent] | None = None

    def open(self) -> None:
        """Read the file. Raises DeviceError when it is missing or holds something else."""
        try:
            rows = [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]
            events = [LineEvent(int(row["sense"]), str(row["kind"]), float(row["at"]), int(row["counter"])) for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DeviceError(
                f"{self._path}: is no file of line events ({error})", f"{self._path}:不是线路事件文件({error})"
            ) from error
        self._events = deque(sorted((event for event in events if event.kind in LINE_EVENT_KINDS), key=lambda event: event.at))

    def poll(self) -> list[LineEvent]:
        """The events due since the last call. Raises DeviceError before open()."""
        if self._events is None:
            raise DeviceError(f"{self._path} is read before it was opened.", f"{self._path} 尚未打开就被读取。")
        due = []
        while self._events and self._events[0].at <= self._clock.now():
            due.append(self._events.popleft())
        return due

    def close(self) -> None:
        """Let it go."""
        self._events = None
