"""The last lines of the PBX's port, records and others, as calls.db keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from hw.messages import Message
from recorder.store.reader import CallReader

KINDS = {
    "joined": Message("record of a call", "已匹配通话的话单"),
    "alone": Message("record without a call", "未匹配通话的话单"),
    "repeat": Message("record sent again", "重复发送的话单"),
    "refused": Message("NOT READ", "无法读取"),
    "buffer_full": Message("PBX buffer full: records lost", "PBX 缓冲区已满:话单丢失"),
    "name": Message("name of the caller before", "上一条的来电姓名"),
    "trunks_busy": Message("all trunks busy", "中继全忙"),
    "blocked": Message("call blocked by the PBX", "呼叫被 PBX 限制"),
}


@dataclass(frozen=True)
class LoggedLine:
    """A line as it came. at: ISO instant. word: a key of KINDS. reason: why it was refused, empty otherwise."""

    at: str
    word: str
    raw: str
    call_id: str | None
    reason: Message

    @property
    def kind(self) -> Message:
        """What it is, in words."""
        return KINDS.get(self.word, Message(self.word, self.word))

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        values: dict[str, object] = {"at": self.at, "kind": self.word, "raw": self.raw, "call_id": self.call_id}
        return values | ({"reason_en": self.reason.en, "reason_zh": self.reason.zh} if self.reason.en else {})


def last_lines(reader: CallReader, limit: int, *, refused_only: bool = False) -> list[LoggedLine]:
    """The latest lines, oldest first. refused_only: only those that are no records."""
    sql = "SELECT at, kind, raw, NULL AS call_id, reason_en, reason_zh FROM port_lines"
    if not refused_only:
        sql += """ UNION ALL SELECT received_at, CASE WHEN repeats IS NOT NULL THEN 'repeat' WHEN call_id IS NULL THEN 'alone'
                   ELSE 'joined' END, raw, call_id, '', '' FROM call_records"""
    rows = reader.rows(f"SELECT * FROM ({sql}) ORDER BY at DESC LIMIT ?", limit)  # noqa: S608  our own words
    return [LoggedLine(row[0], row[1], row[2], row[3], Message(row[4], row[5])) for row in reversed(rows)]
