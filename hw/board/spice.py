"""Runs the tap board's netlists through ngspice and reads what it writes."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hw.messages import UserError

NETLIST = Path(__file__).parent / "netlist"
TIMEOUT_S = 120

Values = NDArray[np.float64]


def missing() -> UserError | None:
    """What to say when there is no ngspice here; None when there is."""
    if shutil.which("ngspice"):
        return None
    return UserError(
        "The board's simulation needs ngspice: apt-get install --no-install-recommends ngspice",
        "电路仿真需要 ngspice: apt-get install --no-install-recommends ngspice",
    )


class Bench:
    """A folder with the netlist in it, to run decks in. overrides: parts with other values than the design's, {"RA": "10k"}."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="callbox-spice-")
        self.path = Path(self._folder.name)
        for file in NETLIST.glob("*.cir"):
            shutil.copy(file, self.path)
        values = self.path / "values.cir"
        values.write_text(with_overrides(values.read_text("utf-8"), overrides or {}), "utf-8")

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def run(self, name: str, deck: str | None = None) -> None:
        """Run NAME.cir, or this deck under that name. Raises RuntimeError with ngspice's own words when it fails."""
        if deck is not None:
            (self.path / f"{name}.cir").write_text(deck, "utf-8")
        command = ["ngspice", "-b", f"{name}.cir"]
        ran = subprocess.run(command, cwd=self.path, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
        if ran.returncode or "error" in ran.stderr.lower():
            raise RuntimeError(f"ngspice {name}: {ran.stderr.strip() or ran.stdout.strip()[-2000:]}")

    def table(self, name: str) -> Values:
        """What NAME.cir wrote by wrdata: a row a point, the sweep first."""
        self.run(name)
        return np.loadtxt(self.path / f"{name}.txt")

    def waves(self, name: str) -> dict[str, Values]:
        """What NAME.cir wrote by write: every voltage and current over time."""
        self.run(name)
        return read_raw(self.path / f"{name}.raw")


def with_overrides(text: str, overrides: Mapping[str, str]) -> str:
    """The text of values.cir with other values. Raises KeyError for a name that is not in it."""
    lines = text.splitlines()
    for name, value in overrides.items():
        at = [number for number, line in enumerate(lines) if line.startswith(f".param {name}=")]
        if not at:
            raise KeyError(name)
        lines[at[0]] = f".param {name}={value}"
    return "\n".join(lines) + "\n"


def read_raw(path: Path) -> dict[str, Values]:
    """ngspice's binary rawfile of one real analysis: vectors by name, lower case."""
    head, _, body = path.read_bytes().partition(b"Binary:\n")
    names: list[str] = []
    lines = head.decode("utf-8", "replace").splitlines()
    start = lines.index("Variables:") + 1
    for line in lines[start:]:
        names.append(line.split()[1].lower())
    table = np.frombuffer(body, np.float64)
    table = table[: len(table) // len(names) * len(names)].reshape(-1, len(names))
    return {name: table[:, column] for column, name in enumerate(names)}


def number(text: str) -> float:
    """SPICE's own writing of a number: 4.7n, 3.3Meg, 80.6k."""
    scales = {"meg": 1e6, "g": 1e9, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12}
    low = text.strip().lower()
    for suffix, scale in scales.items():
        if low.endswith(suffix):
            return float(low[: -len(suffix)]) * scale
    return float(low)


def design_values(text: str | None = None) -> dict[str, float]:
    """The values of values.cir by name."""
    lines = (text or (NETLIST / "values.cir").read_text("utf-8")).splitlines()
    pairs = (line[7:].split(";")[0].split("=") for line in lines if line.startswith(".param "))
    return {name.strip(): number(value) for name, value in pairs}
