"""The tap board's bill of materials: what each part is and how much it stands.

Ratings are the makers' own for the series, given by hand: check them against the present data sheets before ordering.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "bom.csv"
LINES = 8
OVERLOAD = 6.25
"""Thick-film and metal-film resistors are type-tested for 5 s at 2.5 times their rated voltage: 6.25 times their rated power."""


@dataclass(frozen=True)
class Part:
    """A line of the bill. per: "lead", "line", "board", "barrier" or "handset".

    value_name: its name in netlist/values.cir, "" for what has none. v_work, v_short: volts for ever and for a surge (resistors:
    the makers' working and overload voltage). p_work_w: watts. i_max_a: amperes. None where the part has no such limit.
    """

    refs: str
    per: str
    value_name: str
    value: str
    tolerance_pct: float | None
    maker: str
    part: str
    package: str
    v_work: float | None
    v_short: float | None
    p_work_w: float | None
    i_max_a: float | None
    what_en: str
    what_zh: str

    def count(self) -> int:
        """How many stand behind its references."""
        match = re.fullmatch(r"[A-Z]+(\d+)-[A-Z]+(\d+)", self.refs)
        return int(match[2]) - int(match[1]) + 1 if match else 1


def parts() -> list[Part]:
    """The bill as it stands in bom.csv."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [_part(row) for row in csv.DictReader(file)]


def _part(row: dict[str, str]) -> Part:
    numbers = {"tolerance_pct", "v_work", "v_short", "p_work_w", "i_max_a"}
    given = {name: (float(text) if text else None) if name in numbers else text for name, text in row.items()}
    return Part(**given)  # type: ignore[arg-type]


def markdown(bill: list[Part]) -> str:
    """The bill to be read, bilingual."""
    head = ["| refs 位号 | per 每 | n | value 数值 | part 型号 | stands 额定 | what 用途 |", "|---|---|---|---|---|---|---|"]
    return "\n".join(head + [_row(part) for part in bill]) + "\n"


PLACES = {"lead": "lead 监听线", "line": "line 线路", "board": "board 板", "barrier": "board, across the barrier 板 (跨隔离带)",
          "handset": "handset pair 听筒通道"}  # fmt: skip


def _row(part: Part) -> str:
    value = part.value + (f" ±{part.tolerance_pct:g} %" if part.tolerance_pct else "")
    stands = [f"{limit:g} {unit}" for limit, unit in ((part.v_work, "V"), (part.p_work_w, "W"), (part.i_max_a, "A")) if limit]
    cells = [part.refs, PLACES[part.per], str(part.count()), value, f"{part.maker} {part.part}, {part.package}",
             ", ".join(stands) or "–", f"{part.what_en} / {part.what_zh}"]  # fmt: skip
    return f"| {' | '.join(cells)} |"
