"""What a bad wire does to bytes."""

from __future__ import annotations

import random

from tests.hw.wire import Fault


def faulty(seed: int, rate: float) -> Fault:
    """Drops, doubles and flips bytes at this rate each, and throws in some of its own."""
    chance = random.Random(seed)

    def spoil(data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            what = chance.random()
            if what < rate:
                continue
            out.append(byte ^ 1 << chance.randrange(8) if what < 2 * rate else byte)
            if what > 1 - rate:
                out.append(byte)
            elif what > 1 - 1.5 * rate:
                out += chance.randbytes(3)
        return bytes(out)

    return spoil
