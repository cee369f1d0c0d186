"""callbox alarms: what is wrong, what was, and who has seen to it."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import say, say_json
from hw.messages import terminal_language


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what can be done with an alarm."""
    parser = subparsers.add_parser("alarms", help="what is wrong, and who has seen to it / 告警")
    parser.add_argument("--all", action="store_true", help="those that are over, too / 包括已解除的")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run_list)
    actions = parser.add_subparsers(dest="action", metavar="ack")
    ack = actions.add_parser("ack", help="say that you have seen an alarm / 确认告警")
    ack.add_argument("number", type=int, metavar="NUMBER", help="as callbox alarms lists it / 告警编号")
    ack.add_argument("--by", required=True, metavar="NAME", help="who you are / 确认人")
    ack.add_argument("--note", default="", metavar="TEXT", help="what was found or done / 备注")
    ack.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="settings file / 设置文件")
    ack.set_defaults(run=run_ack)


def run_list(arguments: argparse.Namespace) -> int:
    """List the alarms; exit status 1 when one of them stands and is critical and nobody has seen it."""
    from console.alarmlist import alarm_json, alarm_table, unseen
    from quality.alerting.alarmbook import AlarmBook

    settings = settings_of(arguments)
    book = AlarmBook(Path(settings.store.path))
    alarms = book.latest() if arguments.all else book.standing()
    if arguments.json:
        say_json({"alarms": [alarm_json(alarm) for alarm in alarms]})
    else:
        say("\n".join(alarm_table(alarms, terminal_language(), settings.site.timezone)))
    return 1 if unseen(alarms, "critical") else 0


def run_ack(arguments: argparse.Namespace) -> int:
    """Acknowledge an alarm."""
    from quality.alerting.alarmbook import AlarmBook
    from quality.health.words import alarm_name

    alarm = AlarmBook(Path(settings_of(arguments).store.path)).acknowledge(arguments.number, arguments.by, arguments.note)
    by = alarm.acknowledged[-1].by
    over_en = "" if alarm.cleared_at is None else " (it is over)"
    over_zh = "" if alarm.cleared_at is None else "(已解除)"
    say(
        f"alarm {alarm.id}, {alarm_name(alarm.kind, 'en')} {alarm.subject}: acknowledged by {by}{over_en}",
        f"告警 {alarm.id}({alarm_name(alarm.kind, 'zh')} {alarm.subject})已由 {by} 确认{over_zh}",
    )
    return 0
