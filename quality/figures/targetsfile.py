"""The figures' limits and targets as a file a manager edits: written as TOML, changed, and taken back as the next version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from quality.figures.rulestore import TARGETS, FigureRules, change_figure_rules, figure_rules
from quality.versions import version_line


def targets_toml(store: Path) -> str:
    """What holds now. The first line says which version it is: `take_targets` refuses it once somebody has made another."""
    kept = figure_rules(store)
    return version_line(kept.version) + "\n".join(_lines(kept)) + "\n"


def take_targets(store: Path, text: str, by: str) -> int:
    """Keep changed targets; the new version. Raises UserError naming everything that is wrong with them."""
    based_on, document = TARGETS.read_file(text)
    return change_figure_rules(store, document, by, based_on)


def _lines(kept: FigureRules) -> Iterator[str]:
    yield from ("", "[rules]", *(f"{name} = {value:g}" for name, value in asdict(kept.rules).items()))
    yield from ("", "[targets] # in the figure's unit; shares between 0 and 1 比例以 0–1 表示")
    for figure in kept.figures:
        if figure.target:
            sides = (("min", figure.target.low), ("max", figure.target.high))
            inner = ", ".join(f"{name} = {value:g}" for name, value in sides if value is not None)
            yield f"{figure.id} = {{ {inner} }} # {figure.name.zh} · {figure.name.en}"
