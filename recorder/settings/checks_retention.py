"""How long audio is kept: no rule may delete what the law wants kept."""

from __future__ import annotations

from collections.abc import Iterator

from hw.messages import Message
from recorder.retention.policy import OUTBOUND_FLOOR_DAYS, Policy
from recorder.settings.files import Entries, Entry, problem
from recorder.settings.sections import RetentionRule, Settings


def check_retention(settings: Settings, entries: Entries) -> list[Message]:
    """Rules about lines that are not there, limits below the law's, levels the wrong way round."""
    return [*_lines(settings, entries), *_floor(settings, entries), *_levels(settings, entries)]


def _lines(settings: Settings, entries: Entries) -> Iterator[Message]:
    known = {line.name for line in settings.line}
    for entry, rule in zip(entries.lists.get("retention_rule", []), settings.retention_rule, strict=True):
        if rule.line and rule.line not in known:
            yield problem(entry, "line", f"{rule.line!r} is not the name of a [[line]]", f"{rule.line!r} 不是任何 [[line]] 的名称")


def _floor(settings: Settings, entries: Entries) -> Iterator[Message]:
    """Every limit that would delete a call which is, or may be, an outbound one, before it may be."""
    policy = Policy(settings)
    lines = ["", *(line.name for line in settings.line)]
    wrong = set()
    for line in lines:
        for direction in ("out", "unknown"):
            if 0 < policy.days(line, direction) < OUTBOUND_FLOOR_DAYS:
                wrong.add(_deciding(settings.retention_rule, line, direction))
    rows = entries.lists.get("retention_rule", [])
    for number in sorted(wrong):
        yield _too_short(rows[number] if number >= 0 else entries.tables["retention"])


def _deciding(rules: tuple[RetentionRule, ...], line: str, direction: str) -> int:
    """The number of the rule that decides, from 0; -1: the general setting."""
    for number, rule in enumerate(rules):
        if rule.line in ("", line) and rule.direction in ("", direction):
            return number
    return -1


def _too_short(entry: Entry) -> Message:
    return problem(
        entry,
        "days",
        f"must be 0 or at least {OUTBOUND_FLOOR_DAYS}: the law wants audio of outbound calls kept that long, and a call of unknown "
        'direction may be one. For shorter times of incoming calls write a [[retention_rule]] with direction = "in"',
        f"必须为 0 或不少于 {OUTBOUND_FLOOR_DAYS}：法规要求外呼录音至少保存 {OUTBOUND_FLOOR_DAYS} 天，方向未知的通话也可能是外呼。"
        '如需缩短呼入录音的保存期，请写一条 direction = "in" 的 [[retention_rule]]',
    )


def _levels(settings: Settings, entries: Entries) -> Iterator[Message]:
    retention = settings.retention
    if retention.free_gib > retention.warn_gib:
        yield problem(
            entries.tables["retention"],
            "warn_gib",
            f"({retention.warn_gib:g}) must not be below free_gib ({retention.free_gib:g}): the warning comes before the deleting",
            f"（{retention.warn_gib:g}）不能小于 free_gib（{retention.free_gib:g}）：先告警，后删除",
        )
