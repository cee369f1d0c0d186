"""callbox smdr: the PBX's call records: which layout fits, one of one's own, what comes over the port."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import note, say, say_json
from hw.messages import UserError, terminal_language
from recorder.settings.sections import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what it can do."""
    parser = subparsers.add_parser("smdr", help="the PBX's call records / 话单 (SMDR)")
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    attempt = tasks.add_parser("try", help="how a layout reads sample lines / 试读话单样本")
    attempt.add_argument("file", type=Path, metavar="FILE")
    attempt.add_argument("--layout", help="layout (default: the one that reads most lines)")
    edit = tasks.add_parser("edit", help="make a layout of one's own / 自定义话单格式")
    edit.add_argument("file", type=Path, metavar="FILE", help="sample lines, or a draft")
    edit.add_argument("--name", default="my_pbx", help="the layout's name (default my_pbx)")
    edit.add_argument("--folder", type=Path, help="where to save it (default: [call_records] layouts)")
    edit.add_argument("--no-editor", action="store_true", help="take the draft as it is")
    capture = tasks.add_parser("capture", help="lines live from the port / 从端口实时读取")
    capture.add_argument("--seconds", type=float, default=60.0)
    capture.add_argument("--out", type=Path, metavar="FILE", help="write them to a file, too")
    log = tasks.add_parser("log", help="the last lines the recorder got / 最近收到的话单")
    log.add_argument("--lines", type=int, default=20)
    log.add_argument("--refused", action="store_true", help="only those that are no records")
    log.add_argument("--json", action="store_true", help="print JSON")
    layouts = tasks.add_parser("layouts", help="the layouts there are / 现有格式")
    runs = (attempt, run_try), (edit, run_edit), (capture, run_capture), (log, run_log), (layouts, run_layouts)
    for task, run in runs:
        add_config(task)
        task.set_defaults(run=run)


def run_try(arguments: argparse.Namespace) -> int:
    """Show what a layout makes of each line; 1 when a line was refused."""
    from console.smdr.tryout import read_lines, sample_lines, scores, shown
    from hw.smdr_layoutfile import load_layout

    settings = settings_of(arguments)
    feed, timezone, now = settings.call_records, settings.site.timezone, time.time()
    lines = sample_lines(arguments.file)
    name = arguments.layout
    if not name:
        ranked = scores(lines, timezone, now, Path(feed.layouts))
        for count, layout in ranked:
            if count:
                say(f"{layout}: {count} of {len(lines)} lines", f"{layout}:{len(lines)} 行中读出 {count} 行")
        name = ranked[0][1]
        if not ranked[0][0]:
            say(
                "no layout reads any line: callbox smdr edit FILE makes one",
                "没有任何格式能读出:请用 callbox smdr edit FILE 自定义",
            )
            return 1
    readings = read_lines(load_layout(name, Path(feed.layouts), means=feed.time_means, date=feed.date), lines, timezone, now)
    say(shown(readings, timezone, terminal_language()))
    return int(any(reading.refused for reading in readings))


def run_edit(arguments: argparse.Namespace) -> int:
    """Draw a layout around sample lines, look at what it reads, save it."""
    from console.smdr.editing import draft_of, edit, open_editor

    settings = settings_of(arguments)
    folder = arguments.folder or Path(settings.call_records.layouts)
    draft = draft_of(arguments.file, arguments.name)
    alone = arguments.no_editor or not sys.stdin.isatty()
    if alone and draft != arguments.file:
        note(f"the draft is {draft}: mark its columns, then run this again", f"草稿为 {draft}:请标记各列后再次运行")
    return edit(draft, folder, settings.site.timezone, ask=None if alone else input, editor=open_editor)


def run_capture(arguments: argparse.Namespace) -> int:
    """Print what comes over the port; the recorder must not hold it."""
    from hw.smdr_feed import wire_of
    from hw.smdr_lines import LineAssembler

    feed = settings_of(arguments).call_records
    if not feed.where:
        raise UserError(
            "No call-record port is set up: [call_records] port, or transport with host and tcp_port.",
            "尚未设置话单口:请设置 [call_records] port,或 transport 及 host、tcp_port。",
        )
    wire = wire_of(feed.transport, port=feed.port, baud=feed.baud, form=feed.format, host=feed.host, tcp_port=feed.tcp_port)
    assembler, until, count = LineAssembler(feed.format.startswith("7")), time.monotonic() + arguments.seconds, 0
    note(f"listening on {feed.where} for {arguments.seconds:g} s", f"正在监听 {feed.where},{arguments.seconds:g} 秒")
    wire.open()
    try:
        while time.monotonic() < until:
            for line in assembler.feed(wire.read()):
                count += 1
                say(line)
                if arguments.out:
                    with arguments.out.open("a", encoding="utf-8") as file:
                        file.write(line + "\n")
            time.sleep(0.05)
    finally:
        wire.close()
    if not count:
        note(
            "nothing came: cable, speed, and is SMDR output switched on in the PBX?",
            "没有收到内容:请检查电缆、速率及 PBX 的话单输出",
        )
    return 0 if count else 1


def run_log(arguments: argparse.Namespace) -> int:
    """The last lines of the port as the recorder kept them."""
    from quality.health.words import local
    from recorder.pbx.log import last_lines
    from recorder.store.reader import CallReader

    settings = settings_of(arguments)
    with CallReader(Path(settings.store.path)) as reader:
        lines = last_lines(reader, arguments.lines, refused_only=arguments.refused)
    if arguments.json:
        say_json([line.to_json() for line in lines])
        return 0
    language = terminal_language()
    for line in lines:
        say(f"{local(line.at, settings.site.timezone)} {line.kind.text(language)}\n  {line.raw}")
        if line.reason.en:
            say(f"  → {line.reason.text(language)}")
    if not lines:
        say("no line has come yet", "尚未收到任何话单")
    return 0


def run_layouts(arguments: argparse.Namespace) -> int:
    """Name every layout, its maker and its port."""
    from hw.smdr_layoutfile import layout_files, read_layout

    settings: Settings = settings_of(arguments)
    language = terminal_language()
    for name, path in layout_files(Path(settings.call_records.layouts)).items():
        about = read_layout(path).about
        say(f"{name}\n  {about.get(f'maker_{language}', '')}; {about.get('port', '')}")
        if not about.get("seen_live"):
            say("  made from documents, has not met a live PBX", "  依据文档编写,尚未在真实 PBX 上验证")
    return 0
