"""Pictures of the tap board's simulation, as SVG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firmware.thresholds import DEFAULTS
from hw.board.spice import Bench
from hw.board.tolerance import OFF_HOOK_V, ON_HOOK_V, draw

SIZE = (7.0, 3.2)
STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "svg.hashsalt": "callbox",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_all(bench: Bench, folder: Path) -> list[Path]:
    """Draw them into a folder, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, paint in (("passband", _passband), ("insertion", _insertion), ("surge", _surge), ("tolerance", _tolerance)):
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=SIZE, layout="constrained")
            paint(bench, figure.add_subplot())
            made.append(folder / f"{name}.svg")
            figure.savefig(made[-1], metadata={"Date": None})
    return made


def _passband(bench: Bench, axes: Axes) -> None:
    table = bench.table("passband")
    for column, label in ((1, "line → ADC"), (3, "earpiece → ADC"), (4, "microphone → ADC"), (2, "line → RP2040")):
        reference = table[:, column].max() if column == 2 else np.interp(1000.0, table[:, 0], table[:, column])
        axes.semilogx(table[:, 0], table[:, column] - reference, label=label)
    axes.fill_between([300, 3400], [-1, -1], [1, 1], alpha=0.15, label="±1 dB, 300–3400 Hz")
    axes.set(xlabel="Hz", ylabel="dB", ylim=(-12, 3), xlim=(5, 1e5))
    axes.legend()


def _insertion(bench: Bench, axes: Axes) -> None:
    table = bench.table("insertion")
    axes.semilogx(table[:, 0], 1000 * (table[:, 1] - table[:, 2]))
    axes.axvspan(300, 3400, alpha=0.1)
    axes.set(xlabel="Hz", ylabel="insertion loss, mdB (limit 100)", ylim=(0, None))


def _surge(bench: Bench, axes: Axes) -> None:
    waves = bench.waves("surge")
    time = waves["time"] * 1000
    for node, label in (("v(a3)", "wire"), ("v(x3.a2)", "after the lead's resistor"), ("v(x3.xa.a3)", "at the blocking capacitor")):
        axes.plot(time, waves[node], label=label)
    axes.plot(time, waves["v(x3.xa.n)"] * 100, label="amplifier input, × 100")
    axes.set(xlabel="ms", ylabel="V", xlim=(0, 3))
    axes.legend()


def _tolerance(bench: Bench, axes: Axes) -> None:
    draws = draw(bench)
    low, high = draws.told_mv.min(axis=(0, 1)) / 1000, draws.told_mv.max(axis=(0, 1)) / 1000
    axes.fill_between(draws.volts, low, high, alpha=0.5, label=f"{len(draws.told_mv)} boards, all common-mode voltages")
    for volts in DEFAULTS[:3]:
        axes.axhline(volts / 1000, linewidth=0.8, linestyle="--", color="tab:red")
    for span in (OFF_HOOK_V, ON_HOOK_V):
        axes.axvspan(*span, alpha=0.12)
    axes.set(xlabel="V on the line", ylabel="V as the firmware reads them", xlim=(0, 62), ylim=(0, 66))
    axes.legend(loc="upper left")
