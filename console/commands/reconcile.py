"""callbox reconcile: what did we miss? The PBX's books against the box's."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.commands.shared import add_config, settings_of
from console.output import facts, say, say_json, table
from hw.messages import UserError, terminal_language

if TYPE_CHECKING:
    from recorder.pbx.reconcile import Item, Reconciliation
    from recorder.settings.sections import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("reconcile", help="calls the PBX counted and the box did not record / 话单与录音核对")
    parser.add_argument("--day", metavar="D", help="local day, 2026-11-22 (default: today)")
    parser.add_argument("--from", dest="since", metavar="D", help="first day")
    parser.add_argument("--to", dest="until", metavar="D", help="last day (default: today)")
    parser.add_argument("--all", action="store_true", help="list what is no fault, too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print; 1 when a call was missed."""
    from recorder.pbx.book import last_shifts
    from recorder.pbx.clock import LAST, PbxClock
    from recorder.pbx.daily import DAYS, names_of
    from recorder.pbx.reconcile import reconcile
    from recorder.store.reader import CallReader

    settings = settings_of(arguments)
    start, end = _span(arguments, settings.site.timezone)
    with CallReader(Path(settings.store.path)) as reader:
        offset_s = PbxClock(last_shifts(reader, LAST, end - DAYS * 86_400.0)).offset_s
        least_s = settings.segmentation.min_call_s
        result = reconcile(reader, names_of(settings), start, end, offset_s=offset_s, min_call_s=least_s)
    if arguments.json:
        say_json(to_json(result, offset_s))
    else:
        _print(result, settings, offset_s, everything=arguments.all)
    return int(bool(result.missed))


def to_json(result: Reconciliation, offset_s: float) -> dict[str, object]:
    """The comparison as plain JSON values."""
    from recorder.times import to_text

    return {
        "start": to_text(result.start),
        "end": to_text(result.end),
        "records": result.records,
        "calls": result.calls,
        "matched": result.matched,
        "missed": len(result.missed),
        "unlisted": len(result.unlisted),
        "expected": len(result.expected),
        "recorded_share": result.recorded_share,
        "pbx_clock_s": round(offset_s, 1),
        "items": [_item(item) for item in result.items],
    }


def _item(item: Item) -> dict[str, object]:
    from recorder.times import to_text

    record = None if item.record is None else asdict(item.record.record) | {"started_at": to_text(item.record.record.started_at)}
    head = {"kind": item.kind, "reason": item.reason, "fault": item.fault, "line": item.line, "at": to_text(item.at)}
    return head | {"record": record, "call_id": item.call.id if item.call else None}


def _print(result: Reconciliation, settings: Settings, offset_s: float, *, everything: bool) -> None:
    from recorder.pbx.reconcile import MISSED, REASONS

    language = terminal_language()
    chinese = language == "zh"
    share = result.recorded_share
    values = {
        "PBX 话单" if chinese else "calls the PBX counted": result.records,
        "录音及未接" if chinese else "calls recorded or rung": result.calls,
        "相互匹配" if chinese else "in both books": result.matched,
        "漏录" if chinese else "missed": len(result.missed),
        "无话单" if chinese else "without a record": len(result.unlisted),
        "正常差异" if chinese else "no faults": len(result.expected),
        "录音率" if chinese else "recorded": "–" if share is None else f"{share:.2%}",
        "PBX 时钟偏差" if chinese else "PBX clock": f"{offset_s:+.0f} s",
    }
    say(facts(values))
    items = [item for item in result.items if item.fault or everything]
    if not items:
        return
    heads = ("", "时间", "线路", "时长", "号码", "原因") if chinese else ("", "time", "line", "talk", "number", "why")
    words = ("漏录", "无话单") if chinese else ("missed", "no record")
    rows = [
        (
            words[0] if item.kind == MISSED else words[1],
            *_columns(item, settings.site.timezone),
            REASONS[item.reason].text(language),
        )
        for item in items
    ]
    say("\n" + table(heads, rows))


def _columns(item: Item, timezone: str) -> tuple[str, str, str, str]:
    moment = f"{datetime.fromtimestamp(item.at, ZoneInfo(timezone)):%m-%d %H:%M}"
    if item.record is not None:
        record = item.record.record
        talked, number = record.duration_s, record.number
        return moment, item.line or record.extension or record.trunk, "–" if talked is None else f"{talked:.0f}", number
    call = item.call
    talked = call.duration_s if call else None
    number = (call.called_number or call.caller_number) if call else ""
    return moment, item.line, "–" if talked is None else f"{talked:.0f}", number


def _span(arguments: argparse.Namespace, timezone: str) -> tuple[float, float]:
    from recorder.pbx.daily import day_span

    if arguments.day and (arguments.since or arguments.until):
        raise UserError("Give --day, or --from and --to.", "请用 --day,或 --from 与 --to。")
    today = f"{datetime.fromtimestamp(time.time(), ZoneInfo(timezone)):%Y-%m-%d}"
    first, last = arguments.since or arguments.day or today, arguments.until or arguments.day or today
    try:
        start, end = day_span(first, timezone)[0], day_span(last, timezone)[1]
    except ValueError as error:
        days = " / ".join(day for day in (arguments.since, arguments.until, arguments.day) if day)
        raise UserError(f"{days}: write a day like 2026-11-22.", f"{days}：日期请写成 2026-11-22 这样。") from error
    if end <= start:
        raise UserError(f"--to {last} lies before --from {first}.", f"--to {last} 早于 --from {first}。")
    return start, end
