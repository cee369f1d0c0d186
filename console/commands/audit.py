"""callbox audit: who heard, took away, changed and was refused what; and whether that log is whole."""

from __future__ import annotations

import argparse
import getpass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import Progress, say
from hw.messages import UserError, terminal_language

if TYPE_CHECKING:
    from quality.audit.check import Looked
    from recorder.evidence.problems import Problem


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `audit` and what can be done with it."""
    parser = subparsers.add_parser("audit", help="who did, heard and took away what / 审计日志")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="was an entry altered, taken out or put in? / 校验审计日志")
    verify.add_argument("--all", action="store_true", help="list every problem, not only the first")
    export = actions.add_parser("export", help="the whole log as CSV / 导出审计日志")
    export.add_argument("file", type=Path, metavar="FILE")
    cut = actions.add_parser("cut", help="take old entries out of the log, into a file / 移出较旧的条目")
    cut.add_argument("--before", required=True, metavar="DAY", help="local day, 2024-11-01: entries from before it")
    cut.add_argument("--to", required=True, type=Path, metavar="FILE", help="JSON lines; keep it")
    for action, run in ((verify, run_verify), (export, run_export), (cut, run_cut)):
        add_config(action)
        action.set_defaults(run=run)


def run_verify(arguments: argparse.Namespace) -> int:
    """Exit status 0: whole, 1: not."""
    from quality.audit.check import Looked, check

    looked = Looked()
    with Progress("audit log", "审计日志") as progress:
        found = check(Path(settings_of(arguments).store.path), looked, lambda entries: progress(entries, max(entries, 1)))
        problems = list(found) if arguments.all else [problem for problem in (next(found, None),) if problem]
    tell(looked, problems)
    if problems and not arguments.all:
        say("this is the first; all of them: callbox audit verify --all", "以上是第一处；查看全部：callbox audit verify --all")
    return 1 if problems else 0


def tell(looked: Looked, problems: list[Problem]) -> None:
    """What was found, and where the log ends."""
    for problem in problems:
        text = problem.message()
        say(text.en, text.zh)
    if looked.older:
        say(f"{looked.older} entries are older than the chain", f"{looked.older} 条早于哈希链")
    say(
        f"{looked.entries} entries of the audit log looked at; {looked.witnessed} heads stand in the chain of evidence",
        f"已检查审计日志 {looked.entries} 条；证据链中有 {looked.witnessed} 个见证",
    )
    if not problems and looked.last_seq:
        say(
            f"the audit log is whole up to entry {looked.last_seq}, hash {looked.last_hash}: note it elsewhere",
            f"审计日志完整，止于第 {looked.last_seq} 条，哈希 {looked.last_hash}：请另行记下",
        )


def run_export(arguments: argparse.Namespace) -> int:
    """Write the CSV; that it was taken is an entry itself."""
    from quality.audit.book import AuditBook, Wanted
    from quality.audit.chain import note
    from quality.audit.entries import EXPORT
    from quality.files import write_atomically

    settings = settings_of(arguments)
    store = Path(settings.store.path)
    note(store, EXPORT, _who(), "audit.csv", str(arguments.file.absolute()))
    pieces = AuditBook(store, settings.site.timezone).csv(Wanted(), terminal_language())
    write_atomically(arguments.file, b"".join(pieces))
    say(f"{arguments.file} written", f"已写入 {arguments.file}")
    return 0


def run_cut(arguments: argparse.Namespace) -> int:
    """Take old entries out."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from quality.audit.cut import cut

    settings = settings_of(arguments)
    zone = settings.site.timezone
    today = datetime.now(ZoneInfo(zone)).date()
    count = cut(Path(settings.store.path), _day(arguments.before), arguments.to, _who(), today=today, timezone=zone)
    say(f"{count} entries taken out, into {arguments.to}", f"已移出 {count} 条至 {arguments.to}")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{text}: write a day like 2026-11-22", f"{text}：日期请写成 2026-11-22 这样") from None


def _who() -> str:
    return f"console:{getpass.getuser()}"
