"""The tap board in ngspice: its figures against their limits, and drawings of them.

python -m hw.board.simulate [--plots FOLDER] [--set RA=10k …]; as `callbox bench board`. Ends with 1 when a limit is
not kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hw.board.measure import Figure, measure
from hw.board.spice import Bench, missing
from hw.messages import UserError, terminal_language


def simulate(overrides: Mapping[str, str] | None = None, plots: Path | None = None) -> list[Figure]:
    """Measure everything. overrides: parts with other values, by their names in netlist/values.cir. plots: where drawings go.

    Raises UserError when ngspice is missing, there is no such part or a value is none.
    """
    if (wrong := missing()) is not None:
        raise wrong
    try:
        with Bench(overrides) as bench:
            figures = measure(bench)
            if plots is not None:
                from hw.board.plots import draw_all  # noqa: PLC0415  matplotlib takes a second to load

                draw_all(bench, plots)
    except KeyError as error:
        raise UserError(f"No part of the board is called {error}.", f"板上没有名为 {error} 的元件。") from error
    except (RuntimeError, ValueError, IndexError) as error:
        if not overrides:
            raise
        raise UserError(
            f"With these values the simulation does not come to an end: {error}", f"以这些数值仿真无法完成:{error}"
        ) from error
    return figures


def as_json(figures: Sequence[Figure]) -> dict[str, object]:
    """The figures for `callbox bench board --json`."""
    told = {figure.key: _as_dict(figure) for figure in figures}
    return {"ok": all(figure.ok for figure in figures), "figures": told}


def _as_dict(figure: Figure) -> dict[str, object]:
    limits = {"low": figure.low, "high": figure.high, "ok": figure.ok}
    return {"value": round(figure.value, 5), "unit": figure.unit, **limits}


def as_lines(figures: Sequence[Figure], language: str) -> Iterator[str]:
    """The figures as a table to read."""
    for figure in figures:
        mark = "  " if figure.low is None and figure.high is None else "ok" if figure.ok else "NO"
        yield f"{mark} {figure.value:10.4g} {figure.unit:12s} {_limits(figure):12s} {figure.name.text(language)}"


def _limits(figure: Figure) -> str:
    limits = [f"{sign} {limit:g}" for sign, limit in (("≥", figure.low), ("≤", figure.high)) if limit is not None]
    return f"({', '.join(limits)})" if limits else ""


def overrides_of(texts: Sequence[str]) -> dict[str, str]:
    """["RA=10k"] as {"RA": "10k"}. Raises UserError."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, value in pairs:
        if not (name and equals and value.replace(".", "").isalnum()):
            raise UserError(
                f"{name}{equals}{value} is no NAME=VALUE, as RA=10k.", f"{name}{equals}{value} 不是 名称=数值,例如 RA=10k。"
            )
    return {name: value for name, _, value in pairs}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m hw.board.simulate", description="The tap board in ngspice / 监听板电路仿真")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw SVG pictures there")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a part with another value, as RA=10k")
    options = parser.parse_args(arguments)
    try:
        figures = simulate(overrides_of(options.set), options.plots)
    except UserError as error:
        parser.exit(2, error.message.text(terminal_language()) + "\n")
    sys.stdout.writelines(line + "\n" for line in as_lines(figures, terminal_language()))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
