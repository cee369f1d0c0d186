"""What several subcommands share: where the settings are, and which week or file a person means."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from hw.messages import UserError
from recorder.settings.loader import load
from recorder.settings.sections import Settings


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config FILE`, the same for every command that needs the box's settings."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file / 设置文件 (default: /etc/callbox/callbox.toml)")


def day_of(text: str) -> date:
    """The day a person wrote. Raises UserError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"“{text}” is no date; write 2026-08-01", f"“{text}”不是日期，请写成 2026-08-01") from None


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings a command was pointed at."""
    return load([arguments.config] if arguments.config else [])
