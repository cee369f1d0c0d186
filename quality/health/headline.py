"""The first sentence about the box: is everything being recorded, and if not, what is not?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hw.messages import Message
from quality.health.case import Case
from quality.health.finding import Finding
from recorder.watch.alarmkinds import kind_of


@dataclass(frozen=True)
class Headline:
    """state: "ok", "warn" (everything is recorded, but something wants a look) or "wrong". text: one or two sentences."""

    state: str
    text: Message


def headline(case: Case, findings: Sequence[Finding]) -> Headline:
    """The worst thing first, in plain words."""
    if not case.settings.line:
        return Headline("wrong", Message("No line is set up yet, so nothing is recorded.", "尚未配置线路，没有任何录音。"))
    if not case.status.recorder_running:
        return Headline("wrong", Message("Nothing is being recorded: the recorder is not running.", "没有在录音：录音服务未运行。"))
    if case.status.free_disk_mb < case.settings.store.min_free_mb:
        return Headline("wrong", Message("No new call is recorded: the disk is full.", "不再录制新通话：磁盘已满。"))
    lost = _not_recorded(case)
    if lost:
        return Headline("wrong", _lines(lost, len(case.settings.line)))
    wants = sum(not finding.ok for finding in findings)
    if wants:
        more = Message(f" {wants} things want a look.", f"有 {wants} 项需要留意。")
        if wants == 1:
            more = Message(" One thing wants a look.", "有 1 项需要留意。")
        return Headline("warn", Message(f"Everything is being recorded.{more.en}", f"所有线路正常录音。{more.zh}"))
    return Headline("ok", Message("Everything is being recorded.", "所有线路正常录音。"))


def _not_recorded(case: Case) -> list[str]:
    """Lines whose calls are being lost now, in the order of the settings."""
    gone = {device.name for device in case.status.devices if device.state in ("gone", "stuck")}
    alarmed = set(_alarmed(case))
    reported = {line.line for line in case.status.lines}
    return [
        line.name for line in case.settings.line if line.device in gone or line.name in alarmed or line.name not in reported
    ]  # fmt: skip


def _alarmed(case: Case) -> Iterator[str]:
    for alarm in case.status.alarms:
        kind = kind_of(alarm.kind)
        if kind.severity == "critical" and kind.about == "line":
            yield alarm.subject


def _lines(names: Sequence[str], of: int) -> Message:
    if len(names) == of:
        return Message("Nothing is being recorded: no line gives sound.", "没有在录音：所有线路均无声音。")
    if len(names) == 1:
        return Message(f"Line {names[0]} is not being recorded; the others are.", f"线路 {names[0]} 没有录音，其余正常。")
    joined_en, joined_zh = ", ".join(names), "、".join(names)
    return Message(f"Lines {joined_en} are not being recorded; the others are.", f"线路 {joined_zh} 没有录音，其余正常。")
