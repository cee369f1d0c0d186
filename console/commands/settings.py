"""callbox settings: what may be changed while the box runs, changed from here; and what the web service asks for, carried out."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from console.commands.shared import add_config
from console.output import say
from hw.messages import UserError
from quality.boxsettings.book import BoxSettings
from quality.boxsettings.carrying import REQUESTS, Direct, serve
from quality.boxsettings.dropin import Place, RefusedError, held, plain
from quality.boxsettings.options import options, typed
from recorder.settings.cli import toml_value
from recorder.settings.files import main_file
from recorder.settings.loader import load


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("settings", help="settings that may be changed while the box runs / 运行中可更改的设置")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="what holds, and what was set on the pages / 查看当前值")
    change = actions.add_parser("set", help="change some; NAME= takes back what was set / 更改设置")
    change.add_argument("values", nargs="+", metavar="NAME=VALUE", help="retention.days=180; lists with commas / 列表用逗号")
    carry = actions.add_parser("carry-out", help="what the web service left to be changed / 执行网页服务留下的更改请求")
    carry.add_argument("--requests", type=Path, default=REQUESTS, metavar="FOLDER", help=f"default: {REQUESTS}")
    for action, run in ((show, run_show), (change, run_set), (carry, run_carry_out)):
        add_config(action)
        action.set_defaults(run=run)


def _place(arguments: argparse.Namespace) -> Place:
    file = main_file([arguments.config] if arguments.config else [])
    if file is None:
        raise UserError("there is no settings file; name it with --config", "没有设置文件，请用 --config 指定")
    return Place((file,))


def run_show(arguments: argparse.Namespace) -> int:
    """Each setting that may be changed, marked where it was."""
    place = _place(arguments)
    settings, changed = load(place.paths), held(place)
    for name, option in options().items():
        if option.kind is not list:
            value = plain(settings, name)
            mark = "  *" if name in changed else ""
            say(f"{name} = {toml_value(tuple(value) if isinstance(value, list) else value)}{mark}")
    return 0


def run_set(arguments: argparse.Namespace) -> int:
    """Change them here and now, with an entry in the log of changes."""
    place = _place(arguments)
    settings = load(place.paths)
    book = BoxSettings(Path(settings.store.path), settings, place, Direct(place))
    asked = book.ask(_wanted(arguments.values), "console")
    for path, before, after in asked.differences:
        assert isinstance(path, list)
        say(f"{'.'.join(path)}: {before} → {after}")
    say(f"{place.dropin}: the services take it up within seconds", f"{place.dropin}：各服务数秒内生效")
    return 0


def _wanted(words: Sequence[str]) -> dict[str, object]:
    wanted: dict[str, object] = {}
    for word in words:
        name, equals, text = word.partition("=")
        option = options().get(name)
        if option is None or not equals or option.kind is list:
            raise UserError(
                f"“{word}” cannot be set here; callbox settings show tells what can be",
                f"不能在此设置“{word}”；callbox settings show 列出可更改项",
            )
        try:
            wanted[name] = typed(option, text) if text else None
        except UserError as error:
            raise RefusedError({name: error.message}) from error
    return wanted


def run_carry_out(arguments: argparse.Namespace) -> int:
    """As callbox-settings.service runs it: every request is looked at anew, and told in the journal."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    serve(_place(arguments), arguments.requests)
    return 0
