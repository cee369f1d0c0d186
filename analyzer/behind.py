"""How far behind the analyzer is: a small file beside the databases, for whoever asks the box how it is."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "analyzer.json"
EVERY_S = 5.0
"""Seconds between two writings."""


@dataclass(frozen=True)
class Behind:
    """at: UTC epoch seconds. calls, audio_s: what waits. rtf: seconds of work a second of audio, of late; None before the first
    call. catch_up_s: seconds of work until nothing waits, should no call come in. first: of the calls, those people wait for. While
    calls wait, these go first, then the newest, and every fourth is the oldest; none is left out. effort, causes: how much is put
    into a call and why it is not everything, the names of analyzer.economy in small letters, causes with commas between."""

    at: float
    calls: int
    audio_s: float
    rtf: float | None
    catch_up_s: float | None
    first: int = 0
    effort: str = "full"
    causes: str = ""


class Meter:
    """Keeps the file. folder: where running services leave what they tell."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._rtf: float | None = None
        self._effort, self._causes = "full", ""
        self._written_at = float("-inf")

    def worked(self, audio_s: float, wall_s: float) -> None:
        """A call is done; the last ten or so count."""
        if audio_s > 0:
            now = wall_s / audio_s
            self._rtf = now if self._rtf is None else 0.9 * self._rtf + 0.1 * now

    def sparing(self, effort: str, causes: str) -> None:
        """How much is put into the calls from now on; a change is told at once."""
        if effort != self._effort:
            self._written_at = float("-inf")
        self._effort, self._causes = effort, causes

    def behind(self, calls: int, audio_s: float, now: float, first: int = 0) -> Behind:
        """What to tell."""
        rtf = None if self._rtf is None else round(self._rtf, 4)
        catch_up_s = None if self._rtf is None else round(audio_s * self._rtf, 1)
        return Behind(now, calls, round(audio_s, 1), rtf, catch_up_s, first, self._effort, self._causes)

    def is_due(self, now: float) -> bool:
        """Whether it is time to write, which a clock that was set back does not put off."""
        return not 0 <= now - self._written_at < EVERY_S

    def tell(self, calls: int, audio_s: float, now: float, first: int = 0) -> None:
        """Write the file if it is time to. A disk that is full keeps nobody from working."""
        if not self.is_due(now):
            return
        self._written_at = now
        beside = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(asdict(self.behind(calls, audio_s, now, first))), encoding="utf-8")
            os.replace(beside, self._path)  # noqa: PTH105  the same, and atomic


def read_behind(folder: Path) -> Behind | None:
    """What the analyzer last told; None when it never did, or nobody can read it."""
    try:
        return Behind(**json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
