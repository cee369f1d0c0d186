"""callbox models: install, list and verify recognition models."""

from __future__ import annotations

import argparse

from console.commands.shared import add_config, settings_of
from console.output import Progress, say, table
from hw.messages import terminal_language


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what can be done with models."""
    parser = subparsers.add_parser("models", help="install, list, verify models / 模型")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    install = actions.add_parser("install", help="a name from the manifest, a file (.zip, .tar.gz, .whl) or a folder")
    install.add_argument("what", metavar="NAME|FILE|FOLDER")
    listing = actions.add_parser("list", help="what is known and what is installed")
    verify = actions.add_parser("verify", help="check every installed file by SHA-256")
    for action, run in ((install, run_install), (listing, run_list), (verify, run_verify)):
        add_config(action)
        action.set_defaults(run=run)


def run_install(arguments: argparse.Namespace) -> int:
    """Install a model."""
    from analyzer import models

    folder = models.folder(settings_of(arguments).analysis)
    with Progress(f"installing {arguments.what}", f"正在安装 {arguments.what}") as progress:
        where = models.install(arguments.what, folder, progress)
    say(f"{arguments.what}: installed in {where}", f"{arguments.what}:已安装到 {where}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List the models."""
    from analyzer import models

    chinese = terminal_language() == "zh"
    heads = ("模型", "引擎", "大小 MB", "状态") if chinese else ("model", "engine", "MB", "state")
    present, absent = ("已安装", "未安装") if chinese else ("installed", "not installed")
    known = models.known(models.folder(settings_of(arguments).analysis))
    say(table(heads, [(m.name, m.engine, f"{m.megabytes:.0f}", present if m.path else absent) for m in known]))
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify the models; exit status 1 when one is damaged, or there is none."""
    from analyzer import models

    folder = models.folder(settings_of(arguments).analysis)
    installed = [model.name for model in models.known(folder) if model.path]
    if not installed:
        say(f"no model is installed in {folder}: callbox models list", f"{folder} 中没有安装模型:callbox models list")
        return 1
    with Progress("checking", "正在校验") as progress:
        problems = models.verify(folder, progress)
    for problem in problems:
        say(problem.en, problem.zh)
    if not problems:
        names = ", ".join(installed)
        say(f"{names}: every file is as it should be", f"{names}:所有文件完好")
    return 1 if problems else 0
