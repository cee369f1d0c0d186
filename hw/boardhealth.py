"""What the tap board says of itself with every heartbeat."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from firmware.selftest import FAULTS
from hw.messages import Message

log = logging.getLogger(__name__)

FAULT_NAMES = {"reference": "2.5 V 基准电压", "middle": "中点电压", "multiplexer": "多路开关", "memory": "已存门限"}
"""firmware.selftest.FAULTS in Chinese."""


@dataclass(frozen=True)
class BoardHealth:
    """The board as it said last.

    faults: of firmware.selftest.FAULTS. stuck: inputs at the end of their scale. lost: events the board had to give up since it
    started, because nobody acknowledged them; the box may have had some of them all the same. slowest_ms: its longest round of
    samples in the last second.
    """

    faults: tuple[str, ...] = ()
    stuck: tuple[int, ...] = ()
    lost: int = 0
    slowest_ms: int = 0

    @property
    def trouble(self) -> Message | None:
        """In words, None when all is well."""
        found = [Message(f"self-test fails: {name}", f"自检失败：{FAULT_NAMES[name]}") for name in self.faults]
        found += [Message(f"input {n} is stuck at the end of its scale", f"输入 {n} 停在量程尽头") for n in self.stuck]
        return Message(", ".join(one.en for one in found), "，".join(one.zh for one in found)) if found else None


def health_of(fields: Sequence[int]) -> BoardHealth:
    """From a heartbeat's last four fields."""
    lost, faults, stuck, slowest = fields
    return BoardHealth(
        tuple(name for bit, name in enumerate(FAULTS) if faults >> bit & 1),
        tuple(sense for sense in range(16) if stuck >> sense & 1),
        lost,
        slowest,
    )


def log_change(port: str, before: BoardHealth, now: BoardHealth) -> None:
    """Say what has become wrong and what is right again, once each."""
    for name in sorted({*now.faults} - {*before.faults}):
        log.error("tap board %s: self-test fails: %s", port, name)
    for sense in sorted({*now.stuck} - {*before.stuck}):
        log.error("tap board %s: input %d is stuck at the end of its scale", port, sense)
    if (before.faults or before.stuck) and not (now.faults or now.stuck):
        log.info("tap board %s: self-test passes again", port)
    if now.lost > before.lost:
        log.error("tap board %s: has given up %d line events that the box had not acknowledged", port, now.lost - before.lost)
