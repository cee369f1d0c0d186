"""The clock of a simulated twin that runs as a process of its own."""

from __future__ import annotations

import argparse
import time
from datetime import datetime

from hw.clock import FastClock


def add_clock_arguments(parser: argparse.ArgumentParser) -> None:
    """--start, --anchor and --speed, as in [simulation] of callbox.toml."""
    parser.add_argument("--start", type=_instant, help="simulated UTC instant from which the schedule counts (default: --anchor)")
    parser.add_argument("--anchor", type=_instant, help="real UTC instant at which the simulated clock shows --start (now)")
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")


def clock_from(options: argparse.Namespace) -> FastClock:
    """The clock these arguments ask for; at speed 1 and without a start it is the machine's own."""
    anchor = time.time() if options.anchor is None else options.anchor
    return FastClock(anchor if options.start is None else options.start, anchor, options.speed)


def _instant(text: str) -> float:
    """ISO text with its offset ("2026-11-22T01:00:00Z") or epoch seconds, as UTC epoch seconds."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} does not say its offset from UTC; add a Z")
    return moment.timestamp()
