"""callbox evening: what the QA department has done for it after a day; the timer callbox-evening runs it."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from console.commands.shared import add_config, settings_of
from console.output import facts, note, say
from hw.messages import UserError


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("evening", help="plan the sampling, look for alerts, fill in sheets / 每日收尾")
    parser.add_argument("--day", metavar="YYYY-MM-DD", help="default: yesterday")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it and say what was done."""
    from quality.evening import evening

    settings = settings_of(arguments)
    today = datetime.now(ZoneInfo(settings.site.timezone)).date()
    done = evening(Path(settings.store.path), _day(arguments.day) or today - timedelta(days=1), settings.site.timezone)
    for message in done.left_out:
        note(message.en, message.zh)
    say(facts({name: value for name, value in vars(done).items() if name != "left_out"}))
    return 0


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"“{text}” is no date; write 2026-08-01", f"“{text}”不是日期，请写成 2026-08-01") from None
