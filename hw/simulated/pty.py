"""The far end of a serial cable, without a cable: a pseudo terminal found under a name of one's choice."""

from __future__ import annotations

import contextlib
import os
import tty
from pathlib import Path


class Pty:
    """A pseudo terminal whose near end is opened at `link` as if it were a serial port. A link left there is replaced."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master, self._slave = os.openpty()
        # The near end stays open here too, or the far end would fail whenever nobody has it open.
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._target = os.ttyname(self._slave)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(self._target)

    def read(self) -> bytes:
        """What has arrived; never waits."""
        try:
            return os.read(self._master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Send; never waits. Gives how many bytes fitted: where nobody reads, the rest is lost as on a wire."""
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Unplug: the near end fails from now on. Removes the link if it is still ours."""
        with contextlib.suppress(OSError):
            if str(self.link.readlink()) == self._target:
                self.link.unlink()
        for end in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(end)
