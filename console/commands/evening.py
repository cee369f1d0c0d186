"""callbox evening: what the QA department has done for it after a day; the timer callbox-evening runs it."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from console.commands.shared import add_config, day_of, settings_of
from console.output import facts, note, say


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("evening", help="plan the sampling, look for alerts, fill in sheets / 每日收尾")
    parser.add_argument("--day", metavar="YYYY-MM-DD", help="default: yesterday, and days before it that were missed")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it and say what was done."""
    from quality.evening import due_days, evening
    from quality.reviewing.correctedresults import JudgeBy

    settings = settings_of(arguments)
    store, timezone = Path(settings.store.path), settings.site.timezone
    days = [day_of(arguments.day)] if arguments.day else due_days(store, datetime.now(ZoneInfo(timezone)).date())
    if not days:
        say("yesterday's evening is done already", "昨日的收尾工作已完成")
    for day in days:
        done = evening(store, day, timezone, settings.quality, judge_by=JudgeBy.of(settings))
        for message in done.left_out:
            note(message.en, message.zh)
        say(facts({"day": day.isoformat()} | {name: value for name, value in vars(done).items() if name != "left_out"}))
    return 0
