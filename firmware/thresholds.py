"""The voltages and times by which line states are told apart. The box may set them; their sources: firmware/README.md."""

NAMES = ("dead_mv", "loop_mv", "open_mv", "swing_mv", "settle_ms", "dead_ms", "flash_min_ms", "flash_max_ms")

DEFAULTS = (
    1500,  # dead_mv, below: nothing feeds the line. 4 V, all tolerances against us, read as 2.6; an open input as less than 1
    18000,  # loop_mv, below, coming from above: the line is off-hook (4 to 14 V)
    24000,  # open_mv, above, coming from below: the line is on-hook (40 to 60 V)
    70000,  # swing_mv: a ring (75 to 90 V AC, 212 to 255 V peak to peak) turns round after more than this; no hook does
    35,  # settle_ms: a level lasts this long to count
    1000,  # dead_ms: no voltage for this long is no line; shorter gaps are the exchange's own signals
    80,  # flash_min_ms: a shorter break of the loop is a dial pulse (about 60 ms) or a bounce
    700,  # flash_max_ms: a longer one is a hang-up
)

LOWEST = (500, 3000, 6000, 20000, 10, 100, 20, 100)
HIGHEST = (10000, 60000, 80000, 200000, 500, 10000, 500, 2000)


def wrong(values) -> str:  # type: ignore[no-untyped-def]
    """The name of the first value that cannot be; "" when all can."""
    for name, value, low, high in zip(NAMES, values, LOWEST, HIGHEST):  # noqa: B905  MicroPython's zip knows no strict
        if not low <= value <= high:
            return name
    dead, loop, open_, _, _, _, flash_min, flash_max = values
    if not dead < loop < open_:
        return "loop_mv"
    return "" if flash_min < flash_max else "flash_min_ms"


class Thresholds:
    """The values in force; all lines of a board share one. Millivolts and milliseconds."""

    def __init__(self) -> None:
        self.dead_mv, self.loop_mv, self.open_mv, self.swing_mv = DEFAULTS[:4]
        self.settle_ms, self.dead_ms, self.flash_min_ms, self.flash_max_ms = DEFAULTS[4:]

    def values(self) -> "tuple[int, ...]":
        """In the order of NAMES."""
        levels = (self.dead_mv, self.loop_mv, self.open_mv, self.swing_mv)
        return levels + (self.settle_ms, self.dead_ms, self.flash_min_ms, self.flash_max_ms)  # noqa: RUF005

    def set(self, values) -> bool:  # type: ignore[no-untyped-def]
        """Take new values if they can be, all or none."""
        if len(values) != len(NAMES) or wrong(values):
            return False
        self.dead_mv, self.loop_mv, self.open_mv, self.swing_mv = values[:4]
        self.settle_ms, self.dead_ms, self.flash_min_ms, self.flash_max_ms = values[4:]
        return True
