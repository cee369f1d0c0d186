"""callbox export calls, callbox export vcon: the calls themselves, for other hands and other tools."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, day_of, settings_of
from console.output import Progress, note, say
from hw.messages import UserError
from recorder.store.schema import CALLS_DB

if TYPE_CHECKING:
    from quality.calls.filter import CallFilter
    from quality.exports.bundle import Source

SCORES = ("compliance", "experience", "risk", "form")
BY = "console"


def add(reports: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register both under `callbox export`."""
    calls = reports.add_parser("calls", help="calls with audio, transcript and score (.zip), or a table (.csv) / 批量导出通话")
    _add_filter(calls)
    calls.add_argument("--out", type=Path, required=True, metavar="FILE", help=".zip or .csv; a stopped .zip goes on / 可断点续导")
    calls.add_argument("--wav", action="store_true", help="one WAV a call instead of the recorded FLAC files / 音频转为 WAV")
    add_config(calls)
    calls.set_defaults(run=run_calls)
    one = reports.add_parser("vcon", help="one call as vCon JSON (IETF draft) / 单通导出为 vCon")
    one.add_argument("call", metavar="CALL", help="id of the call / 通话编号")
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help=".json")
    how = one.add_mutually_exclusive_group()
    how.add_argument("--inline", action="store_true", help="audio inside the file / 音频内嵌")
    how.add_argument("--url", default="", metavar="HTTPS", help="folder where the audio files are found / 音频所在的 https 目录")
    add_config(one)
    one.set_defaults(run=run_vcon)


def _add_filter(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--from", dest="since", required=True, metavar="DAY", help="first day, 2026-11-01 / 起始日期")
    add("--to", dest="until", required=True, metavar="DAY", help="last day / 结束日期")
    for name, text in (
        ("agent", "agent id / 工号"), ("team", "团队"), ("line", "线路"), ("rule", "id of a rule that fired / 触发的规则"),
        ("number", "digits of either number / 号码片段"),
    ):  # fmt: skip
        add(f"--{name}", metavar=name.upper(), help=text)
    add("--direction", choices=("in", "out", "unknown"), help="呼入、呼出")
    add("--score", choices=SCORES, default="compliance", help="which score the bounds are of / 分数种类")
    for bound in ("min", "max"):
        add(f"--{bound}-score", type=float, metavar="POINTS", help="0–100")
        add(f"--{bound}-duration", type=float, metavar="SECONDS", help="时长（秒）")
    add("--reviewed", action=argparse.BooleanOptionalAction, help="only calls (not) reviewed by a person / 是否已人工评分")
    add("--priority", action="store_true", help="only calls of high priority / 仅高优先级")


def run_calls(arguments: argparse.Namespace) -> int:
    """The calls as a zip or a table."""
    kind = arguments.out.suffix.lower()
    if kind not in (".zip", ".csv"):
        raise UserError(f"{arguments.out}: name the file .zip or .csv", f"{arguments.out}：文件名请以 .zip 或 .csv 结尾")
    if kind == ".csv" and arguments.wav:
        raise UserError("A table holds no audio: leave --wav out, or name the file .zip", "CSV 不含音频：请去掉 --wav 或改用 .zip")
    source, wanted = _source(arguments), _wanted(arguments)
    return _zip(arguments, source, wanted) if kind == ".zip" else _csv(arguments, source, wanted)


def run_vcon(arguments: argparse.Namespace) -> int:
    """One call as a vCon."""
    from quality.exports.vcon import export_vcon

    source = _source(arguments)
    how = {"url": arguments.url, "site": source.site}
    export_vcon(source.store, arguments.call, arguments.out, BY, inline=arguments.inline, **how)
    say(f"{arguments.out} written", f"已写入 {arguments.out}")
    return 0


def _csv(arguments: argparse.Namespace, source: Source, wanted: CallFilter) -> int:
    from quality.exports.table import export_csv

    count = export_csv(source.store, source.timezone, wanted, arguments.out, BY)
    say(f"{arguments.out}: {count} calls", f"{arguments.out}：{count} 通电话")
    return 0


def _zip(arguments: argparse.Namespace, source: Source, wanted: CallFilter) -> int:
    """Status 1 when a file was missing or not what was recorded: the manifest names it."""
    from quality.exports.bundle import export_zip

    with Progress("exporting", "正在导出") as progress:

        def report(ended: int, total: int) -> None:
            progress(ended, total, f"{ended}/{total}")

        done = export_zip(source, wanted, arguments.out, BY, wav=arguments.wav, report=report)
    if done.resumed:
        note(f"{done.resumed} calls were there from the run before", f"其中 {done.resumed} 通在上次运行时已完成")
    kept, deleted = done.audio.get("kept", 0), done.audio.get("deleted", 0)
    say(
        f"{arguments.out}: {done.calls} calls, {kept} audio files, {deleted} deleted by retention",
        f"{arguments.out}：{done.calls} 通电话，{kept} 个录音文件，{deleted} 个已按保存期删除",
    )
    missing, altered = done.audio.get("missing", 0), done.audio.get("altered", 0)
    if missing or altered:
        note(
            f"{missing} audio files are missing and {altered} are not what was recorded: see manifest.json and callbox verify",
            f"{missing} 个录音文件缺失，{altered} 个与录制时不一致：见 manifest.json 和 callbox verify",
        )
    return 1 if missing or altered else 0


def _source(arguments: argparse.Namespace) -> Source:
    from quality.exports.bundle import Source

    settings = settings_of(arguments)
    store = Path(settings.store.path)
    if not (store / CALLS_DB).exists():
        raise UserError(
            f"{store}: nothing was recorded there yet; is --config the right settings file?",
            f"{store}：尚无录音；--config 指定的设置文件是否正确？",
        )
    return Source(store, settings.site.timezone, settings.site.name)


def _wanted(arguments: argparse.Namespace) -> CallFilter:
    from quality.calls.filter import CallFilter

    return CallFilter(
        agent=arguments.agent, team=arguments.team, line=arguments.line, number=arguments.number, since=day_of(arguments.since),
        until=day_of(arguments.until), min_duration_s=arguments.min_duration, max_duration_s=arguments.max_duration,
        rule=arguments.rule, score=arguments.score, min_score=arguments.min_score, max_score=arguments.max_score,
        reviewed=arguments.reviewed, priority=arguments.priority or None, direction=arguments.direction,
    )  # fmt: skip
