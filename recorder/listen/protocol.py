"""The recorder's socket: live listening (远程监听), and pausing a call while a card number is said.

`<run>/recorder.sock`, a Unix stream socket for the box's group (0660). The client sends one line of JSON and gets one line of JSON:

    {"ask": "listen", "line": "1", "by": "1001"}
        → {"ok": true, "line": "1", "layout": "pair", "rate": 8000, "channels": 2, "encoding": "s16le"}, then blocks
          until either side closes
    {"ask": "listen", …, "calls": true}   for programs that want to know which call they hear
        → the same with "frame": 4711, the line's time (frames since the recorder began) at the first block
    {"ask": "pause", "line": "1", "by": "1001", "reason": "card number", "seconds": 120}
        → {"ok": true, "line": "1", "call_id": "…", "seconds": 120}
    {"ask": "resume", "line": "1", "by": "1001"}
        → {"ok": true, "line": "1", "call_id": "…", "seconds": 14.2}    how long it was paused
    anything that cannot be done → {"ok": false, "error": {"en": "…", "zh": "…"}}

A block is a tag of four bytes, frames skipped before it (u32) and its own frames (u32), little endian:

    "PCM "  frames × channels signed 16-bit samples follow, interleaved: agent left, customer right
    "PAUS"  the call was paused for so many frames; nothing follows
    "LOST"  the device lost so many frames; nothing follows

Who asked for calls gets between them, with no frames of their own, the call's id (36 bytes) and a frame of the line's time (u64):

    "CALL"  this call is open; it began, or begins, with that frame
    "ENDS"  it ended before that frame
    "DROP"  it was none (too short) and is forgotten

Frames are skipped when the reader falls behind: it then misses audio, and is told how much. So skipped + frames over all blocks is
the line's time, whatever happens. A reader that has taken nothing for a minute is sent away.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hw.messages import Message, UserError

SOCKET = "recorder.sock"
BLOCK = struct.Struct("<4sII")
PCM, PAUSED, LOST = b"PCM ", b"PAUS", b"LOST"
MARK = struct.Struct("<36sQ")
BEGAN, ENDED, DROPPED = MARKS = b"CALL", b"ENDS", b"DROP"
ENCODING = "s16le"
LONGEST_LINE = 4096
"""Bytes of a request."""

T = TypeVar("T")


def refusal(message: Message) -> dict[str, object]:
    """The answer that says no, and why."""
    return {"ok": False, "error": {"en": message.en, "zh": message.zh}}


def line_of(values: dict[str, object]) -> bytes:
    """Values as one line."""
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def parse(line: bytes) -> dict[str, Any]:
    """A line's values. Raises UserError when it holds none."""
    try:
        values = json.loads(line)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise UserError("The request is no line of JSON; recorder.listen.protocol says how to ask.", "请求不是一行 JSON。")
    return values


def at_socket(run: Path, use: Callable[[str], T]) -> T:
    """Call `use` with a path of the socket that is short enough for bind(2) and connect(2), which take 107 bytes, wherever the run
    folder lies."""
    folder = os.open(run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return use(f"/proc/self/fd/{folder}/{SOCKET}")
    finally:
        os.close(folder)
