"""What a telephone line is doing, from samples of the voltage across its two wires.

Thresholds and times, with their sources, are explained in firmware/README.md. Voltages are whole millivolts and times whole
milliseconds, since MicroPython allocates memory for every float. Runs under MicroPython and under CPython alike.
"""

from firmware.protocol import KINDS
from firmware.thresholds import Thresholds

RING_START, RING_STOP, OFF_HOOK, ON_HOOK, FLASH, REVERSED, NO_LINE = range(len(KINDS))

QUIET_MV = 15000  # voltages this near to the last turning point begin no swing
REVERSED_MS = 100  # a polarity lasts this long to count

RING_CYCLES = 3  # so many swings in a row are ringing
RING_FAST_MS = 107  # three cycles at 28 Hz
RING_SLOW_MS = 214  # three cycles at 14 Hz
RING_GONE_MS = 150  # no swing for this long: the burst is over
CYCLE_MIN_MS, CYCLE_MAX_MS = 25, 80  # 16 to 25 Hz and what sampling adds: a spike before a ring is not its first swing

HUM_MS = 45  # within this the voltage crosses zero twice where only mains hum is on the wires: nothing feeds them
HUM_HALF_MS = 8  # half a cycle of it; what crosses back sooner is a spike

_NEVER = -1000
_UNKNOWN, _DEAD, _LOOP, _OPEN = range(4)
_NAMES = ("unknown", "no_line", "off_hook", "idle")


