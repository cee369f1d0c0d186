"""Music on hold in the calls of a made centre."""

from __future__ import annotations

import random


class Holds:
    """Which calls had music on hold, and when."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"{seed} holds")

    def music(self, duration_s: float) -> list[dict[str, float]]:
        """Of one call, as the analyzer's measures tell it."""
        chance, place, length = self._rng.random(), self._rng.uniform(0.3, 0.5), self._rng.lognormvariate(3.3, 0.5)
        if duration_s < 40 or chance >= 0.12:
            return []
        start = round(duration_s * place, 2)
        return [{"start": start, "end": round(min(start + length, duration_s * 0.9), 2)}]
