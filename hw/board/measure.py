"""The tap board's figures out of ngspice, each with the limits it has to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hw.board.parts import parts
from hw.board.spice import Bench, Values
from hw.board.stress import Strain, strains
from hw.board.tolerance import draw, judge
from hw.messages import Message

ZERO_DBM0_V = 0.7746
"""1 mW in 600 Ohm, volts rms."""

SPEECH_HZ = (300.0, 3400.0)
FULL_SCALE_PEAK_V = 2.38
"""What the audio amplifier's rails leave of 5 V; the CS5368 takes 2.8 V peak on one of its two inputs."""


@dataclass(frozen=True)
class Figure:
    """One measured value. low, high: what it must keep within; None where there is no such limit (a figure for information)."""

    key: str
    name: Message
    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it keeps its limits."""
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


def measure(bench: Bench) -> list[Figure]:
    """All of them."""
    return [figure for figures in (load, insertion, passband, levels, noise, hum, hook, *STRAINED) for figure in figures(bench)]


def load(bench: Bench) -> Iterator[Figure]:
    """Resistance of the tap at rest, the least from 1 to 200 V of either polarity."""
    table = bench.table("load")
    table = table[np.abs(table[:, 0]) >= 1]
    ohms = np.abs(table[:, 1] / table[:, 2])
    yield Figure("dc_load_mohm", Message("direct-current load of a line", "每线直流电阻"), float(ohms.min()) / 1e6, "MΩ", low=5.0)


def insertion(bench: Bench) -> Iterator[Figure]:
    """What the tap takes from a call at 600 Ohm."""
    speech = _within(bench.table("insertion"), *SPEECH_HZ)
    worst = float((speech[:, 1] - speech[:, 2]).max())
    yield Figure(
        "insertion_loss_db", Message("insertion loss, 300–3400 Hz, 600 Ω", "插入损耗，300–3400 Hz，600 Ω"), worst, "dB", high=0.1
    )


def passband(bench: Bench) -> Iterator[Figure]:
    """How even the ways to the converter are, against 1 kHz, and how much of a ring the loop voltage shows."""
    table = bench.table("passband")
    names = (
        ("flatness_db", 1, Message("line to converter, 300–3400 Hz against 1 kHz", "线路至转换器，300–3400 Hz 相对 1 kHz")),
        ("earpiece_flatness_db", 3, Message("earpiece to converter, the same", "受话通道，同上")),
        ("microphone_flatness_db", 4, Message("microphone to converter, the same", "送话通道，同上")),
    )
    speech = _within(table, *SPEECH_HZ)
    for key, column, name in names:
        away = speech[:, column] - _at(table, 1000.0, column)
        yield Figure(key, name, float(away[np.abs(away).argmax()]), "dB", -1.0, 1.0)
    yield Figure("gain_db", Message("line to converter, 1 kHz", "线路至转换器，1 kHz"), _at(table, 1000.0, 1), "dB")
    yield Figure("ring_shown_db", Message("25 Hz in the loop voltage against 1 Hz", "25 Hz 在线路电压检测中相对 1 Hz"),
                 _at(table, 25.0, 2) - _at(table, 1.0, 2), "dB", low=-1.0)  # fmt: skip


def levels(bench: Bench) -> Iterator[Figure]:
    """How much of the converter's span speech fills: it must not clip."""
    table = bench.table("levels")
    for key, column, level, high in (("peak_0dbm0", 1, "0 dBm0", 0.5), ("peak_6dbm0", 2, "+6 dBm0", 0.95)):
        peak = float(np.abs(table[:, column] - table[:, column].mean()).max()) / FULL_SCALE_PEAK_V
        yield Figure(key, Message(f"{level} at 1 kHz, share of full scale", f"{level}，1 kHz，占满幅比例"), peak, "", high=high)


def noise(bench: Bench) -> Iterator[Figure]:
    """Hiss of the whole tap in the speech band, as a level on the line."""
    table = _within(bench.table("noise"), *SPEECH_HZ)
    volts = float(np.sqrt(np.trapezoid(table[:, 1] ** 2, table[:, 0])))
    gain = 10 ** (_at(bench.table("passband"), 1000.0, 1) / 20)
    yield Figure(
        "noise_dbm0",
        Message("noise floor, 300–3400 Hz", "本底噪声，300–3400 Hz"),
        _db(volts / gain / ZERO_DBM0_V),
        "dBm0",
        high=-70,
    )


