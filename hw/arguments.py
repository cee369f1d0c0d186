"""The command line's own words in Chinese, too: argparse speaks English only.

`Parser` is argparse's, with its headings, its help option and its usage errors in the terminal's language. What it cannot say in
Chinese (a message of a newer Python) it says in English.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from hw.messages import Message, terminal_language

_SAYS = (
    (r"the following arguments are required: (.+)", "缺少参数：{0}"),
    (r"one of the arguments (.+) is required", "须给出以下参数之一：{0}"),
    (r"unrecognized arguments: (.+)", "无法识别的参数：{0}"),
    (r"argument (.+?): not allowed with argument (.+)", "参数 {0} 不能与 {1} 同时使用"),
    (r"argument (.+?): expected one argument", "参数 {0} 后须有一个值"),
    (r"argument (.+?): expected at most one argument", "参数 {0} 后最多一个值"),
    (r"argument (.+?): expected at least one argument", "参数 {0} 后至少要有一个值"),
    (r"argument (.+?): expected (\d+) arguments?", "参数 {0} 后须有 {1} 个值"),
    (r"argument (.+?): ignored explicit argument (.+)", "参数 {0} 不带值，多余的值：{1}"),
    (r"argument (.+?): invalid int value: (.+)", "参数 {0}：{1} 不是整数"),
    (r"argument (.+?): invalid float value: (.+)", "参数 {0}：{1} 不是数字"),
    (r"argument (.+?): invalid \S+ value: (.+)", "参数 {0}：值 {1} 无效"),
    (r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)", "参数 {0}：没有 {1}，可用：{2}"),
    (r"argument (.+?): can't open '(.+)': (.+)", "参数 {0}：无法打开 {1}（{2}）"),
    (r"ambiguous option: (.+) could match (.+)", "参数 {0} 不明确，可能是：{1}"),
    (r"argument (.+?): (.+)", "参数 {0}：{1}"),
)
"""What argparse (Python 3.11 to 3.14) composes, and the same in Chinese; the first that fits."""

USAGE = Message("usage: ", "用法：")
POSITIONALS = Message("positional arguments", "参数")
OPTIONS = Message("options", "选项")
HELP = Message("show this help message and exit", "显示本帮助并退出")


def wrong_value(en: str, zh: str) -> argparse.ArgumentTypeError:
    """What a type of an argument raises, in the terminal's language."""
    return argparse.ArgumentTypeError(Message(en, zh).text(terminal_language()))


def in_chinese(message: str) -> str:
    """A usage error of argparse's in Chinese; one that is not known stays as it is."""
    for pattern, says in _SAYS:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return says.format(*match.groups())
    return message


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action], groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, USAGE.text(terminal_language()) if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """As argparse.ArgumentParser; the parsers of subcommands are of this class by themselves."""

    def __init__(self, *args: Any, **more: Any) -> None:
        language = terminal_language()
        super().__init__(*args, **{"formatter_class": _Formatter, **more, "add_help": False})
        self._positionals.title, self._optionals.title = POSITIONALS.text(language), OPTIONS.text(language)
        if more.get("add_help", True):
            self.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help=HELP.text(language))

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on standard error and end with exit status 2."""
        if terminal_language() != "zh":
            super().error(message)
        self.exit(2, f"{self.format_usage()}{self.prog}：{in_chinese(message)}\n")


def language_of(words: Iterable[str]) -> str | None:
    """What `--lang` says before the subcommand, read before the whole line is: its errors are to be in that language."""
    given = iter(words)
    for word in given:
        if word == "--lang":
            return next(given, None)
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if not word.startswith("-"):
            return None
    return None
