"""callbox verify: is everything still as it was recorded?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import Progress, note, say, say_json
from hw.messages import Message, UserError

if TYPE_CHECKING:
    from recorder.evidence.problems import Problem
    from recorder.evidence.verify import Scope, Seen
    from recorder.settings.sections import Settings

LABELS = {
    "chain": Message("chain", "证据链"),
    "rows": Message("rows", "记录"),
    "files": Message("audio files", "录音文件"),
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("verify", help="is everything as it was recorded? / 校验录音证据")
    parser.add_argument("call", nargs="?", default="", metavar="CALL", help="one call's id; without: everything")
    parser.add_argument("--from", dest="since", metavar="DAY", help="local day, 2026-11-01: only calls from then on")
    parser.add_argument("--to", dest="until", metavar="DAY", help="local day, included")
    parser.add_argument("--all", action="store_true", help="list every problem, not only the first")
    parser.add_argument("--no-files", action="store_true", help="do not read the audio, which takes longest")
    parser.add_argument("--key", type=Path, action="append", default=[], metavar="FILE", help="a public key kept elsewhere (PEM)")
    parser.add_argument("--heads", type=Path, metavar="FOLDER", help="signed heads kept elsewhere, to be compared")
    parser.add_argument("--export-key", type=Path, metavar="FILE", help="write the public key (PEM) and end")
    parser.add_argument("--export-heads", type=Path, metavar="FOLDER", help="copy the signed heads there and end")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look, and say what was found. Exit status 0: all as recorded, 1: something is not, 2: it could not be looked at."""
    from dataclasses import asdict
    from itertools import chain

    from console.commands.audit import tell
    from quality.audit.check import Looked, check
    from recorder.evidence.verify import Seen, verify

    settings = settings_of(arguments)
    store = Path(settings.store.path)
    if arguments.export_key or arguments.export_heads:
        return _export(store, arguments)
    scope, seen, looked = _scope(arguments, settings), Seen(), Looked()
    with _Shown() as shown:
        found = verify(store, scope, seen, shown)
        if scope.everything:
            found = chain(found, check(store, looked))
        problems = list(found) if arguments.all else _first(found)
    if scope.everything and scope.files:
        _leave_report(store, problems)
    if arguments.json:
        say_json({**_document(scope, seen, problems), "audit": asdict(looked)})
    else:
        _tell(seen, problems, everything=arguments.all)
        if looked.entries and not problems:
            tell(looked, [])
    return 1 if problems else 0


class _Shown:
    """Progress of one thing after the other; rows are few beside files."""

    def __init__(self) -> None:
        self._what = ""
        self._line: Progress | None = None

    def __enter__(self) -> _Shown:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._line is not None:
            self._line.__exit__(None, None, None)

    def __call__(self, what: str, done: float, total: float) -> None:
        if what != self._what:
            self.__exit__()
            self._what, self._line = what, Progress(LABELS[what].en, LABELS[what].zh)
        if self._line is not None:
            self._line(done, total)


def _scope(arguments: argparse.Namespace, settings: Settings) -> Scope:
    from recorder.evidence.keys import read_public
    from recorder.evidence.verify import Scope

    return Scope(
        _day(arguments.since, settings.site.timezone, 0),
        _day(arguments.until, settings.site.timezone, 1),
        arguments.call,
        not arguments.no_files,
        tuple(read_public(path) for path in arguments.key),
        arguments.heads,
    )


def _day(text: str | None, timezone: str, days: int) -> float | None:
    """The start of a local day, or of the day `days` after it. Raises UserError."""
    from datetime import date, timedelta

    from recorder.times import local_to_instant

    if text is None:
        return None
    try:
        return local_to_instant((date.fromisoformat(text) + timedelta(days)).isoformat(), timezone)
    except (ValueError, OverflowError):
        raise UserError(f"{text}: write a day like 2026-11-22", f"{text}：日期请写成 2026-11-22 这样") from None


