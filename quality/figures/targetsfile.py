"""The figures' limits and targets as a file a manager edits: written as TOML, changed, and taken back as the next version."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from hw.messages import UserError
from quality.figures.rulestore import FigureRules, change_figure_rules, figure_rules


def targets_toml(store: Path) -> str:
    """What holds now. The first line says which version it is: `take_targets` refuses it once somebody has made another."""
    return "\n".join(_lines(figure_rules(store))) + "\n"


def take_targets(store: Path, text: str, by: str) -> int:
    """Keep changed targets; the new version. Raises UserError naming everything that is wrong with them."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"The file is not TOML: {error}.", f"文件不是有效的 TOML：{error}。") from error
    based_on = document.pop("version", None)
    if not isinstance(based_on, int):
        raise UserError(
            "The first line, version = …, is missing: start from `callbox figures targets`.",
            "缺少首行 version = …，请先用 callbox figures targets 导出后修改。",
        )
    return change_figure_rules(store, document, by, based_on)


def _lines(kept: FigureRules) -> Iterator[str]:
    yield f"version = {kept.version} # leave this line as it is 请勿改动本行"
    yield from ("", "[rules]", *(f"{name} = {value:g}" for name, value in asdict(kept.rules).items()))
    yield from ("", "[targets] # in the figure's unit; shares between 0 and 1 比例以 0–1 表示")
    for figure in kept.figures:
        if figure.target:
            sides = (("min", figure.target.low), ("max", figure.target.high))
            inner = ", ".join(f"{name} = {value:g}" for name, value in sides if value is not None)
            yield f"{figure.id} = {{ {inner} }} # {figure.name.zh} · {figure.name.en}"
