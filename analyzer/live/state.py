"""What live understanding does: a small file beside the databases, for whoever asks the box how it is."""

from __future__ import annotations

import json
import os
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE_NAME = "live.json"
_OF_LATE = 100  # utterances over which delays are told
_LATE_FOR_S = 60.0  # seconds for which it is told that something was left out


@dataclass(frozen=True)
class LiveLine:
    """A line that is understood live. call_id: of the open call, or None. why, why_zh: why it is not heard; empty while it is."""

    line: str
    call_id: str | None
    why: str = ""
    why_zh: str = ""


@dataclass(frozen=True)
class LiveState:
    """at: UTC epoch seconds. state: "following"; "behind", while utterances were left out in the last minute because there was no
    time for them; "hot", while the box is too hot for it. waiting: utterances that have ended and are not understood yet. said,
    late: utterances understood and left out since the start. delay_s, worst_delay_s: from an utterance's last sound to its row, of
    the latest hundred the median and the longest; None before the first."""

    at: float
    state: str
    lines: tuple[LiveLine, ...]
    waiting: int = 0
    said: int = 0
    late: int = 0
    delay_s: float | None = None
    worst_delay_s: float | None = None


class Tally:
    """Counts what becomes of utterances."""

    def __init__(self) -> None:
        self.said = self.late = 0
        self._late_at = float("-inf")
        self._delays: deque[float] = deque(maxlen=_OF_LATE)

    def understood(self, delay_s: float) -> None:
        """One has its row, so many seconds after its last sound."""
        self.said += 1
        self._delays.append(delay_s)

    def left_out(self, count: int, now: float) -> bool:
        """There was no time for these. Whether that is news."""
        news = bool(count) and now - self._late_at > _LATE_FOR_S
        self.late += count
        self._late_at = now if count else self._late_at
        return news

    def state(self, now: float, lines: tuple[LiveLine, ...], waiting: int, *, hot: bool) -> LiveState:
        """All of it."""
        doing = "hot" if hot else "behind" if now - self._late_at < _LATE_FOR_S else "following"
        delays = sorted(self._delays)
        half, worst = (round(delays[len(delays) // 2], 2), round(delays[-1], 2)) if delays else (None, None)
        return LiveState(now, doing, lines, waiting, self.said, self.late, half, worst)


def write_live(folder: Path, state: LiveState) -> None:
    """Replace the file. Raises OSError."""
    beside = folder / f"{FILE_NAME}.new"
    folder.mkdir(parents=True, exist_ok=True)
    beside.write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8")
    os.replace(beside, folder / FILE_NAME)  # noqa: PTH105  the same, and atomic


def read_live(folder: Path) -> LiveState | None:
    """What was told last; None when it never was, or nobody can read it."""
    try:
        values: dict[str, Any] = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        values["lines"] = tuple(LiveLine(**line) for line in values["lines"])
        return LiveState(**values)
    except (OSError, ValueError, KeyError, TypeError):
        return None