class LineState:
    """One line. Feed it samples in order, 2 to 10 ms apart; it gives events as (kind, ms at which it began).

    Where nothing happens update() allocates no memory, as long as times stay below 2**30 ms: see rebase().
    """

    def __init__(self, thresholds: "Thresholds | None" = None) -> None:
        self._limits = thresholds or Thresholds()
        self.ringing = False
        self.reversed = False  # polarity is other than when the line was first seen
        self._told = _UNKNOWN  # the level last told by an event
        self._level = _UNKNOWN  # the present level, single odd samples left out
        self._since = 0
        self._last = _UNKNOWN  # of the last sample
        self._last_at = 0
        self._flash_at = -1  # when a break of the loop began that may turn out to be a flash
        self._peak = 0  # the furthest of the present swing
        self._upwards = False
        self._cycles = []  # type: list[int]  # when the last swings turned upwards
        self._polarity = 0
        self._sign = 0  # of the last sample, and since when
        self._sign_at = 0
        self._turned_at = -1
        self._crossed = self._crossed_2 = _NEVER  # when the voltage last crossed zero as hum does, and the time before

    def state(self) -> str:
        """The line's state now: "unknown", "no_line", "idle", "ringing" or "off_hook"."""
        return "ringing" if self.ringing else _NAMES[self._told]

    def update(self, now: int, mv: int) -> "list[tuple[int, int]] | tuple[()]":
        """Take a sample. now: ms, never less than before. mv: signed millivolts."""
        limits = self._limits
        size = mv if mv >= 0 else -mv
        if size < limits.dead_mv or (size < limits.loop_mv and now - self._crossed_2 <= HUM_MS):
            level = _DEAD
        else:
            level = _LOOP if size < (limits.open_mv if self._level == _LOOP else limits.loop_mv) else _OPEN
        if level == self._last == self._level == self._told and self._at_rest(mv):
            self._last_at = now
            return ()
        events = []  # type: list[tuple[int, int]]
        self._follow_swings(now, mv, events)
        self._follow_level(now, level, events)
        sign = -1 if mv < 0 else 1
        if sign != self._sign:
            softly = level != _OPEN and self._last != _OPEN  # noqa: PLR1714  a tuple would be allocated
            self._cross(now, sign, softly)
        elif level == _DEAD:
            self._turned_at = -1
        else:
            self._follow_polarity(now, sign, events)
        if events:
            self._peak = mv  # swings are counted from the level that now holds
        self._last, self._last_at = level, now
        return events

    def rebase(self, ms: int) -> None:
        """Let all times count from `ms` later on. What lies before is long past; only that it does matters."""
        self._since = max(0, self._since - ms)
        self._last_at = max(0, self._last_at - ms)
        self._cycles = [max(0, at - ms) for at in self._cycles]
        self._sign_at = max(0, self._sign_at - ms)
        self._crossed = self._crossed_2 = _NEVER
        if self._flash_at >= 0:
            self._flash_at = max(0, self._flash_at - ms)
        if self._turned_at >= 0:
            self._turned_at = max(0, self._turned_at - ms)

    def _at_rest(self, mv: int) -> bool:
        """Nothing is under way, and this sample begins nothing: so it is nearly always, and cheap to find out."""
        return (
            -QUIET_MV < mv - self._peak < QUIET_MV
            and not self._cycles
            and self._flash_at < 0
            and self._turned_at < 0
            and (mv ^ self._sign) >= 0
            and (self._level == _DEAD or (mv ^ self._polarity) >= 0)
        )

    def _follow_swings(self, now: int, mv: int, events: "list[tuple[int, int]]") -> None:
        if self._upwards:
            if mv < self._peak - self._limits.swing_mv:
                self._upwards = False
                self._peak = mv
        elif mv > self._peak + self._limits.swing_mv:
            self._upwards = True
            self._peak = mv
            self._count_cycle(now, events)
        self._peak = max(self._peak, mv) if self._upwards else min(self._peak, mv)
        if self._cycles and now - self._cycles[-1] >= RING_GONE_MS:
            self._stop_ringing(self._cycles[-1], events)

    def _count_cycle(self, now: int, events: "list[tuple[int, int]]") -> None:
        self._cycles = self._cycles[-RING_CYCLES:] + [now]  # noqa: RUF005  MicroPython does not unpack inside a list
        if self.ringing or len(self._cycles) <= RING_CYCLES:
            return
        if RING_FAST_MS <= now - self._cycles[0] <= RING_SLOW_MS and self._regular():
            self.ringing = True
            events.append((RING_START, self._cycles[0]))

    def _regular(self) -> bool:
        for number in range(RING_CYCLES):  # noqa: SIM110  so would a generator
            if not CYCLE_MIN_MS <= self._cycles[number + 1] - self._cycles[number] <= CYCLE_MAX_MS:
                return False
        return True

    def _stop_ringing(self, at: int, events: "list[tuple[int, int]]") -> None:
        self._cycles = []
        if self.ringing:
            self.ringing = False
            events.append((RING_STOP, at))

    def _follow_level(self, now: int, level: int, events: "list[tuple[int, int]]") -> None:
        if level != self._level and level == self._last:
            self._change_level(level)
        held, limits = now - self._since, self._limits
        if self._level == _LOOP and held >= limits.settle_ms:
            self._settle_loop(events)
        elif self._level == _OPEN and held >= (limits.flash_max_ms if self._told == _LOOP else limits.settle_ms):
            self._tell(_OPEN, ON_HOOK, events)
        elif self._level == _DEAD and held >= limits.dead_ms:
            self._tell(_DEAD, NO_LINE, events)

    def _change_level(self, level: int) -> None:
        """Two samples agree on a new level, which began with the first of them."""
        broke = self._told == _LOOP and self._level == _OPEN and level == _LOOP
        if broke and self._last_at - self._since >= self._limits.flash_min_ms:
            self._flash_at = self._since
        self._level, self._since = level, self._last_at

    def _settle_loop(self, events: "list[tuple[int, int]]") -> None:
        if self._told == _LOOP and self._flash_at >= 0:
            events.append((FLASH, self._flash_at))
        self._tell(_LOOP, OFF_HOOK, events)

    def _tell(self, level: int, kind: int, events: "list[tuple[int, int]]") -> None:
        self._flash_at = -1
        if self._told == level:
            return
        if level != _OPEN:  # a line that is answered or cut off rings no more
            self._stop_ringing(min(self._since, self._cycles[-1]) if self._cycles else self._since, events)
        self._told = level
        events.append((kind, self._since))

    def _cross(self, now: int, sign: int, softly: bool) -> None:
        """The sign is another than a sample ago: noted, no more, since one odd sample says nothing. softly: as hum does."""
        if softly and now - self._sign_at >= HUM_HALF_MS:
            self._crossed_2, self._crossed = self._crossed, now
        self._sign, self._sign_at = sign, now

    def _follow_polarity(self, now: int, sign: int, events: "list[tuple[int, int]]") -> None:
        """Two samples agree on a sign."""
        if sign == self._polarity:
            self._turned_at = -1
        elif self._turned_at < 0:
            self._turned_at = self._sign_at
        elif now - self._turned_at >= REVERSED_MS:
            if self._polarity:
                self.reversed = not self.reversed
                events.append((REVERSED, self._turned_at))
            self._polarity, self._turned_at = sign, -1