def _first(found: Iterator[Problem]) -> list[Problem]:
    problem = next(found, None)
    return [] if problem is None else [problem]


def _leave_report(store: Path, problems: list[Problem]) -> None:
    """For the recorder's alarm; a person who may not write there has the answer on the screen."""
    import time

    from recorder.evidence.keeper import write_report
    from recorder.times import to_text

    first = problems[0].message() if problems else Message("", "")
    try:
        write_report(store, to_text(time.time()), len(problems), (first.en, first.zh))
    except OSError as error:
        note(f"the result could not be left for the recorder: {error}", f"结果未能留给录音服务：{error}")


def _document(scope: Scope, seen: Seen, problems: list[Problem]) -> dict[str, object]:
    from dataclasses import asdict

    rows = []
    for problem in problems:
        text = problem.message()
        fields = {"kind": problem.kind, "table": problem.table, "id": problem.id, "call_id": problem.call_id}
        rows.append({**fields, "en": text.en, "zh": text.zh})
    return {"ok": not problems, "problems": rows, "everything": scope.everything, "files_read": scope.files, "seen": asdict(seen)}


def _tell(seen: Seen, problems: list[Problem], *, everything: bool) -> None:
    from recorder.evidence.keys import fingerprint

    for problem in problems:
        text = problem.message()
        say(text.en, text.zh)
    for first, last, at in seen.unsigned:
        say(
            f"note: items {first}–{last} were written without a signature by another program (seen {at}); a replay does that",
            f"注意：第 {first}–{last} 项由其他程序写入时没有签名（发现于 {at}）；回放会如此",
        )
    if seen.strange_heads:
        days = ", ".join(seen.strange_heads)
        say(
            f"note: head files of another chain lie in the store ({days}): calls.db was set aside and made anew, or replaced",
            f"注意：数据目录中有另一条证据链的链头文件（{days}）：calls.db 曾被重新建立或替换",
        )
    if seen.heads:
        say(f"{seen.heads} heads kept elsewhere were compared", f"已核对另存的 {seen.heads} 个链头")
    if seen.waiting:
        say(f"note: {seen.waiting} older calls are not in the chain yet", f"注意：还有 {seen.waiting} 通旧录音尚未纳入证据链")
    for key in seen.keys:
        say(f"key {fingerprint(key)}", f"密钥 {fingerprint(key)}")
    say(
        f"{seen.items} items of {seen.days} days, {seen.rows} rows, {seen.files} audio files looked at",
        f"已检查：{seen.days} 天共 {seen.items} 项，{seen.rows} 条记录，{seen.files} 个录音文件",
    )
    if not problems:
        say("everything is as it was recorded", "一切与录制时一致")
    elif not everything:
        say("this is the first; all of them: callbox verify --all", "以上是第一处；查看全部：callbox verify --all")


def _export(store: Path, arguments: argparse.Namespace) -> int:
    from recorder.evidence.headfiles import heads_of, save_head
    from recorder.evidence.keys import fingerprint, pem
    from recorder.evidence.walk import Walk
    from recorder.store.reader import CallReader

    with CallReader(store) as reader:
        walk = Walk(reader.connection)
        list(walk.problems())
        heads = heads_of(reader.connection)
    if not walk.keys:
        raise UserError("There is no key yet: the recorder makes it when it first runs.", "还没有密钥：录音服务首次运行时会生成。")
    if arguments.export_key:
        arguments.export_key.write_text(pem(walk.keys[-1]), "ascii")
        say(
            f"{arguments.export_key}: key {fingerprint(walk.keys[-1])}",
            f"{arguments.export_key}：密钥 {fingerprint(walk.keys[-1])}",
        )
    if arguments.export_heads:
        arguments.export_heads.mkdir(parents=True, exist_ok=True)
        for head in heads:
            save_head(arguments.export_heads / f"{head.day}.json", head)
        say(f"{arguments.export_heads}: {len(heads)} heads", f"{arguments.export_heads}：{len(heads)} 个链头")
    return 0
