"""callbox backup, callbox restore: everything of the box to another disk, and back."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config
from console.output import Progress, say, say_json
from recorder.settings.files import DEFAULT_PATH
from recorder.settings.loader import load

if TYPE_CHECKING:
    from console.backup.manifest import Manifest


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register both commands."""
    backup = subparsers.add_parser("backup", help="everything of the box to a folder / 备份整机")
    backup.add_argument("folder", type=Path, metavar="FOLDER", help="on a USB disk or a share; what is there is not copied again")
    backup.add_argument("--no-models", action="store_true", help="leave out the speech models, which can be installed anew")
    backup.add_argument("--check", action="store_true", help="read a backup against its hashes, and end")
    restore = subparsers.add_parser("restore", help="a backup back onto the box / 从备份恢复")
    restore.add_argument("folder", type=Path, metavar="FOLDER", help="the folder given to callbox backup")
    restore.add_argument("--store", type=Path, metavar="PATH", help="where to put it (default: the store of the backup's settings)")
    restore.add_argument("--replace", action="store_true", help="put aside what the box holds now")
    for parser, run in ((backup, run_backup), (restore, run_restore)):
        parser.add_argument("--json", action="store_true", help="print JSON")
        add_config(parser)
        parser.set_defaults(run=run)


def run_backup(arguments: argparse.Namespace) -> int:
    """Back up, or check a backup."""
    from console.backup.make import make_backup

    if arguments.check:
        return _check(arguments)
    config = _config(arguments)
    settings = load([config] if config.exists() or arguments.config else [])
    with Progress("backup", "备份") as progress:
        made = make_backup(settings, config, arguments.folder, models=not arguments.no_models, seen=progress)
    if arguments.json:
        say_json(asdict(made))
        return 0
    say(
        f"{made.files} files, {made.megabytes:.1f} MB in {arguments.folder}; copied now: {made.copied_files} files, "
        f"{made.copied_megabytes:.1f} MB; removed, as the box has: {made.removed}",
        f"{arguments.folder} 共 {made.files} 个文件，{made.megabytes:.1f} MB；本次复制 {made.copied_files} 个，"
        f"{made.copied_megabytes:.1f} MB；随盒子一同删除 {made.removed} 个",
    )
    say(
        "It holds recordings, passwords' hashes and keys: keep it locked away. To try it: callbox backup --check FOLDER",
        "备份含录音、密码散列与密钥，请妥善保管。校验：callbox backup --check 目录",
    )
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from console.backup.restore import check_backup

    with Progress("check", "校验") as progress:
        manifest = check_backup(arguments.folder, progress)
    if arguments.json:
        say_json({"made_at": manifest.made_at, "site": manifest.site, "files": len(manifest.files)})
    else:
        say(f"{_of(manifest, arguments.folder)}: every file is as it was", f"{_of(manifest, arguments.folder)}：所有文件完好")
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    """Restore."""
    from console.backup.make import CONFIG
    from console.backup.restore import restore

    config = _config(arguments)
    saved = arguments.folder / CONFIG / config.name
    store = arguments.store or Path(load([saved] if saved.exists() else []).store.path)
    with Progress("restore", "恢复") as progress:
        restored = restore(arguments.folder, store, config, replace=arguments.replace, seen=progress)
    if arguments.json:
        say_json(asdict(restored))
        return 0
    say(
        f"restored {restored.files} files, {restored.megabytes:.1f} MB of {restored.made_at} to {store}",
        f"已将 {restored.made_at} 的备份（{restored.files} 个文件，{restored.megabytes:.1f} MB）恢复到 {store}",
    )
    for aside in restored.put_aside:
        say(f"what was there before: {aside}", f"原有内容保留在：{aside}")
    say("next: systemctl start callbox.target, then callbox verify", "下一步：systemctl start callbox.target，然后 callbox verify")
    return 0


def _config(arguments: argparse.Namespace) -> Path:
    """The settings file that the loader would read."""
    return arguments.config or Path(os.environ.get("CALLBOX_CONFIG") or DEFAULT_PATH)


def _of(manifest: Manifest, folder: Path) -> str:
    return f"{folder}: {manifest.site}, {manifest.made_at}, {len(manifest.files)}"
