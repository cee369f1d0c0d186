"""A PBX's printer port without a PBX: prints call records in a maker's layout, each at its time, behind a pseudo terminal."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.interfaces import CallRecord, Clock
from hw.simulated.pty import Pty
from hw.smdr_layout import Layout
from hw.smdr_layoutfile import load_layout
from hw.smdr_print import print_record

ROUND_S = 0.02
"""Real seconds between looks at the clock."""


class SimulatedPbx:
    """The PBX's twin. link: where its serial port appears. records: (UTC epoch seconds at which it is printed, record).

    layout: a name in hw/smdr_layouts. timezone: IANA name of the PBX's own clock. start() and stop() run it in a thread; advance()
    prints what is due now.
    """

    def __init__(
        self,
        link: Path,
        records: Iterable[tuple[float, CallRecord]],
        clock: Clock,
        layout: str | Layout,
        timezone: str,
    ) -> None:
        self._layout = load_layout(layout) if isinstance(layout, str) else layout
        self._zone = ZoneInfo(timezone)
        self._clock = clock
        self._todo = deque(sorted(records, key=lambda due: due[0]))
        self._unsent = "".join(f"{line}\r\n" for line in self._layout.write.get("header", ())).encode("ascii")
        self._port = Pty(link)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def advance(self) -> None:
        """Print the records that are due."""
        now = self._clock.now()
        while self._todo and self._todo[0][0] <= now:
            line = print_record(self._layout, self._todo.popleft()[1], self._zone)
            self._unsent += f"{line}\r\n".encode("ascii", "replace")
        if self._unsent:
            self._unsent = self._unsent[self._port.write(self._unsent) :]

    def start(self) -> None:
        """Run in a thread."""
        self._thread = threading.Thread(target=self._run, name="pbx", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(ROUND_S):
            self.advance()

    def stop(self) -> None:
        """End the thread and unplug."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._port.close()
