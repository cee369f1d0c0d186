"""callbox replay: audio files through the simulated tap into the store."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import Progress, complain, say, say_message


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("replay", help="record audio files as if they were calls / 将音频文件当作电话录入")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--speed", type=float, default=10.0, help="times real time (default 10)")
    parser.add_argument("--language", choices=("zh", "en"), help="spoken language (default: the site's)")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Replay the files; one bad file does not spoil the others, but the exit status says so."""
    from recorder.replay import replay

    settings = settings_of(arguments)
    with Progress("recording", "正在录音") as progress:
        outcome = replay(arguments.files, settings, arguments.speed, progress, arguments.language)
    for path, call_id in outcome.calls:
        say(f"{call_id}  {path}")
    for warning in outcome.warnings:
        say_message(warning)
    for error in outcome.errors:
        complain(error)
    return 2 if outcome.errors else 0
