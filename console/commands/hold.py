"""callbox hold: keep a call's audio, whatever the retention rules say; and let it go again."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import say, table
from hw.messages import terminal_language

if TYPE_CHECKING:
    from quality.calls.holds import PlacedHold


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `hold` and `release`."""
    hold = subparsers.add_parser("hold", help="keep a call's audio as evidence / 保留录音作为证据")
    hold.add_argument("call", nargs="?", metavar="CALL", help="the call's id; without: list the holds")
    hold.add_argument("--all", action="store_true", help="list released ones, too")
    release = subparsers.add_parser("release", help="let retention have a held call again / 解除保留")
    release.add_argument("call", metavar="CALL")
    for parser, run in ((hold, run_hold), (release, run_release)):
        parser.add_argument("--reason", default="", help="why; kept with it")
        parser.add_argument("--by", default="", metavar="NAME", help="who (default: your login name)")
        add_config(parser)
        parser.set_defaults(run=run)


def run_hold(arguments: argparse.Namespace) -> int:
    """Place a hold, or list them."""
    from quality.calls.holds import Holds

    holds = Holds(Path(settings_of(arguments).store.path))
    if arguments.call is None:
        return _list(holds.placed(standing=not arguments.all))
    holds.place(arguments.call, arguments.reason, _who(arguments))
    say(f"call {arguments.call} is kept until it is released", f"通话 {arguments.call} 将一直保留，直到解除")
    return 0


def run_release(arguments: argparse.Namespace) -> int:
    """Release a hold; say what else keeps the call."""
    from quality.calls.holds import Holds

    holds = Holds(Path(settings_of(arguments).store.path))
    holds.release(arguments.call, arguments.reason, _who(arguments))
    say(f"call {arguments.call} is released", f"通话 {arguments.call} 已解除保留")
    for hold in holds.of_call(arguments.call):
        say(f"still kept by: {hold.kind} {hold.reason}", f"仍因此保留：{hold.kind} {hold.reason}")
    return 0


def _list(rows: list[PlacedHold]) -> int:
    from recorder.times import to_text

    if not rows:
        say("no call is on hold", "没有被保留的通话")
        return 0
    english, chinese = ("call", "reason", "by", "since (UTC)", "released"), ("通话", "原因", "操作者", "时间 (UTC)", "解除")
    heads = chinese if terminal_language() == "zh" else english
    say(table(heads, [
        (row.call_id, row.reason, row.placed_by, to_text(row.placed_at)[:16],
         "" if row.released_at is None else f"{to_text(row.released_at)[:16]} {row.released_by} {row.release_reason}")
        for row in rows
    ]))  # fmt: skip
    return 0


def _who(arguments: argparse.Namespace) -> str:
    return arguments.by or f"console:{getpass.getuser()}"
