"""The `callbox` command line. Every subcommand is a module of console.commands with `add(subparsers)`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from console.commands import (
    alarms,
    alerts,
    analyze,
    audit,
    backup,
    bench,
    centre,
    clusters,
    demo,
    doctor,
    evaluate,
    evening,
    export,
    figures,
    hold,
    labels,
    listen,
    models,
    notify,
    pause,
    people,
    reconcile,
    replay,
    reports,
    retention,
    rules,
    sampling,
    scenario,
    serial,
    settings,
    setup,
    smdr,
    status,
    tokens,
    users,
    verify,
)
from console.output import complain, speak_any_locale
from hw.arguments import Parser, language_of
from hw.messages import LANGUAGES, Message, UserError, terminal_language

COMMANDS = (
    *(demo, replay, analyze, evaluate, bench, status, doctor, listen, pause, alarms, verify, audit),
    *(export, reports, users, tokens, models, rules, serial, people, sampling, alerts, labels, evening),
    *(figures, clusters, centre, retention, hold, smdr, reconcile, scenario, backup, setup, settings),
    *(notify,),
)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    description = "Records, understands and scores every call. 录音、理解并为每一通电话评分。"
    parser = Parser(prog="callbox", description=description)
    parser.add_argument("--lang", choices=LANGUAGES, help="language of messages / 提示语言 (default: from the locale)")
    title = Message("commands", "命令").text(terminal_language())
    subparsers = parser.add_subparsers(title=title, dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
    return parser


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: 0 done, 1 done but something is wrong (doctor, verify), 2 could not be done."""
    speak_any_locale()
    words = sys.argv[1:] if argv is None else list(argv)
    language = language_of(words)
    if language in LANGUAGES:
        os.environ["CALLBOX_LANG"] = language
    arguments = build_parser().parse_args(words)
    try:
        status_code: int = arguments.run(arguments)
    except UserError as error:
        complain(error.message)
        return 2
    except BrokenPipeError:
        # The reader (head, less) went away: nothing is wrong.
        _let_go_of_stdout()
        return 128 + signal.SIGPIPE
    except OSError as error:
        # A disk that is full, a folder that may not be written: the person can mend it, a traceback would not say how.
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
        complain(Message(f"{what}. Is there room, may this user write there?", f"{what}。磁盘是否有空间?当前用户是否可写?"))
        _let_go_of_stdout()
        return 2
    return status_code


def _let_go_of_stdout() -> None:
    """Python would complain while closing a standard output that cannot be written."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
