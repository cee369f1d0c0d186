"""callbox retention: what is kept how long, what would go next, and what has gone."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from console.commands.shared import add_config, settings_of
from console.output import say, say_json, table
from hw.messages import Message, terminal_language

if TYPE_CHECKING:
    from recorder.retention.plan import Deletion, Plan
    from recorder.settings.sections import Settings
    from recorder.store.calls import Tombstone

RULES = {
    "age": Message("too old", "超过保存期"),
    "size": Message("too much audio", "超过总量"),
    "space": Message("disk filling up", "磁盘将满"),
    "emergency": Message("recording would stop", "录音将无法继续"),
}
GIB = 1 << 30


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("retention", help="what is kept how long, and what goes / 录音保存期")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="list the calls whose audio would be deleted now, and why")
    what.add_argument("--list", action="store_true", help="list what was deleted, newest first")
    what.add_argument("--trust-clock", action="store_true", help="the box's clock is right, though it has leapt")
    parser.add_argument("--last", type=int, default=50, metavar="N", help="how many to list (default 50)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the plan or the past; nothing is deleted here: the recorder does that by itself."""
    settings = settings_of(arguments)
    if arguments.trust_clock:
        return _trust(settings)
    if arguments.list:
        return _list(settings, arguments)
    return _plan(settings, arguments)


def _trust(settings: Settings) -> int:
    from recorder.retention.clock import trust

    trust(Path(settings.store.path), time.time())
    say("noted; the recorder goes on deleting by age within a minute", "已记录；录音服务将在一分钟内恢复按时间删除")
    return 0


def _plan(settings: Settings, arguments: argparse.Namespace) -> int:
    from recorder.retention.clock import doubt
    from recorder.retention.plan import Circumstances, make_plan
    from recorder.store.reader import CallReader

    store, now = Path(settings.store.path), time.time()
    with CallReader(store) as reader:
        doubtful = doubt(reader, now)
    plan = make_plan(store, settings, Circumstances(now, not doubtful))
    if arguments.json:
        say_json(_plan_document(plan, doubtful))
        return 0
    _say_figures(plan, doubtful)
    if arguments.dry_run:
        _say_deletions(plan.deletions[: arguments.last], settings)
        more = len(plan.deletions) - arguments.last
        if more > 0:
            say(f"and {more} more: --last {len(plan.deletions)}", f"另有 {more} 通：--last {len(plan.deletions)}")
    return 0


def _plan_document(plan: Plan, doubtful: Message | None) -> dict[str, object]:
    return {
        "free_bytes": plan.free,
        "audio_bytes": plan.size,
        "days_left": plan.days_left,
        "deletions": [{"rule": one.rule, "reason": one.reason, **asdict(one.call)} for one in plan.deletions],
        "kept": dict(plan.kept),
        "short_bytes": plan.short,
        "blind": None if plan.blind is None else asdict(plan.blind),
        "clock_doubt": doubtful.en if doubtful else "",
    }


def _say_figures(plan: Plan, doubtful: Message | None) -> None:
    from recorder.retention.words import KEPT

    language = terminal_language()
    left = "–" if plan.days_left is None else f"{plan.days_left:g}" if plan.days_left < 3650 else "> 3650"
    say(
        f"audio {plan.size / GIB:.2f} GiB, {plan.free / GIB:.1f} GiB free, days until the oldest has to go: {left}",
        f"录音 {plan.size / GIB:.2f} GiB，剩余 {plan.free / GIB:.1f} GiB，距开始删除最旧录音的天数：{left}",
    )
    if doubtful:
        say(f"the clock cannot be believed: {doubtful.en}; nothing goes by age", f"时钟不可信：{doubtful.zh}；不按时间删除")
    if plan.blind is not None:
        say(plan.blind.en, plan.blind.zh)
    size = sum(one.call.size for one in plan.deletions)
    say(
        f"to be deleted now: {len(plan.deletions)} calls, {size / GIB:.3f} GiB",
        f"现在应删除：{len(plan.deletions)} 通，{size / GIB:.3f} GiB",
    )
    for why, count in sorted(plan.kept.items()):
        say(f"kept though a rule wants them: {count} ({KEPT[why].text(language)})", f"虽到期但保留：{count}（{KEPT[why].zh}）")
    if plan.short:
        say(f"{plan.short / GIB:.2f} GiB cannot be freed", f"有 {plan.short / GIB:.2f} GiB 无法腾出")


def _say_deletions(deletions: list[Deletion], settings: Settings) -> None:
    if not deletions:
        return
    language = terminal_language()
    english = ("started", "line", "direction", "days", "MiB", "why", "call")
    heads = ("开始", "线路", "方向", "天数", "MiB", "原因", "通话") if language == "zh" else english
    rows = [
        (
            _local(one.call.started_at, settings), one.call.line, one.call.direction, f"{one.call.age_days:.0f}",
            f"{one.call.size / (1 << 20):.1f}", RULES[one.rule].text(language), one.call.id,
        )
        for one in deletions
    ]  # fmt: skip
    say(table(heads, rows))


def _list(settings: Settings, arguments: argparse.Namespace) -> int:
    from recorder.store.calls import tombstone_of
    from recorder.store.reader import CallReader

    with CallReader(Path(settings.store.path)) as reader:
        rows = reader.rows("SELECT * FROM tombstones ORDER BY number DESC LIMIT ?", arguments.last)
    stones = [tombstone_of(row) for row in rows]
    if arguments.json:
        say_json([asdict(stone) for stone in stones])
        return 0
    if not stones:
        say("nothing was deleted", "没有删除过录音")
        return 0
    language = terminal_language()
    english, chinese = ("deleted", "why", "detail", "by", "MiB", "call"), ("删除时间", "原因", "说明", "操作者", "MiB", "通话")
    heads = chinese if language == "zh" else english
    say(table(heads, [_stone_row(stone, settings, language) for stone in stones]))
    return 0


def _stone_row(stone: Tombstone, settings: Settings, language: str) -> tuple[str, ...]:
    why = RULES[stone.rule].text(language) if stone.rule in RULES else stone.rule
    return (_local(stone.at, settings), why, stone.reason, stone.by, f"{stone.bytes / (1 << 20):.1f}", stone.call_id)


def _local(instant: float, settings: Settings) -> str:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    return f"{datetime.fromtimestamp(instant, tz=UTC).astimezone(ZoneInfo(settings.site.timezone)):%Y-%m-%d %H:%M}"
