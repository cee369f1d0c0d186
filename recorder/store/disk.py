"""Is there room to record?"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from hw.messages import Message
from hw.oserrors import system_words
from recorder.keeper import Keeper
from recorder.watch.alarms import Alarms

CHECK_S = 1.0
PROBE_BYTES = 1 << 16
RETRY_S = 3.0
"""Real seconds after a refused write until a trial, if there seems to be room."""


class DiskGuard(Keeper):
    """Watches the store's disk. min_free_mb: below it no new call is started. free_bytes, monotonic: for tests."""

    def __init__(
        self,
        store: Path,
        min_free_mb: int,
        alarms: Alarms,
        free_bytes: Callable[[], int] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.min_free = min_free_mb << 20
        self.free = 0
        self.low = False
        self._alarms = alarms
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(store).free)
        self._monotonic = monotonic
        self._checked_at = float("-inf")
        self._trouble = ""  # the alarm a refused write raised
        self._retry_at = float("-inf")
        self.step()

    def step(self) -> None:
        """Look again, if the last look is a while ago."""
        now = self._monotonic()
        if now - self._checked_at < CHECK_S:
            return
        self._checked_at = now
        try:
            self.free = self._free_bytes()
        except OSError as error:
            self.refused(error)
            return
        short = self.free < self.min_free
        if self._trouble and not short and now >= self._retry_at:
            self._probe()
        self.low = short or bool(self._trouble)
        free, wanted = self.free >> 20, self.min_free >> 20
        detail = Message(f"{free} MiB free, {wanted} wanted", f"剩余 {free} MiB，至少需要 {wanted} MiB")
        self._alarms.set("disk_low", str(self.store), short or self._trouble == "disk_low", detail)
        self._alarms.set("disk_error", str(self.store), self._trouble == "disk_error")

    def close(self) -> None:
        """Nothing is open."""

    def refused(self, error: OSError) -> None:
        """The disk did not take a write: none more until it takes a trial."""
        self.low = True
        self._retry_at = self._monotonic() + RETRY_S
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        self._trouble = "disk_low" if full else "disk_error"
        self._alarms.set(self._trouble, str(self.store), True, system_words(error))

    def _probe(self) -> None:
        """Free space alone proves nothing: there are quotas, and disks that have gone read only."""
        trial = self.store / f".trial-{os.getpid()}"
        try:
            with trial.open("wb") as file:
                file.write(bytes(PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
            self._trouble = ""
        except OSError:
            self._retry_at = self._monotonic() + RETRY_S
        finally:
            with contextlib.suppress(OSError):
                trial.unlink()
