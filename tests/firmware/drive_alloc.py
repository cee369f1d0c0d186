"""How many bytes the sampling path takes from the heap, in 2000 rounds of eight lines at rest. MicroPython only."""

# ruff: noqa: T201  its output is the test's input

import gc

from firmware.linestate import LineState
from firmware.scale import line_mv
from firmware.thresholds import Thresholds

limits = Thresholds()
lines = [LineState(limits) for _ in range(8)]
READINGS = (32768 - 7750, 32768 - 7600, 32768 - 7800, 32768 - 7900)


def rounds(first, count):
    now = first
    for number in range(count):
        raw = READINGS[number & 3]
        for line in lines:
            line.update(now, line_mv(raw, 32768))
        now += 5


rounds(0, 400)
gc.collect()
gc.disable()
before = gc.mem_alloc()
rounds(2000, 2000)
print("at rest", gc.mem_alloc() - before)
before = gc.mem_alloc()
rounds(2**30 + 5000, 20)
print("beyond 2**30", gc.mem_alloc() - before)
