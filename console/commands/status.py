"""callbox status: the box at a glance."""

from __future__ import annotations

import argparse

from console.commands.shared import add_config, settings_of
from console.output import say, say_json
from console.report import status_lines
from hw.messages import terminal_language
from quality.health.status import collect


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("status", help="the box at a glance / 运行状态")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the status."""
    status = collect(settings_of(arguments))
    if arguments.json:
        say_json(status.to_json())
    else:
        say("\n".join(status_lines(status, terminal_language())))
    return 0
