"""callbox doctor: why isn't it recording? Answered line by line, with what to do."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import say, say_message
from console.status import collect

if TYPE_CHECKING:
    from console.checkup import Finding


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("doctor", help="why isn't it recording? / 自检")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every finding; exit status 1 when something needs a hand."""
    from console.checkup import examine

    settings = settings_of(arguments)
    findings = list(examine(settings, collect(settings)))
    for finding in findings:
        _show(finding)
    return 0 if all(finding.ok for finding in findings) else 1


def _show(finding: Finding) -> None:
    mark = "ok  " if finding.ok else "BAD "
    say(mark + finding.seen.en, mark + finding.seen.zh)
    if finding.advice is not None:
        say_message(finding.advice)
