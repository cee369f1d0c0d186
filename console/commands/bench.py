"""callbox bench: speed and memory, as figures."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import Progress, note, report, say, say_json
from hw.messages import terminal_language


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and its subjects."""
    parser = subparsers.add_parser("bench", help="measure speed and memory / 测量速度与内存")
    subjects = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
    analyzer = subjects.add_parser("analyzer", help="the whole pipeline on one core / 单核分析全流程")
    analyzer.add_argument("files", type=Path, nargs="*", help="audio files (default: the bundled calls)")
    analyzer.add_argument("--soak", type=int, default=0, metavar="N", help="N short calls one after the other, memory as they go")
    analyzer.add_argument("--excerpt", type=float, default=12.0, metavar="S", help="seconds of each call with --soak")
    analyzer.add_argument("--share", type=float, metavar="X", help="with --soak or --live: [analysis] cpu_share to keep")
    analyzer.add_argument("--live", action="store_true", help="seconds from a word to its alert, in real time / 实时预警延迟")
    analyzer.add_argument("--busy", action="store_true", help="with --live: while calls wait to be analysed / 同时有积压")
    analyzer.add_argument("--first", action="store_true", help="with --live: nothing goes before the analyzer / 不受其他进程影响")
    add_config(analyzer)
    backlog = subjects.add_parser("backlog", help="a simulated day: how far behind the analyzer gets / 模拟积压")
    backlog.add_argument("--lines", type=int, default=8)
    backlog.add_argument("--hours", type=float, default=24.0)
    backlog.add_argument("--rtf", type=float, default=0.12, help="CPU seconds a second of audio, as bench analyzer says")
    backlog.add_argument("--share", type=float, default=1.0, help="of one core the analyzer has")
    backlog.add_argument("--seed", type=int, default=1)
    recorder = subjects.add_parser("recorder", help="capture through ALSA, beside arecord and sox / 采集,与 arecord、sox 对比")
    recorder.add_argument("--lines", type=int, default=8)
    recorder.add_argument("--seconds", type=float, default=60.0)
    faults = subjects.add_parser("faults", help="kill, cut the power, fill the disk, harm calls.db / 故障测试")
    faults.add_argument("--lines", type=int, default=8)
    faults.add_argument("--kills", type=int, default=200, help="SIGKILLs at random moments")
    faults.add_argument("--cuts", type=int, default=40, help="imitated power cuts")
    faults.add_argument("--seed", type=int, default=1)
    export = subjects.add_parser("export", help="reports of a made centre: 40 agents, 60 000 calls / 报表")
    export.add_argument("--store", type=Path, metavar="DIR", help="a made centre that is there already; it is copied")
    board = subjects.add_parser("board", help="the tap board's circuit in ngspice / 监听板电路仿真")
    board.add_argument("--plots", type=Path, metavar="FOLDER", help="draw SVG pictures there")
    board.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a part with another value, as RA=10k")
    web = subjects.add_parser("web", help="pages on a million calls, while recording / 百万通话下的网页")
    web.add_argument("--calls", type=int, default=1_000_000)
    web.add_argument("--transcripts", type=int, default=200_000)
    web.add_argument("--users", type=int, default=20)
    web.add_argument("--seconds", type=float, default=60.0)
    web.add_argument("--think", type=float, default=1.0, metavar="S", help="mean seconds between a person's pages; 0: none")
    web.add_argument("--workers", type=int, default=2)
    web.add_argument("--lines", type=int, default=8, help="lines recorded meanwhile; 0: no recorder")
    web.add_argument("--store", type=Path, metavar="DIR", help="where the store is made, or was by an earlier run")
    appliance = subjects.add_parser("appliance", help="the whole box: an hour of office traffic, a power cut / 整机测试")
    appliance.add_argument("--minutes", type=float, default=60.0, help="of simulated traffic")
    appliance.add_argument("--speed", type=float, default=10.0, help="times real time")
    appliance.add_argument("--seed", type=int, default=1)
    search = subjects.add_parser("search", help="words in a large store / 大量通话中搜索")
    search.add_argument("--calls", type=int, default=1_000_000)
    search.add_argument("--transcripts", type=int, default=200_000)
    search.add_argument("--store", type=Path, metavar="DIR", help="one that bench web or this command made")
    for subject, run in (
        (search, run_search),
        (appliance, run_appliance), (web, run_web), (board, run_board), (export, run_export),
        (analyzer, run_analyzer), (recorder, run_recorder), (faults, run_faults), (backlog, run_backlog),
    ):  # fmt: skip
        subject.add_argument("--json", action="store_true", help="print JSON")
        subject.set_defaults(run=run)


def run_analyzer(arguments: argparse.Namespace) -> int:
    """CPU seconds per second of audio and peak memory of the analysis."""
    from analyzer.bench import bench_analyzer
    from analyzer.soak import soak
    from console.demo.bundle import bundled_calls

    if arguments.live:
        return _print(_live(arguments), arguments.json)
    files = arguments.files or [call.audio for call in bundled_calls()]
    settings = settings_of(arguments)
    if arguments.share:
        settings = replace(settings, analysis=replace(settings.analysis, cpu_share=arguments.share))
    with Progress("analysing", "正在分析") as progress:
        if arguments.soak:
            figures = soak(files, settings, arguments.soak, arguments.excerpt, progress)
        else:
            figures = bench_analyzer(files, settings, progress)
    return _print(figures, arguments.json)


