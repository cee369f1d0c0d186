"""Ask the recorder: hear a line live, pause its recording, go on."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from hw.interfaces import Samples
from hw.messages import UserError
from recorder.listen.protocol import BLOCK, LONGEST_LINE, MARK, MARKS, PCM, at_socket, line_of
from recorder.live import run_folder
from recorder.settings.sections import Settings

ANSWER_S = 5.0
"""Seconds the recorder gets to answer; it looks at its socket ten times a second."""


@dataclass(frozen=True)
class CallMark:
    """frame: of the line's time, at which the call of that id begins (BEGAN), ended (ENDED), or turned out to be none (DROPPED)."""

    call_id: str
    frame: int


@dataclass(frozen=True)
class LiveBlock:
    """What was heard next. skipped: frames missed before it because they were not fetched in time. tag: PCM, PAUSED or LOST of
    recorder.listen.protocol; in the last two samples are silence, so that time stays true. samples: shape (frames, channels). call:
    where the tag is one of MARKS, which only come when they were asked for; samples are none then."""

    skipped: int
    tag: bytes
    samples: Samples
    call: CallMark | None = None


class LiveAudio:
    """A line's live audio. Iterate, close from anywhere; use it in a `with`.

    by: who listens, for the log and the status. rate: frames per second. layout: "mono", or "pair" (agent left, customer right).
    calls: a program that wants to know which call it hears; frame is the line's time at the first block then, else 0. patience_s:
    seconds without a block after which the audio counts as ended; None: for ever. Raises UserError when the recorder does not run
    or refuses.
    """

    def __init__(self, run: Path, line: str, by: str, *, calls: bool = False, patience_s: float | None = None) -> None:
        self._socket = _connect(run)
        self._file = self._socket.makefile("rb")
        try:
            request: dict[str, object] = {"ask": "listen", "line": line, "by": by}
            answer = _ask(self._socket, self._file.readline, request | {"calls": True} if calls else request)
        except UserError:
            self.close()
            raise
        self._socket.settimeout(patience_s)
        self.line = line
        self.rate: int = answer["rate"]
        self.channels: int = answer["channels"]
        self.layout: str = answer["layout"]
        self.frame: int = answer.get("frame", 0)

    def __iter__(self) -> Iterator[LiveBlock]:
        """Blocks as they come, until the recorder stops or close() is called."""
        while (block := self._next()) is not None:
            yield block

    def _next(self) -> LiveBlock | None:
        try:
            tag, skipped, frames = BLOCK.unpack(self._read(BLOCK.size))
            if tag in MARKS:
                call_id, frame = MARK.unpack(self._read(MARK.size))
                return LiveBlock(skipped, tag, self._samples(b""), CallMark(call_id.decode(), frame))
            size = 2 * frames * self.channels
            return LiveBlock(skipped, tag, self._samples(self._read(size) if tag == PCM else bytes(size)))
        except (OSError, ValueError, EOFError):  # closed, by either side
            return None

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _samples(self, data: bytes) -> Samples:
        return np.frombuffer(data, "<i2").reshape(-1, self.channels)

    def close(self) -> None:
        """Stop listening; closing twice does no harm."""
        with contextlib.suppress(OSError):
            # Whoever reads just now, in another thread, holds the file until there is an end to be read.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def listen(settings: Settings, line: str, by: str, *, calls: bool = False, patience_s: float | None = None) -> LiveAudio:
    """Hear a line live. calls, patience_s: see LiveAudio. Raises UserError when the recorder does not run, there is no such line,
    or too many listen."""
    return LiveAudio(run_folder(settings), line, by, calls=calls, patience_s=patience_s)


def pause(settings: Settings, line: str, by: str, reason: str, seconds: float) -> str:
    """Write nothing of the line's call for at most `seconds`; the call's id. Raises UserError when that cannot be done."""
    request: dict[str, object] = {"ask": "pause", "line": line, "by": by, "reason": reason, "seconds": seconds}
    return str(_command(run_folder(settings), request)["call_id"])


def resume(settings: Settings, line: str, by: str) -> float:
    """Record again; for how many seconds the call was paused. Raises UserError when that cannot be done."""
    return float(_command(run_folder(settings), {"ask": "resume", "line": line, "by": by})["seconds"])


def _command(run: Path, request: dict[str, object]) -> dict[str, Any]:
    with _connect(run) as connection, connection.makefile("rb") as file:
        return _ask(connection, file.readline, request)


def _connect(run: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    connection.settimeout(ANSWER_S)
    try:
        at_socket(run, connection.connect)
    except PermissionError as error:
        connection.close()
        raise UserError(
            f"This user may not use the recorder's socket in {run}. Add the user to the group callbox, or run this as root.",
            f"当前用户无权使用 {run} 中的录音服务套接字。请将用户加入 callbox 组,或以 root 运行。",
        ) from error
    except OSError as error:
        connection.close()
        raise UserError(
            f"The recorder does not answer in {run} ({error.strerror or error}). Start it: systemctl start callbox-recorder",
            f"录音服务在 {run} 没有应答({error.strerror or error})。请启动:systemctl start callbox-recorder",
        ) from error
    return connection


def _ask(connection: socket.socket, readline: Any, request: dict[str, object]) -> dict[str, Any]:
    try:
        connection.sendall(line_of(request))
        answer: dict[str, Any] = json.loads(readline(LONGEST_LINE))
    except (OSError, ValueError) as error:
        raise UserError("The recorder gave no answer; is it busy or stopping?", "录音服务没有应答;是否繁忙或正在停止?") from error
    if not answer.get("ok"):
        said = answer.get("error", {})
        raise UserError(said.get("en", "refused"), said.get("zh", "被拒绝"))
    return answer
