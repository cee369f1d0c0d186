"""The department through the API: figures, reports, alerts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Response

from hw.messages import Message, UserError
from quality.access.roles import STAFF
from quality.alerting.scope import seen_alerts
from quality.figures.rulestore import figure_rules
from quality.figures.sheet import Line, Sheet, Subject, figure_sheet
from quality.periods import Period, parse
from quality.reports.apart import made_apart
from quality.reports.build import KINDS, build
from quality.reports.facts import Box
from quality.reports.files import WRITERS
from quality.reports.model import Report, Section, Shown, Table, Value
from webui.api.caller import note_taken
from webui.api.operations import operation
from webui.api.problems import ProblemError
from webui.api.shapes import department as shapes
from webui.api.shapes.base import Text, shaped
from webui.context import box, person

DEPARTMENT = "Department"
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "pdf": "application/pdf", "csv": "text/csv",
}  # fmt: skip
NOT_ALL = Message(
    "This is about the whole centre; the account or token sees only some groups.",
    "此内容涉及全中心，该账号或令牌只能查看部分班组。",
)
BUSY = Message("Another report is being made. Try again in a minute.", "正在生成另一份报告，请一分钟后再试。")

_one_at_a_time = threading.Lock()


@operation("/figures", tag=DEPARTMENT, scopes=("figures:read",), roles=STAFF, answer=shapes.Figures)
def get_figures(query: shapes.FigureQuery) -> shapes.Figures:
    """The 23 operating figures of a period, for the centre, its groups or its agents.

    Each with its target, the period before and whether the difference is more than chance. A figure that cannot be known is null
    and says why; it is never 0.
    """
    if query.by == "centre":
        _require_everything()
    held = figure_rules(box().store)
    zone = box().settings.site.timezone
    sheet = figure_sheet(
        box().store, _period(query.period), zone, by=query.by, trend=2, rules=held.rules, figures=held.figures
    )  # fmt: skip
    return _sheet(sheet)


@operation("/reports", tag=DEPARTMENT, scopes=("reports:read",), roles=STAFF, answer=shapes.ReportKinds)
def list_reports() -> shapes.ReportKinds:
    """The kinds of report there are."""
    kinds = (shapes.ReportKind(id=kind.id, title=_text(kind.title), periods=kind.periods) for kind in KINDS.values())
    return shapes.ReportKinds(kinds=tuple(kinds), formats=("json", *MEDIA))


@operation(
    "/reports/<any(daily, weekly, monthly, cases, training, forecast, quarterly):kind>/<period:period>",
    tag=DEPARTMENT, scopes=("reports:read",), roles=STAFF, answer=shapes.Report, media=tuple(MEDIA.values()), statuses=(503,),
)  # fmt: skip
def get_report(kind: str, period: str, query: shapes.ReportQuery) -> shapes.Report | Response:
    """A report of a period, made now: as JSON in both languages, or as a workbook, a print or a table in one.

    One is made at a time; asked for meanwhile the answer is 503. Noted in the audit log as an export.
    """
    _require_everything()
    chosen = _period(period)
    if not _one_at_a_time.acquire(blocking=False):
        raise ProblemError(503, BUSY, headers={"Retry-After": "60"})
    try:
        answer = _made(kind, chosen, query)
    finally:
        _one_at_a_time.release()
    note_taken("api.report", f"{kind} {chosen.name}")
    return answer


@operation("/alerts", tag=DEPARTMENT, scopes=("alerts:read",), roles=STAFF, answer=shapes.Alerts)
def list_alerts(query: shapes.AlertQuery) -> shapes.Alerts:
    """What calls for a lead: high-priority and stuck calls, groups and agents that stand out, subjects on the rise."""
    alerts = seen_alerts(box().store, person().scope, query.kind, open_only=query.open == "yes", limit=query.limit)
    return shapes.Alerts(alerts=tuple(map(shapes.Alert.model_validate, alerts)))


def _require_everything() -> None:
    if not person().scope.everything:
        raise ProblemError(403, NOT_ALL)


def _period(text: str) -> Period:
    kind = "week" if "W" in text else "quarter" if "Q" in text else "day" if text.count("-") == 2 else "month"
    try:
        return parse(kind, text)
    except UserError as error:  # 30 February
        raise ProblemError(404, error.message) from error


def _made(kind: str, period: Period, query: shapes.ReportQuery) -> shapes.Report | Response:
    source = Box.of(box().settings)
    if query.format == "pdf" and period.kind in KINDS[kind].periods:
        return _file(made_apart(source, kind, period, query.format, query.language), kind, period, query.format)
    try:
        report = build(source, kind, period)
    except UserError as error:  # of another kind of period
        raise ProblemError(404, error.message) from error
    if query.format == "json":
        return _report(report)
    return _file(WRITERS[query.format](report, query.language), kind, period, query.format)


def _file(data: bytes, kind: str, period: Period, format_: str) -> Response:
    answer = Response(data, mimetype=MEDIA[format_])
    name = f"callbox-{kind}-{period.name}.{format_}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _sheet(sheet: Sheet) -> shapes.Figures:
    scope = person().scope
    seen: dict[str, Callable[[Subject], bool]] = {
        "centre": lambda _one: True, "group": lambda one: scope.sees_group(one.key),
        "agent": lambda one: scope.everything or one.key in scope.agents(box().store),
    }  # fmt: skip
    subjects = tuple(_subject(one) for one in sheet.subjects if seen[sheet.level](one))
    return shapes.Figures(period=shapes.PeriodShape.model_validate(sheet.period), over=sheet.over, subjects=subjects)


_text = Text.model_validate


def _subject(one: Subject) -> shapes.Subject:
    figures = tuple(map(_figure, one.lines))
    told = {"level": one.level, "key": one.key, "name": one.name, "team": one.team, "figures": figures}
    return shapes.Subject.model_validate(told)


def _figure(line: Line) -> shapes.Figure:
    figure, value, moved = line.figure, line.value, line.change
    return shapes.Figure(
        id=figure.id, name=_text(figure.name), unit=figure.unit, value=value.value, volume=value.volume, low=value.low,
        high=value.high, why=shaped(Text, value.why), note=shaped(Text, value.note), met=line.met,
        target=shaped(shapes.Target, figure.target), before=moved.before, difference=moved.difference,
        more_than_chance=moved.real,
    )  # fmt: skip


def _report(report: Report) -> shapes.Report:
    return shapes.Report(
        kind=report.kind, title=_text(report.title), period=shapes.PeriodShape.model_validate(report.period), site=report.site,
        timezone=report.timezone, made_at=report.made_at, calls=report.calls, notes=tuple(map(_text, report.notes)),
        key_figures=tuple(map(shapes.KeyFigure.model_validate, report.key_figures)), method=tuple(map(_text, report.method)),
        sections=tuple(map(_section, report.sections)),
    )  # fmt: skip


def _section(section: Section) -> shapes.Section:
    return shapes.Section(
        title=_text(section.title), text=tuple(map(_text, section.text)), tables=tuple(map(_table, section.tables))
    )  # fmt: skip


def _table(table: Table) -> shapes.Table:
    columns = tuple(shapes.Column(name=_text(column.name), kind=column.kind) for column in table.columns)
    rows = tuple(tuple(map(_cell, row)) for row in table.rows)
    return shapes.Table(title=_text(table.title), columns=columns, rows=rows, note=shaped(Text, table.note))


def _cell(value: Value) -> Text | str | int | float | None:
    if isinstance(value, Message):
        return _text(value)
    if isinstance(value, Shown):
        return value.value
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date | datetime) else value
