"""docs/commands.md, made from the parsers themselves: `python -m console.commandlist > docs/commands.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from console.commandline import build_parser

HEAD = """# Commands

Made from the command line itself by `python -m console.commandlist`; every command has `--help`.
本页由命令行自动生成,各命令均有 `--help`。

| command | options | what it does |
|---|---|---|
"""


def page() -> str:
    """The whole page as Markdown, commands in the order of `callbox --help`."""
    rows = (f"| `{name}` | {_options(parser)} | {_cell(text)} |\n" for name, parser, text in _all(build_parser(), "callbox"))
    return HEAD + "".join(rows)


def _all(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """Every command that can be given, with its parser and help; one whose subject is required is given by its subjects."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, below in action.choices.items():
                if not _subjects_required(below):
                    yield f"{name} {word}", below, texts.get(word, "")
                yield from _all(below, f"{name} {word}")


def _subjects_required(parser: argparse.ArgumentParser) -> bool:
    return any(isinstance(action, argparse._SubParsersAction) and action.required for action in parser._actions)


def _options(parser: argparse.ArgumentParser) -> str:
    words = []
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        words.append(f"`{action.option_strings[-1] if action.option_strings else _positional(action)}`")
    return " ".join(words)


def _positional(action: argparse.Action) -> str:
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return f"{name}…" if action.nargs in {"*", "+"} else name


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("%%", "%")


if __name__ == "__main__":
    sys.stdout.write(page())
