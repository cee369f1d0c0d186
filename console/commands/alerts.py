"""callbox alerts: what opened by itself for the leads, and looking for it."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.commands.shared import add_config, day_of, settings_of
from console.output import complain, say, table
from hw.messages import UserError, terminal_language

if TYPE_CHECKING:
    from quality.alerting.alerts import Alert
    from recorder.settings.sections import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("alerts", help="what leads have to look at / 质量预警")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    look = actions.add_parser("watch", help="look at days that are over and open what has to be / 检查已结束的日期")
    look.add_argument("--day", metavar="YYYY-MM-DD", help="default: yesterday")
    look.add_argument("--since", metavar="YYYY-MM-DD", help="every day from here to --day")
    look.add_argument("--now", action="store_true", help="only high-priority and stuck calls, of today and yesterday")
    look.add_argument("--follow", action="store_true", help="the same as they come, live calls too, until stopped / 持续监视")
    listing = actions.add_parser("list", help="what is open / 未处理的预警")
    listing.add_argument("--kind")
    for action, run in ((look, run_watch), (listing, run_list)):
        add_config(action)
        action.set_defaults(run=run)


def run_watch(arguments: argparse.Namespace) -> int:
    """Look, and show what is new."""
    settings = settings_of(arguments)
    if arguments.follow:
        _follow(settings)
    else:
        _show(_look(arguments, settings), ZoneInfo(settings.site.timezone))
    return 0


def _follow(settings: Settings) -> None:
    """Look once a second, and say what is new, until a signal to stop. A database that cannot be used is told once."""
    from quality.alerting.following import STEP_S, Follower

    caught: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: caught.append(received))
    store, trouble = Path(settings.store.path), ""
    follower: Follower | None = None
    while not caught:
        try:
            follower = follower or Follower(store, settings.site.timezone)
            new = follower.step(time.time())
            trouble = ""
            if new:
                _show(new, ZoneInfo(settings.site.timezone))
                sys.stdout.flush()
        except UserError as error:
            if error.message.en != trouble:
                complain(error.message)
            trouble = error.message.en
        time.sleep(STEP_S)
    if follower is not None:
        follower.close()


def _look(arguments: argparse.Namespace, settings: Settings) -> list[Alert]:
    from quality.alerting.watch import WatchRules, watch, watch_calls

    store, timezone, rules = Path(settings.store.path), settings.site.timezone, WatchRules.of(settings.quality)
    yesterday = datetime.now(ZoneInfo(timezone)).date() - timedelta(days=1)
    if arguments.now:
        return watch_calls(store, (yesterday, yesterday + timedelta(days=1)), timezone)
    last = day_of(arguments.day) if arguments.day else yesterday
    first = day_of(arguments.since) if arguments.since else last
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [alert for day in days for alert in watch(store, day, timezone, rules)]


def run_list(arguments: argparse.Namespace) -> int:
    """What is open, the newest first."""
    from quality.alerting.alerts import KINDS, Alerts

    if arguments.kind and arguments.kind not in KINDS:
        known = ", ".join(KINDS)
        en = f"There is no kind of alert “{arguments.kind}”. Known: {known}."
        raise UserError(en, f"没有“{arguments.kind}”这类预警，可用：{known}。")
    settings = settings_of(arguments)
    _show(Alerts(Path(settings.store.path)).list(arguments.kind), ZoneInfo(settings.site.timezone))
    return 0


def _show(alerts: list[Alert], zone: ZoneInfo) -> None:
    from quality.alerting.alerts import KINDS

    language = terminal_language()
    if not alerts:
        say("nothing to look at", "没有预警")
        return
    rows = [
        (f"{datetime.fromtimestamp(a.opened_at, zone):%m-%d %H:%M}", KINDS[a.kind].text(language), a.subject, ", ".join(a.seen_by))
        for a in alerts
    ]
    heads = ("时间", "类型", "对象", "已查看") if language == "zh" else ("when", "what", "about", "seen by")
    say(table(heads, rows))