def _live(arguments: argparse.Namespace) -> dict[str, object]:
    from console.livebench import bench_live

    with tempfile.TemporaryDirectory(prefix="callbox-live-") as folder:
        return bench_live(Path(folder), busy=arguments.busy, share=arguments.share or 1.0, first=arguments.first)


def run_backlog(arguments: argparse.Namespace) -> int:
    """A day's calls through the real queue on a simulated clock."""
    from analyzer.benchbacklog import bench_backlog

    figures = bench_backlog(arguments.lines, arguments.hours, arguments.rtf, arguments.share, arguments.seed)
    return _print(figures, arguments.json)


def run_recorder(arguments: argparse.Namespace) -> int:
    """Lost frames, CPU, delays and memory of capture, arecord and sox beside it."""
    from recorder.bench.recorder import bench_recorder, missing_peers

    for name, packages in missing_peers().items():
        note(
            f"{name} is not installed and will not be compared: apt install {packages}",
            f"未安装 {name},不参与对比:apt install {packages}",
        )
    note(
        f"recording {arguments.lines} lines for {arguments.seconds:g} s in real time",
        f"正在以实时速度录制 {arguments.lines} 条线路,{arguments.seconds:g} 秒",
    )
    return _print(bench_recorder(lines=arguments.lines, seconds=arguments.seconds), arguments.json)


def run_faults(arguments: argparse.Namespace) -> int:
    """What every fault cost a recorder whose lines all talk; 1 when more was lost than may be."""
    from recorder.faults.bench import bench_faults

    note(
        f"{arguments.kills} kills, {arguments.cuts} power cuts and more, in real time: about {_minutes(arguments)} minutes",
        f"{arguments.kills} 次强杀、{arguments.cuts} 次断电及其他故障,以实时速度进行:约 {_minutes(arguments)} 分钟",
    )
    with Progress("faults", "故障测试") as progress:
        figures = bench_faults(
            lines=arguments.lines,
            killed=arguments.kills,
            cuts=arguments.cuts,
            seed=arguments.seed,
            progress=lambda what, done, total: progress(done, total, what.text(terminal_language())),
        )
    _print(figures, arguments.json)
    return 0 if figures["ok"] else 1


def run_export(arguments: argparse.Namespace) -> int:
    """Time and memory of reports, each in a process of its own."""
    from quality.reports.bench import bench_export

    with Progress("making reports", "正在生成报表") as progress:
        figures = bench_export(arguments.store, progress)
    return _print(figures, arguments.json)


def run_board(arguments: argparse.Namespace) -> int:
    """The tap board's figures against their limits; 1 when one is not kept."""
    from hw.board.simulate import as_json, as_lines, overrides_of, simulate

    figures = simulate(overrides_of(arguments.set), arguments.plots)
    if arguments.json:
        say_json(as_json(figures))
    else:
        for line in as_lines(figures, terminal_language()):
            say(line, line)
    return 0 if all(figure.ok for figure in figures) else 1


def run_web(arguments: argparse.Namespace) -> int:
    """Answer times by kind of page under load, frames lost meanwhile, memory, first load."""
    from quality.webbench.bench import Asked, bench_web

    asked = Asked(
        arguments.calls, arguments.transcripts, arguments.users, arguments.seconds, arguments.think, arguments.workers,
        arguments.lines, arguments.store,
    )  # fmt: skip
    with Progress("making the store", "正在生成数据") as progress:
        figures = bench_web(asked, progress)
    return _print(figures, arguments.json)


def run_search(arguments: argparse.Namespace) -> int:
    """Milliseconds by kind of word, and memory."""
    from quality.webbench.searching import bench_search

    with Progress("making the store, searching", "正在生成数据并搜索") as progress:
        figures = bench_search(arguments.calls, arguments.transcripts, arguments.store, progress)
    return _print(figures, arguments.json)


def _minutes(arguments: argparse.Namespace) -> int:
    """Measured: four seconds a kill, ten a cut, two minutes for the rest."""
    return int((4 * arguments.kills + 10 * arguments.cuts + 149) // 60)


def _print(figures: dict[str, object], as_json: bool) -> int:
    if as_json:
        say_json(figures)
    else:
        say(report(figures))
    return 0


def run_appliance(arguments: argparse.Namespace) -> int:
    """Every call found, matched, analysed, visible, reported; the same after a power cut."""
    from console.appliance.bench import bench_appliance

    with tempfile.TemporaryDirectory(prefix="callbox-appliance-") as folder:
        figures = bench_appliance(Path(folder) / "box", minutes=arguments.minutes, speed=arguments.speed, seed=arguments.seed)
    return _print(figures, arguments.json)
