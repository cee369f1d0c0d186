"""callbox console: answer the technician on the serial port; what callbox-console.service runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.serialconsole import serve
from console.technician import Conversation
from hw.messages import UserError
from quality.alarmbook import AlarmBook
from quality.health.status import collect


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("console", help="serve the technician's serial console / 串口控制台")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    settings = settings_of(arguments)
    if not settings.console.port:
        raise UserError("[console] port is not set: name the serial device there", "未设置 [console] port:请填写串口设备")
    book = AlarmBook(Path(settings.store.path))
    serve(settings.console.port, settings.console.baud, lambda: Conversation(lambda: collect(settings), "en", book.acknowledge))
    return 0
