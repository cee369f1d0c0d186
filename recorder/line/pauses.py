"""Recording paused on a line while a card number is said. What is said then is written nowhere, and nobody hears it live.

A pause belongs to a call: it begins on an open one and ends with it at the latest. It has a limit, after which recording goes on by
itself, so that a pause that was forgotten loses no more than that. Limits are counted in the line's own frames: a clock that is set
neither shortens nor stretches them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from hw.messages import Message, UserError
from recorder.ids import new_id
from recorder.store.calls import Pause
from recorder.store.journal import Journal
from recorder.watch.alarms import Alarms

log = logging.getLogger(__name__)

REASON = "paused"
"""The reason of the gap a pause leaves."""

LONGEST_S = 1800.0
"""Seconds: longer than any card number takes, shorter than a shift."""

ALARM = "pause_expired"


@dataclass
class _Standing:
    row: Pause
    left: int
    frames: int = 0


class Pauses:
    """Of all lines. open_call: the id of a line's open call, or None. now: UTC epoch seconds. rate: frames per second."""

    def __init__(
        self, journal: Journal, alarms: Alarms, open_call: Callable[[str], str | None], now: Callable[[], float], rate: int
    ) -> None:
        self._journal = journal
        self._alarms = alarms
        self._open_call = open_call
        self._now = now
        self._rate = rate
        self._standing: dict[str, _Standing] = {}

    def pause(self, line: str, by: str, reason: str, seconds: float) -> dict[str, object]:
        """Pause the line's open call from its next block on, for at most `seconds`. Raises UserError when there is no call, it is
        paused already, or the limit is none."""
        if not 0 < seconds <= LONGEST_S:
            most = round(LONGEST_S / 60)
            raise UserError(
                f"A pause lasts at most {most} minutes, and more than none.", f"暂停时长须大于 0 且不超过 {most} 分钟。"
            )
        call_id = self._open_call(line)
        if call_id is None:
            raise UserError(f"Line {line} has no call to pause.", f"线路 {line} 没有可暂停的通话。")
        if line in self._standing:
            who = self._standing[line].row.by
            raise UserError(f"Line {line} is paused already, by {who}.", f"线路 {line} 已被 {who} 暂停。")
        at = self._now()
        row = Pause(new_id(at), line, call_id, at, by, reason)
        self._standing[line] = _Standing(row, round(seconds * self._rate))
        self._journal.do(lambda store: store.begin_pause(row))
        log.info("line %s: call %s is paused by %s (%s), for at most %.0f s", line, call_id, by, reason or "no reason", seconds)
        return {"call_id": call_id, "seconds": seconds}

    def resume(self, line: str, by: str) -> dict[str, object]:
        """Record again from the next block on. Raises UserError when the line is not paused."""
        if line not in self._standing:
            raise UserError(f"Line {line} is not paused.", f"线路 {line} 没有暂停。")
        pause = self._end(line, "resumed", by)
        return {"call_id": pause.row.call_id, "seconds": round(pause.frames / self._rate, 1)}

    def covers(self, line: str, frames: int) -> bool:
        """Whether the line's next frames, as many as that, fall into a pause; counts them."""
        pause = self._standing.get(line)
        if pause is None:
            return False
        if pause.left <= 0:
            self._end(line, "limit", "")
            by, call = pause.row.by, pause.row.call_id
            seen = Message(f"paused by {by}, call {call}: recording goes on", f"由 {by} 暂停，通话 {call}：已继续录音")
            self._alarms.set(ALARM, line, True, seen)
            return False
        pause.left -= frames
        pause.frames += frames
        return True

    def call_ended(self, line: str) -> None:
        """The line's call is over, and with it its pause."""
        if line in self._standing:
            self._end(line, "call_ended", "")
        self._alarms.set(ALARM, line, False)

    def since(self, line: str) -> tuple[float, str] | None:
        """Since when and by whom a line is paused; None when it is not."""
        pause = self._standing.get(line)
        return None if pause is None else (pause.row.at, pause.row.by)

    def _end(self, line: str, how: str, by: str) -> _Standing:
        pause = self._standing.pop(line)
        self._journal.do(lambda store: store.end_pause(pause.row.id, pause.frames, how, by))
        seconds, call_id = pause.frames / self._rate, pause.row.call_id
        log.log(
            logging.WARNING if how == "limit" else logging.INFO,
            "line %s: call %s was paused for %.1f s (%s%s)", line, call_id, seconds, how, f" by {by}" if by else "",
        )  # fmt: skip
        return pause
