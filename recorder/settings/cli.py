"""The arguments every service takes: --config FILE, --check-config, --show-config."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from hw.messages import Message, UserError, terminal_language
from recorder.settings.loader import load
from recorder.settings.sections import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a service's parser the three arguments."""
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="settings file (with its drop-in folder FILE.d); more than once: merged in order / 设置文件，可多次给出，按顺序合并 "
        "(default: $CALLBOX_CONFIG or /etc/callbox/callbox.toml)",
    )
    parser.add_argument("--check-config", action="store_true", help="check the settings and start nothing / 只检查设置")
    parser.add_argument("--show-config", action="store_true", help="print all settings, changed ones marked / 显示全部设置")


def settings_or_exit(arguments: argparse.Namespace) -> Settings:
    """The settings the arguments ask for. Ends the program for --check-config (0 or 2), for --show-config (0), and with 2 and the
    list of errors when the settings are wrong."""
    try:
        settings = load(arguments.config)
    except UserError as error:
        complain(error)
        sys.exit(2)
    if arguments.show_config:
        sys.stdout.write(show(settings))
        sys.exit(0)
    if arguments.check_config:
        sys.stdout.write(Message("The settings are good.\n", "设置没有问题。\n").text(terminal_language()))
        sys.exit(0)
    return settings


def complain(error: UserError) -> None:
    """Say on stderr what is wrong, in the terminal's language."""
    sys.stderr.write(error.message.text(terminal_language()) + "\n")


def show(settings: Settings) -> str:
    """The settings as TOML that reads back the same; values that differ from the default end in "# default: …"."""
    lines: list[str] = []
    for section in dataclasses.fields(settings):
        value = getattr(settings, section.name)
        if isinstance(value, tuple):
            for row in value:
                lines += [f"[[{section.name}]]", *_values(row), ""]
        else:
            lines += [f"[{section.name}]", *_values(value), ""]
    return "\n".join(lines)


def _values(row: Any) -> list[str]:
    lines = []
    for setting in dataclasses.fields(row):
        value = getattr(row, setting.name)
        required = setting.default is dataclasses.MISSING
        mark = "" if required or value == setting.default else f"  # default: {toml_value(setting.default)}"
        lines.append(f"{setting.name} = {toml_value(value)}{mark}")
    return lines


def toml_value(value: Any) -> str:
    """A setting's value as TOML writes it."""
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for the one control character that JSON lets through.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
