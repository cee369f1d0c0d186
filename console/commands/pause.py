"""callbox pause, callbox resume: record nothing of a call while a card number is said."""

from __future__ import annotations

import argparse
import getpass

from console.commands.shared import add_config, settings_of
from console.output import say
from recorder.listen import client

MINUTES = 2.0
"""Unless told otherwise."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register both commands."""
    pause = subparsers.add_parser("pause", help="record nothing of a line's call for a while / 暂停录音")
    pause.add_argument("--minutes", type=float, default=MINUTES, help="go on by itself after so long (default 2, at most 30)")
    pause.add_argument("--reason", default="", help="why; kept with the call / 原因")
    resume = subparsers.add_parser("resume", help="go on recording a paused line / 恢复录音")
    for parser, run in ((pause, run_pause), (resume, run_resume)):
        parser.add_argument("line", metavar="LINE", help="name of a [[line]] / 线路名称")
        add_config(parser)
        parser.set_defaults(run=run)


def run_pause(arguments: argparse.Namespace) -> int:
    """Pause; the pause ends by itself, with the call or when its time is up."""
    line, minutes = arguments.line, arguments.minutes
    call = client.pause(settings_of(arguments), line, getpass.getuser(), arguments.reason, minutes * 60)
    say(
        f"line {line}: call {call} is not recorded for {minutes:g} minutes, or until: callbox resume {line}",
        f"线路 {line}:通话 {call} 暂停录音 {minutes:g} 分钟,提前恢复:callbox resume {line}",
    )
    return 0


def run_resume(arguments: argparse.Namespace) -> int:
    """Record again."""
    line = arguments.line
    seconds = client.resume(settings_of(arguments), line, getpass.getuser())
    say(f"line {line} is recorded again; it was paused for {seconds:.1f} s", f"线路 {line} 已恢复录音,共暂停 {seconds:.1f} 秒")
    return 0
