"""Does the firmware see the right line state whatever the parts' errors are? Many taps, errors drawn by chance, one ngspice run.

Every tap is swept over the line's voltage at several voltages between the line and the board's ground. What its sense amplifier
gives goes through a model of the RP2040's converter and the firmware's own scale, thresholds and state machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firmware.linestate import LineState
from firmware.scale import line_mv
from hw.board.spice import Bench, Values

DRAWS = 300
SEED = 20261122

RESISTOR = 0.008
"""0.5 % as bought, and 100 ppm/K by which parts of one series differ over 30 K; a string's three all alike, the worst there is."""

OFFSET_V = 0.002
"""TLV9004 over temperature."""

REFERENCE = 0.02
"""The Pico's 3.3 V regulator, which is the converter's reference too, with its load and temperature."""

NEAR_LSB, FAR_LSB = 3.0, 10.0
"""Non-linearity of the RP2040's converter in its 12 bit steps: small around the middle, where off-hook lies, large at the four
codes of its erratum E11, which lie at 50 and 150 V."""

STEP_V = 2.0
HALF_SPAN_V = 62.0
COMMON_V = (-30.0, 0.0, 30.0)
"""The line's middle against the board's ground, which floats to the mean of all lines: 30 V off at most with feeds of 60 V."""

ON_HOOK_V, OFF_HOOK_V = (40.0, 60.0), (4.0, 14.0)
"""What has to be told right, volts."""


@dataclass(frozen=True)
class Draws:
    """volts: of the sweep, both polarities. told_mv: shape (draws, common-mode voltages, sweep), what the firmware reads."""

    volts: Values
    told_mv: Values


def draw(bench: Bench, draws: int | None = None, seed: int = SEED) -> Draws:
    """Run the sweep over so many boards (DRAWS)."""
    draws = draws or DRAWS
    chance = np.random.default_rng(seed)
    bench.run("tolerance", _deck(draws, chance))
    table = np.loadtxt(bench.path / "tolerance.txt")
    points = round(2 * HALF_SPAN_V / STEP_V) + 1
    outputs = table[:, 1:].reshape(len(COMMON_V), points, draws).transpose(2, 0, 1)
    return Draws(table[:points, 0], _converted(outputs, chance))


def _deck(draws: int, chance: np.random.Generator) -> str:
    lines = ["* drawn by hw/board/tolerance.py", ".include values.cir", ".include tap.cir"]
    lines += ["Vcm m g 0", "Vlow m b 0", "V1 b2 b 0", "E1 a m b2 b 0.5", "E2 m c b2 b 0.5", "Rg g 0 1"]
    lines += ["XG v5 vma vdd vms g lineside"]
    names = []
    for number in range(draws):
        ka, kb, kga, kgb = 1 + chance.uniform(-RESISTOR, RESISTOR, 4)
        offset = chance.uniform(-OFFSET_V, OFFSET_V)
        errors = f"ka={ka:.6f} kb={kb:.6f} kga={kga:.6f} kgb={kgb:.6f} vos={offset:.6f}"
        lines.append(f"X{number} a c o{number} vdd vms g sense {errors}")
        names.append(f"v(o{number},vms)")
    sweep = f"dc V1 {-HALF_SPAN_V} {HALF_SPAN_V} {STEP_V} Vcm {COMMON_V[0]} {COMMON_V[-1]} {COMMON_V[1] - COMMON_V[0]}"
    control = [".control", sweep, "set wr_singlescale", f"wrdata tolerance.txt {' '.join(names)}", "quit 0", ".endc", ".end"]
    return "\n".join([*lines, *control]) + "\n"


def _converted(volts: Values, chance: np.random.Generator) -> Values:
    """Volts from the middle to what the firmware makes of them: reference, non-linearity, steps, and the middle measured, too."""
    reference = 3.3 * (1 + chance.uniform(-REFERENCE, REFERENCE, (len(volts), 1, 1)))
    codes = volts / reference * 4096
    wrong = np.where(np.abs(codes) < 400, NEAR_LSB, FAR_LSB) * chance.uniform(-1, 1, codes.shape)
    raw = np.clip(np.round(codes + 2048 + wrong), 0, 4095).astype(int) * 16
    middle = 32768 + np.round(chance.uniform(-NEAR_LSB, NEAR_LSB, (len(volts), 1, 1))).astype(int) * 16
    told: Values = np.vectorize(line_mv)(raw, middle).astype(np.float64)
    return told


@dataclass(frozen=True)
class Verdict:
    """wrong: draws and voltages told wrong, of `asked`. off_hook_mv, on_hook_mv: the span of what was read for the voltages that
    have to be told right, without sign."""

    asked: int
    wrong: int
    off_hook_mv: tuple[float, float]
    on_hook_mv: tuple[float, float]


def judge(draws: Draws) -> Verdict:
    """Ask the firmware about every draw."""
    size = np.abs(draws.volts)
    spans, asked, wrong = [], 0, 0
    for (low, high), state in ((OFF_HOOK_V, "off_hook"), (ON_HOOK_V, "idle")):
        told = draws.told_mv[:, :, (size >= low) & (size <= high)]
        asked += told.size
        wrong += sum(_state(int(mv)) != state for mv in told.ravel())
        spans.append((float(np.abs(told).min()), float(np.abs(told).max())))
    return Verdict(asked, wrong, *spans)


def _state(mv: int) -> str:
    line = LineState()
    for ms in range(0, 75, 5):
        line.update(ms, mv)
    return line.state()
