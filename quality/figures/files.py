"""A sheet of figures as JSON or CSV for other tools. The names of the fields are a contract: extend, never rename."""

from __future__ import annotations

from hw.messages import Message
from quality.csvtables import CsvColumn, write_csv_table
from quality.figures.sheet import Line, Sheet, Subject

_COLUMNS = tuple(
    CsvColumn(key, Message(en, zh))
    for key, en, zh in (
        ("period", "period", "时段"), ("first", "first day", "首日"), ("last", "last day", "末日"), ("level", "level", "层级"),
        ("key", "key", "编号"), ("name", "name", "名称"), ("team", "group", "班组"), ("figure", "figure id", "指标编号"),
        ("title", "figure", "指标"), ("value", "value", "数值"), ("unit", "unit", "单位"), ("low", "95 % from", "95% 下限"),
        ("high", "95 % to", "95% 上限"), ("volume", "volume", "样本量"), ("target_min", "target from", "目标下限"),
        ("target_max", "target to", "目标上限"), ("met", "met", "达标"), ("before", "period before", "上期"),
        ("real", "change is more than chance", "差异超出偶然"), ("why", "why unknown", "未知原因"), ("note", "note", "说明"),
    )
)  # fmt: skip


def sheet_json(sheet: Sheet) -> dict[str, object]:
    """Everything of a sheet; values in the figures' units, null where not known."""
    return {
        "period": {"name": sheet.period.name, "first": str(sheet.period.first), "last": str(sheet.period.last)},
        "trend": [p.name for p in sheet.periods],
        "by": sheet.level,
        "subjects": [
            {"key": s.key, "name": s.name, "team": s.team, "calls": sum(r.sums.calls for r in s.rows),
             "figures": {line.figure.id: _line(line) for line in s.lines}}
            for s in sheet.subjects
        ],
    }  # fmt: skip


def _line(line: Line) -> dict[str, object]:
    value, target = line.value, line.figure.target
    return {
        "value": value.value, "unit": line.figure.unit, "low": value.low, "high": value.high, "volume": value.volume,
        "target": {"min": target.low, "max": target.high, "usual": target.usual} if target else None, "met": line.met,
        "before": line.change.before, "change": line.change.difference, "more_than_chance": line.change.real,
        "better": line.change.better, "trend": [v.value for v in line.trend],
        "why": {"en": value.why.en, "zh": value.why.zh} if value.why else None,
        "note": {"en": value.note.en, "zh": value.note.zh} if value.note else None,
    }  # fmt: skip


def sheet_csv(sheet: Sheet, language: str) -> bytes:
    """A row a figure and subject, heads in `language`."""
    rows = [_row(sheet, subject, line, language) for subject in sheet.subjects for line in subject.lines]
    return write_csv_table(_COLUMNS, rows, language)


def _row(sheet: Sheet, subject: Subject, line: Line, language: str) -> tuple[object, ...]:
    value, target, period = line.value, line.figure.target, sheet.period
    return (
        period.name, period.first, period.last, subject.level, subject.key, subject.name, subject.team, line.figure.id,
        line.figure.name.text(language), value.value, line.figure.unit, value.low, value.high, value.volume,
        target.low if target else None, target.high if target else None, _flag(line.met), line.change.before,
        _flag(line.change.real), value.why.text(language) if value.why else None, value.note.text(language) if value.note else None,
    )  # fmt: skip


def _flag(yes: bool | None) -> int | None:
    return None if yes is None else int(yes)
