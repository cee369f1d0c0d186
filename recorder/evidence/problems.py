"""What verification can find, in words both languages have."""

from __future__ import annotations

from dataclasses import dataclass

from hw.messages import Message

ALTERED, MISSING, INSERTED, UNSIGNED = "altered", "missing", "inserted", "unsigned"

_WORDS = {
    ALTERED: Message("ALTERED", "被改动"),
    MISSING: Message("MISSING", "缺失"),
    INSERTED: Message("INSERTED", "多出"),
    UNSIGNED: Message("NOT SIGNED", "未签名"),
}

_THINGS = {
    "evidence": Message("item {id} of the chain", "证据链第 {id} 项"),
    "heads": Message("the signed head of {id}", "{id} 的签名链头"),
    "calls": Message("the row of call {id}", "通话 {id} 的记录"),
    "parts": Message("the row of part {id}", "录音段 {id} 的记录"),
    "gaps": Message("the row of gap {id}", "缺口 {id} 的记录"),
    "pauses": Message("the row of pause {id}", "暂停 {id} 的记录"),
    "tombstones": Message("tombstone {id}", "删除凭证 {id}"),
    "files": Message("the file {id}", "文件 {id}"),
    "keys": Message("the signing key {id}", "签名密钥 {id}"),
    "audit": Message("entry {id} of the audit log", "审计日志第 {id} 条"),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was recorded. kind: "altered", "missing", "inserted" or "unsigned". table: "evidence", "heads",
    "calls", "parts", "gaps", "pauses", "tombstones", "files", "keys" or "audit". call_id: the call it belongs to, "" when it is
    none's."""

    kind: str
    table: str
    id: str
    detail: Message
    call_id: str = ""

    def message(self) -> Message:
        """The whole of it as a sentence."""
        what, thing = _WORDS[self.kind], _THINGS[self.table]
        other = self.call_id not in ("", self.id)
        call = Message(f" (call {self.call_id})", f"（通话 {self.call_id}）") if other else Message("", "")
        return Message(
            f"{what.en}: {thing.en.format(id=self.id)}{call.en}: {self.detail.en}",
            f"{what.zh}：{thing.zh.format(id=self.id)}{call.zh}：{self.detail.zh}",
        )
