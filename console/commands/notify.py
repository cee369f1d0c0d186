"""callbox notify: alarms to a webhook, a mail or a syslog server of the LAN."""

from __future__ import annotations

import argparse
import time

from console.commands.shared import add_config, settings_of
from console.output import say
from hw.messages import Message
from quality.alerting.alarmbook import KnownAlarm
from quality.notify.rounds import tell
from quality.notify.senders import News, senders

ROUND_S = 20.0


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("notify", help="alarms to a webhook, a mail or a syslog server / 告警通知")
    parser.add_argument("--follow", action="store_true", help=f"go on, a round every {ROUND_S:.0f} s")
    parser.add_argument("--test", action="store_true", help="send a made alarm, to see that it arrives")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell what is new. Exit status 1 when a way did not work."""
    settings = settings_of(arguments)
    ways = senders(settings.notify)
    if not ways:
        say("nothing is set: [notify] webhook, smtp_host or syslog_host", "未设置：[notify] webhook、smtp_host 或 syslog_host")
        return 0
    if arguments.test:
        alarm = KnownAlarm(0, "disk_low", "notice", "test", time.time(), None, Message("this is a test", "这是一次测试"), ())
        for way, send in ways.items():
            send(News(alarm, settings.site.name, settings.site.language))
            say(f"{way}: handed over", f"{way}：已发送")
        return 0
    while arguments.follow:
        tell(settings, ways)
        time.sleep(ROUND_S)
    done = tell(settings, ways)
    for way in ways:
        say(f"{way}: told {done.told.get(way, 0)}", f"{way}：已通知 {done.told.get(way, 0)}")
    for way, why in done.failed.items():
        say(f"{way}: {why}", f"{way}：{why}")
    return 1 if done.failed else 0
