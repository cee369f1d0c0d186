"""A null-modem cable without hardware: two serial ports, what goes in at one comes out at the other."""

from __future__ import annotations

import threading
from pathlib import Path

from hw.simulated.pty import Pty

ROUND_S = 0.02
"""Real seconds between looks at the two ends: no person notices."""


class NullModem:
    """A thread that carries bytes between the ports `one` and `other`."""

    def __init__(self, one: Path, other: Path) -> None:
        self._ends = (Pty(one), Pty(other))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="null modem", daemon=True)

    def start(self) -> None:
        """Plug the cable in."""
        self._thread.start()

    def stop(self) -> None:
        """Pull it out at both ends."""
        self._stop.set()
        self._thread.join()
        for end in self._ends:
            end.close()

    def _carry(self) -> None:
        one, other = self._ends
        while not self._stop.wait(ROUND_S):
            for source, sink in ((one, other), (other, one)):
                data = source.read()
                while data:
                    written = sink.write(data)
                    if written == 0:  # nobody reads there: lost, as on a wire
                        break
                    data = data[written:]
