"""The whole box under watch: every line, the clock, and alarms that end by themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from recorder.keeper import Keeper
from recorder.settings.sections import Line, Settings
from recorder.store.reader import CallReader
from recorder.watch.alarms import Alarms
from recorder.watch.clock import synchronised
from recorder.watch.deadline import DeadLine
from recorder.watch.latch import Latch
from recorder.watch.line import LineWatch
from recorder.watch.usual import Usual, usual_of

log = logging.getLogger(__name__)

LOOK_S, SLOW_S, LEARN_S = 1.0, 60.0, 6 * 3600.0
"""Seconds between looks at what is wrong with lines; at dead lines and the time server; between learning the usual traffic anew."""

UNSYNCHRONISED_LOOKS = 60
"""Looks in a row without a time server before it is worth an alarm: an hour, in which a box that was just switched on finds it."""


class Watch(Keeper):
    """Raises and clears what is wrong with lines and clock. One a recorder.

    alarms: None for a guest in another recorder's store, whose alarms are not its own; then only levels are measured. reader: of
    calls.db. now: UTC epoch seconds; monotonic: seconds. synced: as `synchronised`.
    """

    def __init__(
        self,
        settings: Settings,
        alarms: Alarms | None,
        reader: CallReader,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        *,
        synced: Callable[[], bool | None] = synchronised,
    ) -> None:
        self._settings, self._alarms, self._reader = settings, alarms, reader
        self._now, self._monotonic, self._synced = now, monotonic, synced
        self._zone = ZoneInfo(settings.site.timezone)
        self._lines: dict[str, LineWatch] = {}
        self._dead: dict[str, DeadLine] = {}
        self._real = not settings.simulation.start  # a simulated clock is set by nobody, and runs at its own speed
        self._unsynchronised = Latch(UNSYNCHRONISED_LOOKS, on=self._stands("time_unsynchronised"))
        self._look_due = self._slow_due = self._learn_due = float("-inf")
        if alarms is not None:
            alarms.forget("line", {line.name for line in settings.line})
            alarms.forget("device", {device.name for device in settings.device})

    def line(self, line: Line, rate: int) -> LineWatch:
        """The watch over one line, to be told everything that happens on it."""
        standing = self._alarms.standing(line.name) if self._alarms is not None else frozenset()
        watch = LineWatch(rate, len(line.channels), self._settings.alarms, standing)
        self._lines[line.name] = watch
        limit = self._settings.alarms.dead_line_calls
        self._dead[line.name] = DeadLine(Usual(), limit, standing="dead_line" in standing)
        return watch

    def take_up(self, settings: Settings) -> None:
        """Judge by these settings' limits from now on; nothing that was heard is forgotten."""
        self._settings = settings
        for name, line in self._lines.items():
            line.take_up(settings.alarms)
            self._dead[name].limit = settings.alarms.dead_line_calls

    def step(self) -> None:
        """Look at what is due."""
        now = self._monotonic()
        if self._alarms is None or now < self._look_due:
            return
        self._look_due = now + LOOK_S
        self._look(self._alarms)
        if now >= self._slow_due:
            self._slow_due = now + SLOW_S
            self._look_slowly(self._alarms, now)

    def close(self) -> None:
        """Nothing is open."""

    def clock_set(self, jump: float) -> None:
        """The clock was set, by so many seconds (ClockWatch.step)."""
        if self._alarms is not None and self._real:
            self._alarms.set("clock_jump", "clock", False)  # a second jump is a second alarm
            self._alarms.set("clock_jump", "clock", True, Message(f"{jump:+.1f} s", f"{jump:+.1f} 秒"))

    def _look(self, alarms: Alarms) -> None:
        for name, line in self._lines.items():
            for condition in line.conditions():
                alarms.set(condition.kind, name, condition.wrong, condition.detail)

    def _look_slowly(self, alarms: Alarms, now: float) -> None:
        if now >= self._learn_due:
            self._learn_due = now + LEARN_S
            self._learn()
        local = datetime.fromtimestamp(self._now(), self._zone)
        for name, dead in self._dead.items():
            wrong = dead.step(local, self._lines[name].lived())
            hours, calls = f"{dead.silent_s / 3600:.1f}", f"{dead.expected:.0f}"
            detail = Message(
                f"silent for {hours} h in which {calls} calls are usual", f"已 {hours} 小时无动静，平时此时段约有 {calls} 通电话"
            )
            alarms.set("dead_line", name, wrong, detail)
        if self._real:
            synced = self._synced()
            wrong = self._unsynchronised.feed(None if synced is None else not synced)
            alarms.set("time_unsynchronised", "clock", wrong, Message("no time server sets the clock", "时钟未与时间服务器同步"))
        alarms.expire()

    def _learn(self) -> None:
        for name, dead in self._dead.items():
            try:
                dead.usual = usual_of(self._reader, name, self._now(), self._settings.site.timezone)
            except UserError as error:
                log.debug("usual traffic of line %s is not learnt: %s", name, error)

    def _stands(self, kind: str) -> bool:
        return self._alarms is not None and kind in self._alarms.standing("clock")
