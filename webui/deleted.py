"""What stands where a call's audio was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hw.messages import Message
from recorder.store.calls import Tombstone
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB
from webui.formats import day

RULES = {
    "age": Message("it was older than it may be kept", "超过保存期"),
    "size": Message("there was more audio than may be kept", "超过录音总量上限"),
    "space": Message("the disk was filling up", "磁盘将满"),
    "emergency": Message("recording would have stopped for want of room", "空间不足将导致录音停止"),
}


def deleted_text(stone: Tombstone) -> Message:
    """The sentence for the call page."""
    why = RULES.get(stone.rule, Message(stone.reason, stone.reason))
    return Message(f"Audio deleted on {day(stone.at)} by rule: {why.en}.", f"录音已于 {day(stone.at)} 按规则删除：{why.zh}。")


def deleted_days(store: Path, call_ids: Sequence[str]) -> dict[str, str]:
    """Call id → local day on which its audio was deleted, for those of the calls where it was."""
    if not call_ids or not (store / CALLS_DB).is_file():
        return {}
    with CallReader(store) as reader:
        return {stone.call_id: day(stone.at) for stone in reader.tombstones_of(call_ids)}
