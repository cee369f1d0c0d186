"""The recorder's end of its socket. Of the recording thread: nothing here waits for anybody."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from hw.decimate import LINE_RATE
from hw.interfaces import Samples
from hw.messages import UserError
from recorder.keeper import Keeper
from recorder.line.pauses import Pauses
from recorder.listen.protocol import BEGAN, DROPPED, ENCODING, ENDED, LONGEST_LINE, SOCKET, at_socket, line_of, parse, refusal
from recorder.listen.reader import Reader
from recorder.live import ListenerStatus
from recorder.settings.sections import Line
from recorder.store.writer import layout_of
from recorder.times import to_text

log = logging.getLogger(__name__)

MOST_READERS, MOST_PROGRAMS = 16, 64
"""Of people, and of programs that understand lines."""

MOST_ASKING = 16
"""Connections that have not asked anything yet."""

ASKING_S = 5.0
"""Real seconds a connection gets to say what it wants."""


class LiveServer(Keeper):
    """Offers the lines' live audio, and takes pause and resume. Call step() often; it does what can be done without waiting.

    run: the folder of the socket. now: UTC epoch seconds. monotonic: real seconds.
    """

    def __init__(
        self, run: Path, lines: Sequence[Line], pauses: Pauses, now: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        self._run = run
        self._lines = {line.name: line for line in lines}
        self._pauses = pauses
        self._now = now
        self._monotonic = monotonic
        self._door: socket.socket | None = None
        self._asking: list[tuple[socket.socket, float, bytearray]] = []
        self._readers: dict[str, list[Reader]] = {}
        self._heard = dict.fromkeys(self._lines, 0)  # frames since the start
        self._calls: dict[str, tuple[str, int]] = {}  # the open call of a line, and the frame it begins with

    def open(self) -> None:
        """Make the socket. Without it (a folder that cannot be written) there is recording but no listening: logged, not raised."""
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            with contextlib.suppress(FileNotFoundError):
                (self._run / SOCKET).unlink()
            at_socket(self._run, door.bind)
            (self._run / SOCKET).chmod(0o660)
            door.listen(MOST_ASKING)
        except OSError as error:
            door.close()
            log.error("no live listening: %s", error)
            return
        self._door = door

    def step(self) -> None:
        """Let in who knocks, answer who asks, send what waits."""
        if self._door is None:
            return
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while len(self._asking) < MOST_ASKING:
                connection, _ = self._door.accept()
                connection.setblocking(False)
                self._asking.append((connection, self._monotonic() + ASKING_S, bytearray()))
        if self._asking:
            self._asking = [asking for asking in self._asking if self._still_asking(*asking)]
        for readers in self._readers.values():
            for reader in list(readers):
                self._serve(reader)

    def audio(self, line: str, samples: Samples) -> None:
        """A line's next samples, for those who listen to it."""
        self._heard[line] += len(samples)
        for reader in self._readers.get(line, ()):
            reader.audio(samples)

    def silence(self, line: str, tag: bytes, frames: int) -> None:
        """Frames of a line that nobody may hear (PAUSED) or can hear (LOST)."""
        self._heard[line] += frames
        for reader in self._readers.get(line, ()):
            reader.silence(tag, frames)

    def call_began(self, line: str, call_id: str, ago: int) -> None:
        """A call was opened on a line. ago: frames of it that were given before."""
        self._calls[line] = (call_id, self._heard[line] - ago)
        self._mark(line, BEGAN, *self._calls[line])

    def call_ended(self, line: str, ago: int, *, dropped: bool = False) -> None:
        """The line's open call ended, so many frames ago. dropped: it was none."""
        if line in self._calls:
            call_id, _ = self._calls.pop(line)
            self._mark(line, DROPPED if dropped else ENDED, call_id, self._heard[line] - ago)

    def _mark(self, line: str, tag: bytes, call_id: str, frame: int) -> None:
        for reader in self._readers.get(line, ()):
            reader.mark(tag, call_id, max(0, frame))

    def status(self) -> tuple[ListenerStatus, ...]:
        """Who listens."""
        readers = (reader for readers in self._readers.values() for reader in readers)
        return tuple(ListenerStatus(one.line, one.by, to_text(one.since), one.skipped, one.calls) for one in readers)

    def close(self) -> None:
        """Send everybody home and take the socket away."""
        for connection, _, _ in self._asking:
            connection.close()
        for readers in self._readers.values():
            for reader in readers:
                reader.connection.close()
        self._asking, self._readers = [], {}
        if self._door is not None:
            self._door.close()
            self._door = None
            with contextlib.suppress(OSError):
                (self._run / SOCKET).unlink()

    def _still_asking(self, connection: socket.socket, until: float, said: bytearray) -> bool:
        """Whether a connection's request is not complete yet."""
        try:
            while b"\n" not in said and len(said) <= LONGEST_LINE:
                more = connection.recv(LONGEST_LINE)
                if not more:
                    connection.close()
                    return False
                said += more
        except BlockingIOError:
            if self._monotonic() < until:
                return True
            connection.close()
            return False
        except OSError:
            connection.close()
            return False
        self._request(connection, bytes(said).partition(b"\n")[0])
        return False

    def _request(self, connection: socket.socket, line: bytes) -> None:
        try:
            asked = parse(line)
            name, by = str(asked.get("line", "")), str(asked.get("by", "") or _peer(connection))[:100]
            if name not in self._lines:
                known = ", ".join(self._lines)
                raise UserError(f"There is no line {name!r}; there are: {known}.", f"没有线路 {name!r};已有:{known}。")
            if asked.get("ask") == "listen":
                self._let_listen(connection, name, by, calls=asked.get("calls") is True)
                return
            answer: dict[str, object] = {"ok": True, "line": name} | self._command(asked, name, by)
        except UserError as error:
            answer = refusal(error.message)
        with contextlib.suppress(OSError):
            connection.send(line_of(answer))
        connection.close()

    def _command(self, asked: dict[str, object], line: str, by: str) -> dict[str, object]:
        if asked.get("ask") == "pause":
            seconds = asked.get("seconds")
            if isinstance(seconds, bool) or not isinstance(seconds, int | float):
                raise UserError("A pause needs its limit in seconds.", "暂停必须给出秒数上限。")
            return self._pauses.pause(line, by, str(asked.get("reason", ""))[:200], float(seconds))
        if asked.get("ask") == "resume":
            return self._pauses.resume(line, by)
        raise UserError(f"There is no request {asked.get('ask')!r}: listen, pause or resume.", "只能请求 listen、pause 或 resume。")

    def _let_listen(self, connection: socket.socket, line: str, by: str, *, calls: bool) -> None:
        alike = sum(reader.calls is calls for readers in self._readers.values() for reader in readers)
        if alike >= (MOST_PROGRAMS if calls else MOST_READERS):
            raise UserError(
                f"{alike} are listening already; try again when one has stopped.",
                f"已有 {alike} 人在监听,请稍后再试。",
            )
        tapped = self._lines[line]
        reader = Reader(connection, line, by, self._now(), LINE_RATE, calls=calls)
        answer: dict[str, object] = {"ok": True, "line": line, "layout": layout_of(tapped.channels)}
        answer |= {"rate": LINE_RATE, "channels": len(tapped.channels), "encoding": ENCODING}
        reader.greet(line_of(answer | {"frame": self._heard[line]} if calls else answer))
        if line in self._calls:
            reader.mark(BEGAN, self._calls[line][0], max(0, self._calls[line][1]))
        self._readers.setdefault(line, []).append(reader)
        log.info("line %s: %s listens", line, by)
        self._serve(reader)

    def _serve(self, reader: Reader) -> None:
        try:
            if _has_left(reader.connection):
                raise ConnectionError
            reader.send()
        except OSError:
            reader.connection.close()
            self._readers[reader.line].remove(reader)
            log.info("line %s: %s has stopped listening, %d frames skipped", reader.line, reader.by, reader.skipped)


def _has_left(connection: socket.socket) -> bool:
    """Whether the reader has closed; on an idle call he would else be noticed only with the next block."""
    try:
        return connection.recv(64) == b""
    except BlockingIOError:
        return False


def _peer(connection: socket.socket) -> str:
    """Who is at the other end, as far as the kernel knows (SO_PEERCRED, unix(7))."""
    with contextlib.suppress(OSError):
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return f"pid {int.from_bytes(credentials[:4], 'little')} uid {int.from_bytes(credentials[4:8], 'little')}"
    return "unknown"
