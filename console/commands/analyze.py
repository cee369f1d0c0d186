"""callbox analyze: understand one audio file, without any database."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import Progress, say, say_json


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("analyze", help="understand one audio file / 分析一个音频文件")
    parser.add_argument("file", type=Path, help="audio: 1 channel (mono tap) or 2 (agent left, customer right)")
    parser.add_argument("--language", choices=("auto", "zh", "en"), default="auto", help="spoken language (auto: heard)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Analyse the file and print what was understood."""
    from console.understand import Understanding

    understanding = Understanding(settings_of(arguments))
    with Progress(f"analysing {arguments.file.name}", f"正在分析 {arguments.file.name}") as progress:
        result = understanding.of_file(arguments.file, language=arguments.language, progress=progress)
    if arguments.json:
        say_json(result)
    else:
        _show(result)
    return 0


def _show(result: dict[str, object]) -> None:
    utterances, hits, scores = result["utterances"], result["rule_hits"], result["scores"]
    assert isinstance(utterances, list) and isinstance(hits, list) and isinstance(scores, dict)
    for utterance in utterances:
        say(f"{utterance['start']:7.1f}  {utterance['side']:8}  {utterance['text']}")
    say("")
    for hit in hits:
        say(f"{hit['start']:7.1f}  {hit['rule']:22} {hit['side']:8}  {hit['evidence']}  ({hit['confidence']:.2f})")
    say("  ".join(f"{name} {value if value is not None else '–'}" for name, value in scores.items()))
