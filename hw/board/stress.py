"""What each passive part and diode of the tap has to stand while something happens, against what the bill says it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hw.board.parts import OVERLOAD, Part
from hw.board.spice import NETLIST, Values

Waves = dict[str, Values]

PULSE_S = 1e-4
"""Seconds. Shorter pulses are judged by their energy: below this a film resistor's pulse curve (watts over duration) is flat."""


@dataclass(frozen=True)
class Element:
    """A resistor, capacitor or diode inside a tap: its name ("ra1"), its nodes as they stand at the top, its path ("x1.xa.ra1")."""

    name: str
    nodes: tuple[str, str]
    path: str


@dataclass
class _Block:
    ports: list[str]
    elements: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Strain:
    """The worst of one kind of part.

    volts, amps (diodes): peak. watts: the highest mean over PULSE_S. mean_watts: over the whole time. joules: in all.
    """

    part: Part
    volts: float
    watts: float
    mean_watts: float
    joules: float
    amps: float

    def share(self, surge: bool) -> float:
        """How much of what the part stands is used; above 1 it is too much. surge: over in seconds, not for ever."""
        shares = [_share(self.volts, self.part.v_short if surge else self.part.v_work), _share(self.amps, self.part.i_max_a)]
        if self.part.p_work_w:
            shares.append(self.watts / (OVERLOAD * self.part.p_work_w) if surge else self.mean_watts / self.part.p_work_w)
        return max(shares)


def _share(value: float, limit: float | None) -> float:
    return value / limit if limit else 0.0


def strains(waves: Waves, tap: str, ports: list[str], bill: list[Part]) -> list[Strain]:
    """The strain of every kind of part in the tap instance `tap` ("x1") whose ports are these nodes."""
    elements = list(elements_of(tap, ports))
    found = []
    for part in bill:
        prefix = part.refs.split("-")[0].rstrip("0123456789").lower()
        mine = [element for element in elements if element.name.rstrip("0123456789") == prefix]
        if mine:
            found.append(_worst(part, mine, waves))
    return found


def _worst(part: Part, elements: list[Element], waves: Waves) -> Strain:
    each = [_strain(part, element, waves) for element in elements]
    return Strain(part, *(max(getattr(one, name) for one in each) for name in ("volts", "watts", "mean_watts", "joules", "amps")))


def _strain(part: Part, element: Element, waves: Waves) -> Strain:
    volts = _voltage(waves, element.nodes[0]) - _voltage(waves, element.nodes[1])
    if element.name.startswith("d"):
        # forwards a clamp is judged by its current; its reverse voltage is a supply's
        amps = float(np.abs(waves[f"i(@d.{element.path}[id])"]).max())
        return Strain(part, float(max(0.0, -volts.min())), 0.0, 0.0, 0.0, amps)
    power = np.abs(volts * waves[f"i(@r.{element.path}[i])"]) if element.name.startswith("r") else np.zeros_like(volts)
    joules = float(np.trapezoid(power, waves["time"]))
    peak = float(np.abs(volts).max())
    return Strain(part, peak, _pulse(power, waves["time"]), joules / float(waves["time"][-1]), joules, 0.0)


def _pulse(power: Values, time: Values) -> float:
    """The highest mean power over PULSE_S."""
    energy = np.concatenate([[0.0], np.cumsum((power[1:] + power[:-1]) / 2 * np.diff(time))])
    later = np.interp(time + PULSE_S, time, energy)
    return float((later - energy).max()) / PULSE_S


def _voltage(waves: Waves, node: str) -> Values:
    return waves.get(f"v({node})", np.zeros_like(waves["time"]))


def elements_of(tap: str, ports: list[str]) -> Iterator[Element]:
    """Every resistor, capacitor and diode of a tap that is a part, by the netlist's own text."""
    yield from _inside(_blocks(), "tap", tap, ports)


def _inside(blocks: dict[str, _Block], kind: str, path: str, ports: list[str]) -> Iterator[Element]:
    block = blocks[kind]
    outer = dict(zip(block.ports, ports, strict=True))
    for words in block.elements:
        name = words[0]
        if name.startswith("x"):
            kinds = [word for word in words[1:] if word in blocks]
            if kinds:
                nodes = [outer.get(node, f"{path}.{node}") for node in words[1 : words.index(kinds[0])]]
                yield from _inside(blocks, kinds[0], f"{path}.{name}", nodes)
        else:
            first, second = (outer.get(node, f"{path}.{node}") for node in words[1:3])
            yield Element(name, (first, second), f"{path}.{name}")


def _blocks() -> dict[str, _Block]:
    """tap.cir's own sub-circuits. Those of parts.cir are behaviour, not parts."""
    blocks: dict[str, _Block] = {}
    now: _Block | None = None
    for line in (NETLIST / "tap.cir").read_text("utf-8").splitlines():
        words = line.lower().split()
        if words[:1] == [".subckt"]:
            now = blocks.setdefault(words[1], _Block([word for word in words[2:] if "=" not in word]))
        elif words[:1] == [".ends"]:
            now = None
        elif words and now is not None and words[0][0] in "rcdx":
            now.elements.append(words)
    return blocks
