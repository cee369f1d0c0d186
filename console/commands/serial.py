"""callbox console: answer the technician on the serial port, as callbox-console.service does. callbox act: what it may not do."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import say
from console.serialconsole import serve
from console.technician.acts import acts
from console.technician.conversation import Conversation
from console.technician.looks import looks
from console.technician.pin import Pin, set_pin
from console.technician.privileged import REQUESTS, serve_all
from hw.messages import UserError
from quality.alerting.alarmbook import AlarmBook
from quality.health.status import collect
from recorder.settings.sections import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register both commands."""
    parser = subparsers.add_parser("console", help="serve the technician's serial console / 串口控制台")
    parser.add_argument("--set-pin", action="store_true", help="ask for a new PIN, and end")
    parser.add_argument("--here", action="store_true", help="on this terminal instead of the serial port")
    act = subparsers.add_parser("act", help="what the serial console may not do itself / 执行串口控制台的请求")
    act.add_argument("--requests", type=Path, default=REQUESTS, metavar="FOLDER", help=f"where they are left (default: {REQUESTS})")
    for one, run in ((parser, run_console), (act, run_act)):
        add_config(one)
        one.set_defaults(run=run)


def run_console(arguments: argparse.Namespace) -> int:
    """Serve until stopped, set the PIN, or talk to who sits here."""
    settings = settings_of(arguments)
    store = Path(settings.store.path)
    if arguments.set_pin:
        return _set_pin(store)
    if arguments.here:
        return _here(conversation(settings))
    if not settings.console.port:
        raise UserError("[console] port is not set: name the serial device there", "未设置 [console] port:请填写串口设备")
    serve(settings.console.port, settings.console.baud, lambda: conversation(settings))
    return 0


def conversation(settings: Settings) -> Conversation:
    """A technician's session with this box."""
    store = Path(settings.store.path)
    commands = [*looks(settings, lambda: collect(settings)), *acts(settings, AlarmBook(store).acknowledge)]
    return Conversation({command.words: command for command in commands}, Pin(store))


def run_act(arguments: argparse.Namespace) -> int:
    """Do what waits."""
    serve_all(arguments.requests)
    return 0


def _set_pin(store: Path) -> int:
    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    os.umask(0o007)
    set_pin(store, pin)
    say("the PIN of the serial console is set", "串口控制台 PIN 已设置")
    return 0


def _here(talk: Conversation) -> int:
    while True:
        try:
            typed = getpass.getpass(talk.prompt) if talk.secret else input(talk.prompt)
        except EOFError:
            return 0
        for line in talk.answer(typed):
            say(line)
