"""callbox export: the weekly summary as a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import say
from hw.messages import UserError, terminal_language
from recorder.schema import CALLS_DB


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("export", help="write a report to a file / 导出报表")
    reports = parser.add_subparsers(dest="report", required=True, metavar="REPORT")
    weekly = reports.add_parser("weekly", help="weekly summary: XLSX or CSV by the file's ending")
    weekly.add_argument("--week", required=True, help="ISO week, for example 2026-W47")
    weekly.add_argument("--out", type=Path, required=True, metavar="FILE")
    add_config(weekly)
    weekly.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build the summary from the daily detail and write it."""
    from quality.weekly import weekly_summary, write_csv, write_xlsx

    writers = {".xlsx": write_xlsx, ".csv": write_csv}
    writer = writers.get(arguments.out.suffix.lower())
    if writer is None:
        raise UserError(f"{arguments.out}: name the file .xlsx or .csv", f"{arguments.out}:文件名请以 .xlsx 或 .csv 结尾")
    settings = settings_of(arguments)
    if not (Path(settings.store.path) / CALLS_DB).exists():
        raise UserError(
            f"{settings.store.path}: nothing was recorded there yet; is --config the right settings file?",
            f"{settings.store.path}:尚无录音;--config 指定的设置文件是否正确?",
        )
    summary = weekly_summary(Path(settings.store.path), arguments.week, settings.site.timezone)
    writer(summary, arguments.out, terminal_language())
    say(f"{arguments.out}: {summary.calls} calls", f"{arguments.out}:{summary.calls} 通电话")
    return 0
