"""callbox bench: speed and memory, as figures."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import Progress, note, report, say, say_json


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and its subjects."""
    parser = subparsers.add_parser("bench", help="measure speed and memory / 测量速度与内存")
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    analyzer = subjects.add_parser("analyzer", help="the whole pipeline on one core")
    analyzer.add_argument("files", type=Path, nargs="*", help="audio files (default: the bundled calls)")
    add_config(analyzer)
    recorder = subjects.add_parser("recorder", help="capture through ALSA, beside arecord")
    recorder.add_argument("--lines", type=int, default=8)
    recorder.add_argument("--seconds", type=float, default=60.0)
    for subject, run in ((analyzer, run_analyzer), (recorder, run_recorder)):
        subject.add_argument("--json", action="store_true", help="print JSON")
        subject.set_defaults(run=run)


def run_analyzer(arguments: argparse.Namespace) -> int:
    """CPU seconds per second of audio and peak memory of the analysis."""
    from analyzer.bench import bench_analyzer
    from console.demo.bundle import bundled_calls

    files = arguments.files or [call.audio for call in bundled_calls()]
    with Progress("analysing", "正在分析") as progress:
        figures = bench_analyzer(files, settings_of(arguments), progress)
    return _print(figures, arguments.json)


def run_recorder(arguments: argparse.Namespace) -> int:
    """Lost frames, CPU and memory of capture, arecord beside it."""
    from recorder.bench import bench_recorder

    note(
        f"recording {arguments.lines} lines for {arguments.seconds:g} s in real time",
        f"正在以实时速度录制 {arguments.lines} 条线路,{arguments.seconds:g} 秒",
    )
    return _print(bench_recorder(lines=arguments.lines, seconds=arguments.seconds), arguments.json)


def _print(figures: dict[str, object], as_json: bool) -> int:
    if as_json:
        say_json(figures)
    else:
        say(report(figures))
    return 0
