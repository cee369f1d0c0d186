"""callbox doctor: why isn't it recording? Answered line by line, with what to do."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import say
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
    bad = sum(1 for finding in findings if not finding.ok)
    if bad == 0:
        say("everything is as it should be", "一切正常")
        return 0
    say(f"{bad} {'thing needs' if bad == 1 else 'things need'} a hand", f"{bad} 项需要处理")
    return 1


def _show(finding: Finding) -> None:
    en, zh = ("ok   ", "正常  ") if finding.ok else ("BAD  ", "异常  ")
    say(en + finding.seen.en, zh + finding.seen.zh)
    if finding.advice is not None:
        say(f"     → {finding.advice.en}", f"      → {finding.advice.zh}")
