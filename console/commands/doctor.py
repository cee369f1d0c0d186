"""callbox doctor: why isn't it recording? Answered line by line, with what to do."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import say, say_json
from hw.messages import Message, UserError, terminal_language

if TYPE_CHECKING:
    from console.doctor.listen import Sides
    from quality.health.case import Case
    from recorder.settings.sections import Line, Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("doctor", help="why isn't it recording? / 自检")
    parser.add_argument("--line", metavar="NAME", default="", help="this line, with a live listening test / 只查此线路并试听")
    parser.add_argument("--seconds", type=int, default=10, metavar="N", help="of the listening test / 试听秒数 (default: 10)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every finding. Exit status 0: all is well, 1: something is worth a look, 2: something is wrong."""
    from console.doctor.show import shown
    from quality.health.examine import examine, gather
    from quality.health.finding import STATES, worst

    settings = _settings(arguments)
    if settings is None:
        return 2
    line = _line(settings, arguments.line, arguments.seconds)
    case = gather(settings, hear=_hear)
    if line is not None:
        case = _test(case, line, arguments.seconds, quiet=arguments.json)
    findings = list(examine(case, arguments.line))
    verdict = worst(findings)
    if arguments.json:
        say_json({"verdict": verdict, "at": case.status.at, "findings": [finding.to_json() for finding in findings]})
    else:
        say("\n".join(shown(findings, settings, terminal_language())))
    return STATES.index(verdict)


def _hear(settings: Settings) -> tuple[dict[str, Sides], dict[str, Message]]:
    from console.doctor.listen import listen  # ALSA is not loaded to look at a recorder that runs

    return listen(settings)


def _settings(arguments: argparse.Namespace) -> Settings | None:
    """The settings; with --json, wrong ones are findings too, printed here, and None."""
    from quality.health.finding import Finding
    from recorder.settings.loader import SettingsError

    try:
        return settings_of(arguments)
    except SettingsError as error:
        if not arguments.json:
            raise
        findings = [Finding("wrong", "settings", problem) for problem in error.problems]
        say_json({"verdict": "wrong", "at": None, "findings": [finding.to_json() for finding in findings]})
        return None


def _line(settings: Settings, name: str, seconds: int) -> Line | None:
    if not name:
        return None
    if not 1 <= seconds <= 600:
        raise UserError("--seconds must be from 1 to 600.", "--seconds 必须在 1 到 600 之间。")
    for line in settings.line:
        if line.name == name:
            return line
    known = ", ".join(line.name for line in settings.line) or "-"
    raise UserError(f"There is no line {name}. Known are: {known}", f"没有线路 {name}。已有:{known}")


def _test(case: Case, line: Line, seconds: int, *, quiet: bool) -> Case:
    """Listen live, showing a bar a second; the case with the loudest second of it."""
    from dataclasses import replace

    from console.doctor.show import level_line
    from quality.health.meter import loudest

    if not quiet:
        say(
            f"listening to line {line.name} for {seconds} s: lift the handset and speak",
            f"试听线路 {line.name},{seconds} 秒:请提机讲话",
        )
    heard: list[Sides] = []
    for sides in _listening(case, line, seconds):
        heard.append(sides)
        if not quiet:
            say(level_line(sides, terminal_language()))
    return replace(case, heard={**case.heard, line.name: loudest(heard)}) if heard else case


def _listening(case: Case, line: Line, seconds: int) -> Iterator[Sides]:
    from console.doctor.listen import follow, overhear
    from hw.errors import DeviceError

    if case.status.recorder_running:
        yield from follow(case.settings, line, seconds)
    elif line.device not in case.refused:
        try:
            yield from overhear(case.settings, line, seconds)
        except DeviceError:
            return  # it was there a moment ago; the finding about the device tells
