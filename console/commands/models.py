"""callbox models: install, list and verify recognition models."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import Progress, say, say_json, table
from hw.messages import Message, terminal_language

if TYPE_CHECKING:
    from analyzer.emotion.calibrate import Calibration


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what can be done with models."""
    parser = subparsers.add_parser("models", help="install, list, verify models / 模型")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    install = actions.add_parser(
        "install", help="a name from the manifest, a file (.zip, .tar.gz, .whl), a folder or an address / 安装模型"
    )
    install.add_argument("what", metavar="NAME|FILE|FOLDER|URL")
    install.add_argument("--sha256", metavar="HEX", help="digest the file must have / 文件的校验值")
    listing = actions.add_parser("list", help="what is known and what is installed / 模型列表")
    verify = actions.add_parser("verify", help="check every installed file by SHA-256 / 校验模型文件")
    calibrate = actions.add_parser("calibrate", help="fit a model to this site by what people corrected / 现场校准")
    calibrate.add_argument("what", choices=("emotion",))
    calibrate.add_argument("--labels", type=Path, metavar="CSV", help="labels from a file instead of those given on the pages")
    calibrate.add_argument("--dry-run", action="store_true", help="measure only")
    calibrate.add_argument("--back", action="store_true", help="go back to what was in use before")
    calibrate.add_argument("--json", action="store_true", help="print JSON")
    for action, run in ((calibrate, run_calibrate), (install, run_install), (listing, run_list), (verify, run_verify)):
        add_config(action)
        action.set_defaults(run=run)


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Fit the emotion model's last layer; exit status 1 when it would not be better, and nothing was changed."""
    from analyzer.emotion.site import SiteCalibrations

    store = Path(settings_of(arguments).store.path)
    sites = SiteCalibrations(store)
    if arguments.back:
        name = sites.back()
        say(f"in use again: {name or 'the model as it ships'}. {_FROM_NOW.en}", f"已退回：{name or '出厂模型'}。{_FROM_NOW.zh}")
        return 0
    found = _calibration(store, arguments.labels)
    measured = {name: asdict(one) | {"better": one.is_better} for name, one in found.measured.items()}
    kept = sites.keep(found.adjustments, measured) if found.adjustments and not arguments.dry_run else None
    if arguments.json:
        say_json({"labels": found.labels, "speakers": found.speakers, "measured": measured, "kept": str(kept or "")})
        return 0 if found.adjustments else 1
    heads = ("", "AUC before", "AUC after", "UAR before", "UAR after")
    rows = [
        (name, *(f"{v:.3f}" for v in (m.auc_before, m.auc_after, m.uar_before, m.uar_after))) for name, m in found.measured.items()
    ]
    say(
        f"{found.labels} labels of {found.speakers} speakers; each judged without its own speaker:",
        f"{found.speakers} 位说话人的 {found.labels} 个标注；每个均在不含该说话人的情况下评估：",
    )
    say(table(heads, rows))
    if not found.adjustments:
        say("Not better: the model in use stays as it is.", "没有改善：继续使用现有模型。")
        return 1
    if kept:
        say(f"in use: {kept}. {_FROM_NOW.en}", f"已启用：{kept}。{_FROM_NOW.zh}")
    return 0


_FROM_NOW = Message("The analyzer takes it up with its next call.", "分析服务将从下一通话起使用。")


def _calibration(store: Path, labels: Path | None) -> Calibration:
    from analyzer.emotion.calibrate import calibrate
    from analyzer.emotion.labels import EmotionLabel, clips_of, read_labels
    from analyzer.emotion.model import EmotionModel
    from analyzer.evaluate.calibration import clips_of_manifest
    from quality.reviewing.labels import Labels

    with Progress("listening to the labelled clips", "正在读取标注片段"):
        if labels is None:
            corrected = Labels(store).every("emotion")
            clips = list(clips_of(store, (EmotionLabel(x.call_id, x.start_s, x.end_s, x.side, x.after) for x in corrected)))
        elif "path" in labels.open(encoding="utf-8-sig").readline().strip().split(","):
            clips = clips_of_manifest(labels)
        else:
            clips = list(clips_of(store, read_labels(labels)))
        return calibrate(clips, EmotionModel.load())


def run_install(arguments: argparse.Namespace) -> int:
    """Install a model."""
    from analyzer import models

    folder = models.folder(settings_of(arguments).analysis)
    with Progress(f"installing {arguments.what}", f"正在安装 {arguments.what}") as progress:
        where = models.install(arguments.what, folder, progress, arguments.sha256)
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
