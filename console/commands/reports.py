"""callbox reports: the archive of reports, and what the timer does with it."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.commands.export import REPORTS, add_period, box_of, period_of
from console.commands.shared import add_config, settings_of
from console.output import note, say, say_json, table
from hw.messages import Message, terminal_language

if TYPE_CHECKING:
    from quality.reports.archive import Kept
    from quality.reports.due import Made


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("reports", help="reports that are kept, and making them / 报告归档")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    due = actions.add_parser("due", help="make and keep what is due: the timer's work / 生成到期报告")
    due.add_argument("--dry-run", action="store_true", help="only say what is due")
    due.set_defaults(run=run_due)
    keep = actions.add_parser("keep", help="make one report now and keep it / 立即生成并归档")
    kinds = keep.add_subparsers(dest="report", required=True, metavar="REPORT")
    listing = actions.add_parser("list", help="what is kept, the newest first / 列出归档")
    listing.add_argument("--kind", choices=tuple(REPORTS))
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=run_list)
    for name, (text, periods) in REPORTS.items():
        one = kinds.add_parser(name, help=text)
        add_period(one, periods)
        one.set_defaults(run=run_keep)
        add_config(one)
    for action in (due, listing):
        add_config(action)


def run_due(arguments: argparse.Namespace) -> int:
    """Make what is due; 1 when something could not be made."""
    from quality.reports.due import due, make_due

    settings = settings_of(arguments)
    box = box_of(settings)
    if arguments.dry_run:
        for kind, period in due(box):
            say(f"{kind} {period.name}")
        return 0
    return _tell(make_due(box, settings.site.language, keep_days=settings.quality.report_days))


def run_keep(arguments: argparse.Namespace) -> int:
    """Make one report and keep it."""
    from quality.reports.due import keep

    settings = settings_of(arguments)
    return _tell(keep(box_of(settings), arguments.report, period_of(arguments), settings.site.language, "console"))


def run_list(arguments: argparse.Namespace) -> int:
    """Print what is kept."""
    from quality.reports.archive import Archive

    settings = settings_of(arguments)
    rows = Archive(Path(settings.store.path)).list(arguments.kind)
    if arguments.json:
        say_json([{**vars(row), "first_day": str(row.first_day), "last_day": str(row.last_day)} for row in rows])
        return 0
    zone = ZoneInfo(settings.site.timezone)
    heads = [head.text(terminal_language()) for head in _HEADS]
    say(table(heads, [_shown(row, zone) for row in rows]))
    return 0


def _shown(row: Kept, zone: ZoneInfo) -> list[str]:
    made = f"{datetime.fromtimestamp(row.made_at, zone):%Y-%m-%d %H:%M}"
    return [row.kind, row.period, row.format, f"{row.calls}", made, row.made_by, row.file]


_HEADS = (
    Message("report", "报告"), Message("period", "周期"), Message("format", "格式"), Message("calls", "通话"),
    Message("made", "生成时间"), Message("by", "生成者"), Message("file", "文件"),
)  # fmt: skip


def _tell(made: Made) -> int:
    for message in made.left_out:
        note(message.en, message.zh)
    for row in made.kept:
        say(row.file)
    say(f"{len(made.kept)} files kept", f"已归档 {len(made.kept)} 个文件")
    if made.deleted:
        about = "[quality] report_days"
        say(f"{made.deleted} old files deleted ({about})", f"已删除 {made.deleted} 个到期文件（{about}）")
    return 1 if made.left_out else 0
