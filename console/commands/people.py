"""callbox people: the book of agents, inspectors, supervisors and trainers, as CSV."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import complain, say
from hw.messages import UserError, terminal_language


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("people", help="agents, inspectors and who sits where / 人员")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    take = actions.add_parser("import", help="take people from a CSV file (UTF-8 or GBK) / 从 CSV 导入人员")
    take.add_argument("file", type=Path)
    take.add_argument("--good-only", action="store_true", help="leave people with a bad row out and take the others")
    give = actions.add_parser("export", help="write the book as CSV / 导出为 CSV")
    give.add_argument("file", type=Path)
    apply = actions.add_parser("apply", help="tell the recorder: write callbox.d/people.toml beside the settings / 写入录音配置")
    for action, run in ((take, run_import), (give, run_export), (apply, run_apply)):
        add_config(action)
        action.set_defaults(run=run)


def _store(arguments: argparse.Namespace) -> Path:
    return Path(settings_of(arguments).store.path)


def run_import(arguments: argparse.Namespace) -> int:
    """Import; 1 when rows were left out."""
    from quality.staff.peoplecsv import import_people

    done = import_people(_store(arguments), arguments.file.read_bytes(), "console", arguments.good_only)
    for problem in done.problems:
        complain(problem.message)
    say(
        f"{done.new} new, {done.changed} changed, {done.unchanged} as before, {len(done.skipped)} left out"
        f"{': ' + ', '.join(done.skipped) if done.skipped else ''}",
        f"新增 {done.new} 人，更改 {done.changed} 人，未变 {done.unchanged} 人，未导入 {len(done.skipped)} 人"
        f"{'：' + '、'.join(done.skipped) if done.skipped else ''}",
    )
    return 1 if done.problems else 0


def run_export(arguments: argparse.Namespace) -> int:
    """Export."""
    from quality.files import write_atomically
    from quality.staff.peoplecsv import export_people

    write_atomically(arguments.file, export_people(_store(arguments), terminal_language()))
    say(f"{arguments.file} written", f"已写入 {arguments.file}")
    return 0


def run_apply(arguments: argparse.Namespace) -> int:
    """Hand the agents to the recorder's settings."""
    from quality.staff.peopleseats import apply_people
    from recorder.settings.files import chosen_paths

    files, _ = chosen_paths([arguments.config] if arguments.config else [])
    if not files:
        raise UserError("there is no settings file; name it with --config", "没有设置文件，请用 --config 指定")
    written = apply_people(_store(arguments), files[0])
    say(f"{written}: the recorder takes it up at its next start", f"{written}：录音服务下次启动时生效")
    return 0
