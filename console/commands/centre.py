"""callbox centre: a made call centre of months of calls, to try reports and alerts on."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from console.output import Progress, facts, say
from hw.messages import UserError


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("centre", help="a made call centre to try reports on / 生成演示中心")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = actions.add_parser("make", help="make one: databases, truth.json and callbox.toml in a folder of its own / 生成")
    make.add_argument("--store", type=Path, required=True, metavar="DIR")
    make.add_argument("--agents", type=int, default=40)
    make.add_argument("--inspectors", type=int, default=6)
    make.add_argument("--months", type=int, default=3)
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--first", default="2026-08", metavar="YYYY-MM", help="the first month")
    make.set_defaults(run=run_make)


def run_make(arguments: argparse.Namespace) -> int:
    """Make a centre and say what is planted in it."""
    from quality.centre.cast import Spec
    from quality.centre.make import make_centre

    spec = Spec(arguments.agents, arguments.inspectors, arguments.months, arguments.seed, _month(arguments.first))
    with Progress("making the centre", "正在生成演示中心") as progress:
        made = make_centre(arguments.store, spec, progress)
    say(
        f"{made.calls} calls ({made.answered} answered), {made.reviews} reviews; try other commands with --config {made.settings}",
        f"{made.calls} 通电话（接听 {made.answered}），{made.reviews} 份评审；可用 --config {made.settings} 试用各命令",
    )
    say(facts({name: str(value) for name, value in vars(made.truths).items()}))
    return 0


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise UserError(f"“{text}” is no month; write it as 2026-08", f"“{text}”不是月份，请写成 2026-08") from None
