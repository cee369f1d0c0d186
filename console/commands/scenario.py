"""callbox scenario: what happens on simulated lines, through the real recorder, and whether the calls come out as they have to."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from console.output import say


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("scenario", help="run scenario files on simulated lines / 在模拟线路上运行场景文件")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--show", action="store_true", help="print what came of each / 列出每个场景产生的通话")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when all come true, 1 when one does not, 2 when a file cannot be understood."""
    import soundfile

    from console.demo.bundle import FOLDER
    from hw.messages import Message, terminal_language
    from recorder.scenario.run import run_scenario
    from recorder.scenario.script import load_scenario
    from recorder.scenario.sounds import level_speech

    language = terminal_language()
    speech = level_speech(soundfile.read(FOLDER / "shoes_perfect.flac", dtype="int16")[0].max(axis=1))
    scenarios, failed = [load_scenario(path) for path in arguments.files], 0
    for scenario in scenarios:
        with tempfile.TemporaryDirectory(prefix="scenario-") as folder:
            verdict = run_scenario(scenario, Path(folder), speech)
        failed += not verdict.passed
        word = Message("as expected", "符合预期") if verdict.passed else Message("NOT as expected", "不符合预期")
        title = Message(scenario.title, scenario.title_zh).text(language)
        faster = scenario.lasts / max(verdict.seconds, 0.001)
        say(f"{word.text(language)}  {scenario.path.stem}: {title}  ({verdict.seconds:.1f} s, {faster:.0f} ×)")
        for text in (*(verdict.found if arguments.show else ()), *verdict.differences, *verdict.unsound):
            say(f"    {text}")
    done = len(scenarios) - failed
    say(Message(f"{done} of {len(scenarios)} as expected", f"{len(scenarios)} 个场景中 {done} 个符合预期").text(language))
    return 1 if failed else 0
