"""The tap board at a terminal: what it reads, what it tells line states by, whether it is well.

    python -m hw.boardtool --port /dev/callbox/tapboard show
    python -m hw.boardtool --port /dev/callbox/tapboard voltages
    python -m hw.boardtool --port /dev/callbox/tapboard set loop_mv=20000 settle_ms=50

The recorder must not have the port: systemctl stop callbox-recorder first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from firmware import thresholds
from hw.arguments import Parser
from hw.clock import SystemClock
from hw.linesense import SerialLineSense
from hw.messages import UserError, terminal_language

BEAT_S = 2.5
"""Seconds within which a heartbeat comes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = Parser(prog="python -m hw.boardtool", description="the tap board at a terminal / 采集板工具")
    parser.add_argument("--port", required=True)
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("what", choices=("show", "voltages", "set"))
    parser.add_argument("values", nargs="*", metavar="NAME=VALUE")
    options = parser.parse_args(arguments)
    sense = SerialLineSense(options.port, options.baud, SystemClock())
    try:
        sense.open()
        for line in _DO[options.what](sense, options.values):
            sys.stdout.write(line + "\n")
    except UserError as error:
        parser.exit(2, error.message.text(terminal_language()) + "\n")
    finally:
        sense.close()
    return 0


def _show(sense: SerialLineSense, _: Sequence[str]) -> list[str]:
    until = time.monotonic() + BEAT_S
    while time.monotonic() < until:
        sense.poll()
        time.sleep(0.05)
    health = sense.health
    stuck = " ".join(map(str, health.stuck))
    lines = [f"inputs {sense.inputs}", f"faults {' '.join(health.faults) or '-'}", f"stuck {stuck or '-'}"]
    lines += [f"lost_events {health.lost}", f"slowest_round_ms {health.slowest_ms}", f"frames_missed {sense.frames_missed}"]
    return lines + [f"{name} {value}" for name, value in sense.thresholds().items()]


def _voltages(sense: SerialLineSense, _: Sequence[str]) -> list[str]:
    return [f"{number} {volts:7.2f} V" for number, volts in enumerate(sense.voltages())]


def _set(sense: SerialLineSense, texts: Sequence[str]) -> list[str]:
    wanted = sense.thresholds()
    for text in texts:
        name, _, value = text.partition("=")
        if name not in wanted or not value.isdigit():
            raise _bad(text)
        wanted[name] = int(value)
    try:
        holds = sense.set_thresholds(list(wanted.values()))
    except ValueError as error:
        raise _bad(str(error)) from error
    if holds != wanted:
        raise UserError("The board has not taken these values; its flash may be full.", "采集板未接受这些数值;其闪存可能已满。")
    return [f"{name} {value}" for name, value in holds.items()]


def _bad(text: str) -> UserError:
    names = ", ".join(thresholds.NAMES)
    return UserError(
        f"{text} cannot be. NAME=VALUE with whole numbers; the names are {names}.",
        f"{text} 不可用。格式为 名称=整数,可用名称: {names}。",
    )


_DO = {"show": _show, "voltages": _voltages, "set": _set}

if __name__ == "__main__":
    raise SystemExit(main())
