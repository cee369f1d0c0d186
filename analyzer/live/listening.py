"""A line's live sound, fetched by a thread of its own so that the recorder's socket never fills while something is recognised."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hw.messages import Message, UserError
from recorder.listen.client import LiveAudio, LiveBlock

log = logging.getLogger(__name__)

BY = "callbox-analyzer"
"""Who listens, in the recorder's log and status. One connection a line as long as both services run: one entry, not one a call."""

AGAIN_S = 2.0
"""Seconds until the recorder is asked again after it did not answer."""

MOST_BLOCKS = 1200
"""Blocks (two minutes) that wait at most; whoever leaves more is connected anew and has missed what lay between."""


@dataclass(frozen=True)
class Arrived:
    """A block and the instant it came (UTC epoch seconds). joined: what comes from here on is of a new connection, whose first
    block begins at that frame of the line's time; block is None then."""

    at: float
    block: LiveBlock | None
    joined: int = 0


class Source(Protocol):
    """Where a line's blocks come from."""

    why: Message | None
    """Why nothing comes; None while it does."""

    def take(self) -> list[Arrived]:
        """What has come since."""

    def close(self) -> None:
        """Stop listening."""


class Listening:
    """See Source. connect: makes the connection, and raises UserError while that cannot be done."""

    def __init__(self, name: str, connect: Callable[[], LiveAudio], now: Callable[[], float] = time.time) -> None:
        self._connect = connect
        self._now = now
        self._waiting: deque[Arrived] = deque()
        self._stop = threading.Event()
        self._live: LiveAudio | None = None
        self.why: Message | None = Message("not connected yet", "尚未连接")
        self._thread = threading.Thread(target=self._run, name=f"live {name}", daemon=True)
        self._thread.start()

    def take(self) -> list[Arrived]:
        """See Source."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def close(self) -> None:
        """See Source."""
        self._stop.set()
        live = self._live
        if live is not None:
            live.close()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as live:
                    self._live = live
                    self._hear(live)
            except UserError as error:
                if self.why is None or self.why.en != error.message.en:
                    log.warning("not understood live: %s", error.message.en)
                self.why = error.message
            self._live = None
            self._stop.wait(AGAIN_S)

    def _hear(self, live: LiveAudio) -> None:
        self.why = None
        self._waiting.append(Arrived(self._now(), None, live.frame))
        for block in live:
            if self._stop.is_set() or len(self._waiting) > MOST_BLOCKS:
                return
            self._waiting.append(Arrived(self._now(), block))
        self.why = Message("the recorder has stopped", "录音服务已停止")
