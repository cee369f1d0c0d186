"""One who listens to a line: what waits for him, and what he missed because he did not take it."""

from __future__ import annotations

import socket
from collections import deque

from hw.interfaces import Samples
from recorder.listen.protocol import BLOCK, MARK, MARKS, PCM

HOLDS_S = 2.0
"""Seconds of audio that wait for a slow reader; older ones are skipped. 64 KB of a pair line."""

STALLED_S = 60.0
"""Seconds of audio missed in one run after which a reader has no place any more."""

KERNEL_BYTES = 1 << 15
"""What the kernel may hold besides (it takes the double): one second of a pair line."""


class Reader:
    """Sends without ever waiting. Raises OSError from send() when the other side has gone.

    line, by: whose audio, and who says he listens. rate: frames per second. calls: a program, which is told of calls, too. skipped:
    frames he missed in all.
    """

    def __init__(self, connection: socket.socket, line: str, by: str, since: float, rate: int, *, calls: bool = False) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self.connection = connection
        self.line = line
        self.by = by
        self.since = since
        self.calls = calls
        self.skipped = 0
        self._most = round(HOLDS_S * rate)
        self._stalled = round(STALLED_S * rate)
        self._waiting: deque[tuple[bytes, int, bytes]] = deque()  # tag, frames, samples
        self._held = 0  # frames that wait
        self._missed = 0  # frames not told of yet
        self._sending = memoryview(b"")

    def greet(self, answer: bytes) -> None:
        """The first thing to send."""
        self._sending = memoryview(answer)

    def audio(self, samples: Samples) -> None:
        """The line's next samples."""
        self._push(PCM, len(samples), samples.astype("<i2", copy=False).tobytes())

    def silence(self, tag: bytes, frames: int) -> None:
        """Frames of a pause or a loss."""
        self._push(tag, frames, b"")

    def mark(self, tag: bytes, call_id: str, frame: int) -> None:
        """What became of a call, for who asked to be told; never skipped."""
        if self.calls:
            self._push(tag, 0, MARK.pack(call_id.encode(), frame))

    def send(self) -> None:
        """As much as the other side takes now. Raises TimeoutError when it has taken nothing for STALLED_S of audio."""
        if self._missed > self._stalled:
            raise TimeoutError
        while True:
            if not self._sending:
                if not self._waiting:
                    return
                self._sending = memoryview(self._next())
            try:
                sent = self.connection.send(self._sending)
            except BlockingIOError:
                return
            self._sending = self._sending[sent:]

    def _push(self, tag: bytes, frames: int, data: bytes) -> None:
        self._waiting.append((tag, frames, data))
        self._held += frames
        marks = []
        while self._held > self._most and len(self._waiting) > 1:
            first = self._waiting.popleft()
            marks += [first] * (first[0] in MARKS)
            lost = first[1]
            self._held -= lost
            self._missed += lost
            self.skipped += lost
        self._waiting.extendleft(reversed(marks))

    def _next(self) -> bytes:
        tag, frames, data = self._waiting.popleft()
        self._held -= frames
        missed, self._missed = self._missed, 0
        return BLOCK.pack(tag, missed, frames) + data
