"""callbox export: a report as a file, the kind of file told by its ending; and the calls (console.commands.exportcalls)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands import exportcalls
from console.commands.shared import add_config, settings_of
from console.output import say
from hw.messages import UserError, terminal_language
from recorder.store.schema import CALLS_DB

if TYPE_CHECKING:
    from quality.periods import Period
    from quality.reports.facts import Box
    from recorder.settings.sections import Settings

REPORTS = {
    "daily": ("daily listening detail / 每日监听明细", ("day",)),
    "weekly": ("weekly quality report / 每周质量报告", ("week",)),
    "monthly": ("monthly quality report / 每月质量报告", ("month",)),
    "cases": ("case analysis / 案例分析报告", ("month", "week")),
    "training": ("training plan / 阶段培训计划", ("month", "quarter")),
    "forecast": ("quality trend and forecast / 质量趋势预测", ("month", "quarter")),
    "quarterly": ("quarterly white paper / 季度白皮书", ("quarter",)),
}
"""Reports by name: what they are, and the periods they are made of."""
EXAMPLES = {"day": "2026-11-22", "week": "2026-W47", "month": "2026-11", "quarter": "2026-Q4"}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("export", help="write a report to a file / 导出报表")
    reports = parser.add_subparsers(dest="report", required=True, metavar="REPORT")
    for name, (text, periods) in REPORTS.items():
        report = reports.add_parser(name, help=text)
        add_period(report, periods)
        report.add_argument("--out", type=Path, required=True, metavar="FILE", help=".xlsx, .pdf, .html or .csv")
        add_config(report)
        report.set_defaults(run=run)
    sheet = reports.add_parser("observation", help="an agent's observation sheet, as curves / 状态观察记录表")
    sheet.add_argument("--agent", required=True, metavar="ID", help="agent number / 工号")
    add_period(sheet, ("week", "month"))
    sheet.add_argument("--out", type=Path, required=True, metavar="FILE", help=".xlsx, .pdf, .html or .csv")
    add_config(sheet)
    sheet.set_defaults(run=run_observation)
    exportcalls.add(reports)


def add_period(parser: argparse.ArgumentParser, periods: tuple[str, ...]) -> None:
    """`--week 2026-W47` and its like, exactly one of them."""
    group = parser.add_mutually_exclusive_group(required=True)
    for period in periods:
        group.add_argument(f"--{period}", metavar=EXAMPLES[period])


def run(arguments: argparse.Namespace) -> int:
    """Build the report from the daily detail and write it."""
    from quality.reports.build import build
    from quality.reports.files import ending, write

    ending(arguments.out)
    report = build(box_of(settings_of(arguments)), arguments.report, period_of(arguments))
    write(report, arguments.out, terminal_language())
    say(f"{arguments.out}: {report.calls} calls", f"{arguments.out}：{report.calls} 通电话")
    return 0


def run_observation(arguments: argparse.Namespace) -> int:
    """Write an agent's observation sheet."""
    from quality.reports.files import ending, write
    from quality.reports.observation import observation_report

    ending(arguments.out)
    report = observation_report(box_of(settings_of(arguments)), arguments.agent, period_of(arguments))
    write(report, arguments.out, terminal_language())
    say(f"{arguments.out}: {report.calls} calls", f"{arguments.out}：{report.calls} 通电话")
    return 0


def period_of(arguments: argparse.Namespace) -> Period:
    """The period that was asked for. Raises UserError."""
    from quality.periods import parse

    for kind in EXAMPLES:
        if getattr(arguments, kind, None):
            return parse(kind, getattr(arguments, kind))
    raise UserError("say which period", "请指定周期")


def box_of(settings: Settings) -> Box:
    """Whose reports they are. Raises UserError when nothing was recorded there."""
    from quality.reports.facts import Box

    store = Path(settings.store.path)
    if not (store / CALLS_DB).exists():
        raise UserError(
            f"{store}: nothing was recorded there yet; is --config the right settings file?",
            f"{store}：尚无录音；--config 指定的设置文件是否正确？",
        )
    return Box.of(settings)