def hum(bench: Bench) -> Iterator[Figure]:
    """Rejection of what both wires carry alike, all tolerances against us."""
    table, gain = bench.table("hum"), _at(bench.table("passband"), 1000.0, 1)
    for key, column, hertz, low, name in (
        (
            "hum_rejection_floating_db",
            1,
            50.0,
            60.0,
            Message("50 Hz on both wires, one line connected", "50 Hz 共模抑制，接一条线"),
        ),
        (
            "hum_rejection_held_db",
            2,
            50.0,
            30.0,
            Message("50 Hz on one line, seven others at earth", "50 Hz 共模抑制，另七条线接地"),
        ),
        (
            "speech_rejection_held_db",
            2,
            1000.0,
            30.0,
            Message("1 kHz on one line, seven others at earth", "1 kHz 共模抑制，另七条线接地"),
        ),
    ):
        yield Figure(key, name, gain - _at(table, hertz, column), "dB", low=low)


def hook(bench: Bench) -> Iterator[Figure]:
    """The firmware's verdict over parts drawn by chance."""
    verdict = judge(draw(bench))
    name = Message("hook states told wrong over drawn tolerances", "元件公差抽样中误判的摘挂机状态数")
    yield Figure("hook_wrong", name, verdict.wrong, f"/ {verdict.asked}", high=0)
    spans = (("off_hook_read", "4–14 V", verdict.off_hook_mv), ("on_hook_read", "40–60 V", verdict.on_hook_mv))
    for key, volts, (low, high) in spans:
        yield Figure(f"{key}_low_v", Message(f"{volts} read as, at least", f"{volts} 读数下限"), low / 1000, "V")
        yield Figure(f"{key}_high_v", Message(f"{volts} read as, at most", f"{volts} 读数上限"), high / 1000, "V")


PORTS = "a b aout sout v5 vma vdd vms g"
WIRES, EARTH, WIRE = (
    f"a{n} b{n} ao{n} so{n} {rail}5 {rail}ma {rail}dd {rail}ms g{n}" for n, rail in ((1, "v"), (2, "w"), (3, "u"))
)
BETWEEN = Message("1.5 kV surge between the wires", "线间 1.5 kV 浪涌")
TO_EARTH = Message("1.5 kV surge, both wires to earth", "双线对地 1.5 kV 浪涌")
ON_ONE = Message("1.5 kV surge on one wire, ground held", "单线 1.5 kV 浪涌，板地固定")
TAPS = {
    "ring": (("ring", "x1", PORTS, False, Message("90 V ring at 25 Hz on 60 V", "60 V 上叠加 90 V 25 Hz 振铃")),),
    "mains": (("mains", "x1", PORTS, False, Message("230 V mains on one wire", "单线碰触 230 V 市电")),),
    "surge": (
        ("surge_wires", "x1", WIRES, True, BETWEEN),
        ("surge_earth", "x2", EARTH, True, TO_EARTH),
        ("surge_wire", "x3", WIRE, True, ON_ONE),
    ),
}
"""By deck: the figure's key, the tap's instance and nodes, whether it is over in a moment, and its name."""


def strain_table(bench: Bench, deck: str) -> Iterator[tuple[str, bool, Message, list[Strain]]]:
    """What the parts stand in a deck, tap by tap."""
    waves, bill = bench.waves(deck), [part for part in parts() if part.per in ("lead", "line")]
    for key, tap, ports, surge, name in TAPS[deck]:
        yield key, surge, name, strains(waves, tap, ports.split(), bill)
    if deck == "surge":
        barrier = next(part for part in parts() if part.part == "MEJ2S0505SC")
        peak = float(np.abs(waves["v(g2)"]).max())
        strain = Strain(barrier, peak, 0.0, 0.0, 0.0, 0.0)
        yield "surge_barrier", True, Message("1.5 kV surge across the barrier", "隔离带承受 1.5 kV 浪涌"), [strain]


def _strained(deck: str) -> Callable[[Bench], Iterator[Figure]]:
    def figures(bench: Bench) -> Iterator[Figure]:
        for key, surge, name, found in strain_table(bench, deck):
            worst = max(found, key=lambda strain: strain.share(surge))
            refs = worst.part.refs
            yield Figure(
                key,
                replace(name, en=f"{name.en}: {refs}", zh=f"{name.zh}：{refs}"),
                100 * worst.share(surge),
                "% of rating",
                high=100,
            )

    return figures


STRAINED = tuple(_strained(deck) for deck in TAPS)


def _within(table: Values, low: float, high: float) -> Values:
    """The rows of a sweep from `low` to `high`, both ends put in between the points."""
    inner = table[(table[:, 0] > low) & (table[:, 0] < high)]
    ends = [[edge, *(_at(table, edge, column) for column in range(1, table.shape[1]))] for edge in (low, high)]
    return np.array([ends[0], *inner, ends[1]])


def _at(table: Values, hertz: float, column: int) -> float:
    return float(np.interp(np.log(hertz), np.log(table[:, 0]), table[:, column]))


def _db(ratio: float) -> float:
    return float(20 * np.log10(ratio))
