"""How hot the machine is and how much its programs wait for a CPU, as Linux tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

_SANE_C = (0.0, 130.0)  # a sensor that is not wired says -274 or 0, or thousands


class Sensors(Protocol):
    """None where the machine does not tell."""

    def temperature_c(self) -> float | None:
        """Of its hottest part, °C."""

    def pressure(self) -> float | None:
        """Share of the last minute, 0–100, in which something that could run had to wait for a CPU."""


class MachineSensors:
    """This machine's. root: where /sys and /proc are; another one in tests."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._zones = root / "sys" / "class" / "thermal"
        self._pressure = root / "proc" / "pressure" / "cpu"

    def temperature_c(self) -> float | None:
        """See Sensors. The kernel gives thousandths of a degree a zone (Documentation/ABI/testing/sysfs-class-thermal)."""
        return max(self._temperatures(), default=None)

    def pressure(self) -> float | None:
        """See Sensors: avg60 of the line "some" (Documentation/accounting/psi.rst)."""
        try:
            found = re.search(r"^some .*\bavg60=([0-9.]+)", self._pressure.read_text(encoding="ascii"), re.MULTILINE)
            return float(found[1]) if found else None
        except (OSError, ValueError):
            return None

    def _temperatures(self) -> Iterator[float]:
        for zone in self._zones.glob("thermal_zone*"):
            try:
                celsius = int((zone / "temp").read_text(encoding="ascii")) / 1000
            except (OSError, ValueError):  # a zone that is switched off cannot be read
                continue
            if _SANE_C[0] < celsius < _SANE_C[1]:
                yield celsius
