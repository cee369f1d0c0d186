"""Memory given back to the system. glibc keeps what large arrays and many threads have used, in an arena a thread; a worker that
answers for months would only ever grow."""

from __future__ import annotations

import ctypes
import gc

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
LARGE = 256 * 1024
"""Bytes from which a block is asked of the system by itself, and given back as soon as it is free."""
ARENAS = 2


def give_back_early() -> None:
    """From now on in this process and those it forks. Does nothing where the C library knows no mallopt (musl)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_ARENA_MAX, ARENAS), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE)):
            mallopt(option, value)


def share() -> None:
    """Before a fork: the collector leaves what is there alone from now on. It would write into every object, and so the workers'
    copies of the same pages would part."""
    gc.collect()
    gc.freeze()
