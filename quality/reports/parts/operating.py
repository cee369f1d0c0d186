"""The 23 operating figures (运营指标) of the period: value, target, the period before."""

from __future__ import annotations

from hw.messages import Message
from quality.figures.book import Figure, Target
from quality.figures.sheet import Line, sheet_of
from quality.reports.facts import Facts
from quality.reports.model import Column, Section, Shown, Table, Value

UNITS = {
    "share": ("percent", Message("", "")), "s": ("one", Message("s", "秒")), "rings": ("one", Message("rings", "声")),
    "per_hour": ("one", Message("an hour", "次/时")), "points": ("one", Message("points", "分")),
    "yuan": ("two", Message("yuan", "元")), "calls": ("count", Message("calls", "通")),
    "per_year": ("percent", Message("a year", "每年")),
}  # fmt: skip
"""How a unit's numbers are read, and its name."""
_MET = {True: Message("met", "达标"), False: Message("missed", "未达标"), None: None}
_REAL = {
    True: Message("improved", "改善"), False: Message("worse", "变差"), None: Message("moved", "有变化"),
}  # fmt: skip


def section(facts: Facts) -> Section:
    """All 23 of the centre."""
    return Section(Message("Operating figures", "运营指标"), (), (figures(facts),))


def figures(facts: Facts) -> Table:
    """Each with its unit, target, whether it is met, the period before, and whether it moved by more than chance. What cannot be
    known says why."""
    (centre,) = sheet_of(facts.detail, [facts.period.before, facts.period], figures=facts.figures).subjects
    rows = tuple(_row(line) for line in centre.lines)
    columns = (
        Column(Message("No.", "序号"), "count", 6), Column(Message("Figure", "指标"), "text", 20),
        Column(Message("Value", "本期"), "number", 10), Column(Message("Unit", "单位"), "text", 8),
        Column(Message("Target", "目标"), "text", 14), Column(Message("Target met", "达标"), "text", 9),
        Column(Message("Before", "上期"), "number", 10), Column(Message("Change", "变化"), "text", 10),
        Column(Message("Not known because", "未知原因"), "text", 50),
    )  # fmt: skip
    note = Message(
        "A change is named when it is more than chance (99 %).", "“变化”仅在超出偶然波动（99 %）时注明。"
    )  # fmt: skip
    return Table(Message("The 23 operating figures", "23 项运营指标"), columns, rows, note=note)


def _row(line: Line) -> tuple[Value, ...]:
    figure, value, change = line.figure, line.value, line.change
    kind, unit = UNITS[figure.unit]
    moved = _REAL[change.better] if change.real else None if change.real is None else Message("no clear change", "无明显变化")
    return (
        figure.number, figure.name, _shown(value.value, kind), unit, target_text(figure, figure.target), _MET[line.met],
        _shown(change.before, kind), moved, value.why,
    )  # fmt: skip


def _shown(value: float | None, kind: str) -> Value:
    return None if value is None else Shown(value, kind)


def target_text(figure: Figure, target: Target | None) -> Value:
    """What a figure should be, in words; None without a target."""
    if target is None:
        return None

    def text(value: float) -> str:
        return f"{100 * value:g}%" if figure.unit in ("share", "per_year") else f"{value:g}"

    if target.low is not None and target.high is not None:
        return f"{text(target.low)} – {text(target.high)}"
    return f"≥ {text(target.low)}" if target.low is not None else f"≤ {text(target.high or 0.0)}"
