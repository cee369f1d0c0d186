"""callbox setup: what is connected, whose line is whose, who may log in."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config
from hw.messages import Message, UserError, terminal_language
from recorder.settings.files import DEFAULT_PATH
from recorder.settings.loader import load
from recorder.settings.sections import Settings

if TYPE_CHECKING:
    from console.wizard.talk import Talk

GROUP_UMASK = 0o007
"""Databases and settings belong to the services' group, whoever makes them."""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("setup", help="asks what is connected, and starts the box / 安装向导")
    parser.add_argument("--no-start", action="store_true", help="write the settings, start nothing")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, keep, start, and say where the pages are."""
    from console.wizard import steps
    from console.wizard.answers import Answers, keep
    from console.wizard.ending import administrator, console_pin
    from console.wizard.talk import Talk

    os.umask(GROUP_UMASK)
    config = arguments.config or Path(os.environ.get("CALLBOX_CONFIG") or DEFAULT_PATH)
    now = load([config]) if config.exists() else Settings()
    talk = Talk(_language())
    _check_free(talk, now)
    equipment = steps.Equipment()
    answers = steps.site(talk, now, Answers())
    answers = steps.sound(talk, now, answers, equipment)
    answers = steps.board(talk, answers, equipment)
    answers = steps.lines(talk, now, answers, equipment)
    answers = steps.call_records(talk, now, answers, equipment)
    answers = steps.console(talk, now, answers, equipment)
    answers = steps.pages(talk, now, answers)
    before = keep(answers, config)
    talk.say(f"Kept: {config}", f"已保存：{config}")
    if before:
        talk.say(f"As it was before: {before}", f"原设置：{before}")
    settings = load([config])
    administrator(talk, Path(settings.store.path))
    if settings.console.port:
        console_pin(talk, Path(settings.store.path))
    _end(talk, settings, start=not arguments.no_start)
    return 0


def _language() -> str:
    chosen = terminal_language()
    answer = input(f"English / 中文 (en/zh) [{chosen}]: ").strip().casefold()
    return {"zh": "zh", "中文": "zh", "en": "en", "english": "en"}.get(answer, chosen)


def _systemctl(*words: str) -> bool:
    """Whether systemd did it; False where none runs."""
    if not Path("/run/systemd/system").is_dir() or not shutil.which("systemctl"):
        return False
    return subprocess.run(["systemctl", *words], check=False).returncode == 0  # noqa: S603,S607  words are literals of this module


def _check_free(talk: Talk, now: Settings) -> None:
    """The devices are the recorder's while it runs: ask whether it may pause."""
    from quality.health.status import collect

    if not collect(now).recorder_running:
        return
    question = ("The box is recording. Stop it while you set up?", "盒子正在录音。设置期间停止录音？")
    if not talk.yes(*question, default=False) or not _systemctl("stop", "callbox-recorder"):
        message = Message("Nothing was changed: the recorder holds the devices.", "未作更改：录音服务正在使用设备。")
        raise UserError(message.en, message.zh)


def _end(talk: Talk, settings: Settings, *, start: bool) -> None:
    from console.wizard.ending import addresses, qr_code

    talk.head("Ready", "完成")
    if start and _systemctl("restart", "callbox.target", "callbox-recorder", "callbox-analyzer", "callbox-web"):
        talk.say("The box is running.", "盒子已启动。")
    else:
        talk.say("Start it: sudo systemctl start callbox.target", "启动：sudo systemctl start callbox.target")
    found = addresses(settings.web, tls=settings.web.tls != "off")
    for address in found:
        talk.say(f"Pages: {address}", f"网页：{address}")
    if found:
        print(qr_code(found[0]))  # noqa: T201  a picture, for the person at the terminal
    talk.say("What records and what does not: callbox doctor", "录音情况：callbox doctor")
