"""The demo's services: the same programs that systemd starts on the box, started here as child processes with a log file each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hw.messages import UserError

STOP_S = 20.0
"""Seconds a service gets to finish what it is doing after it was asked to stop."""


class Service:
    """One running service: `python -m <module> --config …`. log: what it has to say, standard error included."""

    def __init__(self, module: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.module = module
        self.log = log
        with log.open("wb") as out:
            # Its own session: Ctrl-C in the terminal reaches the demo, which then stops each service in order.
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and modules
                [sys.executable, "-m", module, *arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def expect_running(self) -> None:
        """Raises UserError, with the last words of its log, when the service has died."""
        if not self.running():
            raise self._died()

    def expect_success(self) -> None:
        """Raises UserError unless the service has ended by itself with status 0."""
        if self._process.poll() != 0:
            raise self._died()

    def stop(self) -> None:
        """Ask it to stop, insist after a while; stopping twice does no harm."""
        if not self.running():
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _died(self) -> UserError:
        last = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        words = " / ".join(last) or "–"
        return UserError(
            f"{self.module} ended with status {self._process.returncode}: {words} (all of it: {self.log})",
            f"{self.module} 已退出,状态 {self._process.returncode}:{words}(完整日志:{self.log})",
        )
