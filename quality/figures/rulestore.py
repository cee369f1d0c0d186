"""The figures' limits and targets of one box, every change a version of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hw.messages import Message, UserError
from quality.figures.book import Figure, Rules, Target, shipped_figures
from quality.versions import Versions

TARGETS = Versions("figure_rules", Message("targets", "指标目标"), "figures.rules", "figures", "callbox figures targets")
_LIMITS = {"repeat_days": (1, 60), "short_abandon_s": (0.0, 120.0), "service_s": (1.0, 600.0)}


@dataclass(frozen=True)
class FigureRules:
    """version: 0 is what ships. figures: the 23 with this box's targets."""

    version: int
    rules: Rules
    figures: tuple[Figure, ...]


def figure_rules(store: Path) -> FigureRules:
    """Those that hold."""
    version, document = TARGETS.current(store)
    return FigureRules(0, Rules(), shipped_figures()) if document is None else read_rules(document, version)


def change_figure_rules(store: Path, document: Mapping[str, Any], by: str, based_on: int) -> int:
    """Keep a new version. document: {"rules": {name: number}, "targets": {figure: {"min": number, "max": number}}}, both in part;
    what it leaves out is as shipped. based_on: the version the person had before them. Raises UserError when it cannot be used or
    somebody else has changed the rules meanwhile."""
    read_rules(document, 0)
    return TARGETS.keep(store, document, by, based_on, as_document(FigureRules(0, Rules(), shipped_figures())))


def as_document(kept: FigureRules) -> dict[str, Any]:
    """The rules as a document that names every limit and every target there is."""
    targets = {}
    for figure in kept.figures:
        if figure.target:
            sides = (("min", figure.target.low), ("max", figure.target.high))
            targets[figure.id] = {name: value for name, value in sides if value is not None}
    return {"rules": asdict(kept.rules), "targets": targets}


def read_rules(document: Mapping[str, Any], version: int) -> FigureRules:
    """A document as rules. Raises UserError that names everything wrong."""
    wrong: list[str] = [f"unknown: {name}" for name in document if name not in ("rules", "targets")]
    rules = asdict(Rules()) | dict(document.get("rules", {}))
    for name, value in rules.items():
        low, high = _LIMITS.get(name, (1, 0))
        if not _is_number(value) or not low <= value <= high:
            wrong.append(f"rules.{name} = {value}" + (f" ({low:g}–{high:g})" if name in _LIMITS else ""))
    targets = dict(document.get("targets", {}))
    known = {figure.id for figure in shipped_figures()}
    wrong += [f"targets.{name}" for name, target in targets.items() if name not in known or not _is_target(target)]
    if wrong:
        raise UserError(f"These cannot be used: {'; '.join(wrong)}", f"以下设置无效：{'；'.join(wrong)}")
    figures = tuple(_with_target(figure, targets.get(figure.id)) for figure in shipped_figures())
    return FigureRules(version, Rules(**rules | {"repeat_days": int(rules["repeat_days"])}), figures)


def _with_target(figure: Figure, target: Mapping[str, float] | None) -> Figure:
    if target is None:
        return figure
    own = Target(target.get("min"), target.get("max"))
    # One left as shipped is still what is usual in the field and nobody's own.
    same = figure.target is not None and replace(figure.target, usual=False) == own
    return figure if same else replace(figure, target=own)


def _is_target(target: Any) -> bool:
    if not isinstance(target, Mapping) or not target or not set(target) <= {"min", "max"}:
        return False
    return all(_is_number(value) for value in target.values()) and target.get("min", 0) <= target.get("max", float("inf"))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
