"""Is the box's clock to be trusted? It may be set under our feet, or drift because no time server sets it."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from pathlib import Path

JUMP_S = 2.0
"""Seconds by which the clock must move against the monotonic one to have been set; NTP slews it by 0.5 ms a second at most."""

TIMESYNCD = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it at each synchronisation (systemd-timesyncd.service(8))."""

FRESH_S = 6 * 3600.0
"""Seconds a synchronisation holds: timesyncd asks at least every 34 minutes, and a server may be away for a night's backup."""

_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


class ClockWatch:
    """Compares two clocks. now: UTC epoch seconds; monotonic: seconds that nobody sets."""

    def __init__(self, now: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._now = now
        self._monotonic = monotonic
        self._offset = now() - monotonic()

    def step(self) -> float:
        """Seconds by which the clock was set since the last step, forward above 0; 0.0 when it was not."""
        offset = self._now() - self._monotonic()
        jump, self._offset = offset - self._offset, offset
        return jump if abs(jump) >= JUMP_S else 0.0


def synchronised() -> bool | None:
    """Whether a time server sets this machine's clock; None when nothing tells.

    The kernel knows (adjtimex(2), which only looks when asked so). The recorder's own sandbox forbids it every call that could set
    the clock; there systemd-timesyncd's mark is asked.
    """
    kernel = _kernel_state()
    if kernel is not None:
        return kernel != _TIME_ERROR
    try:
        return time.time() - TIMESYNCD.stat().st_mtime < FRESH_S
    except OSError:
        return False if TIMESYNCD.parent.is_dir() else None


def _kernel_state() -> int | None:
    """The clock's state as the kernel has it, None where it may not be asked. A struct timex of zeros asks and changes nothing; it
    is 208 bytes on 64-bit Linux, less elsewhere."""
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512)))
    except (AttributeError, OSError):
        return None
    return state if state >= 0 else None
