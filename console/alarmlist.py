"""Alarms as a list for a person and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from console.output import table, wrapped
from hw.messages import Message
from quality.alerting.alarmbook import KnownAlarm
from quality.health.words import alarm_name, local
from recorder.times import to_text
from recorder.watch.alarmkinds import SEVERITIES, kind_of


def alarm_table(alarms: Sequence[KnownAlarm], language: str, timezone: str) -> list[str]:
    """A few lines an alarm: number, severity, kind, subject; what was seen; when; what to do; what people said."""
    if not alarms:
        return [Message("no alarms", "没有告警").text(language)]
    heads = Message("no.|severity|alarm|subject|since|until", "编号|级别|告警|对象|自|至").text(language).split("|")
    lines = table(heads, [_row(alarm, language, timezone) for alarm in alarms]).splitlines()
    out = [lines[0]]
    for alarm, line in zip(alarms, lines[1:], strict=True):
        out.append(line)
        for text in _details(alarm, language, timezone):
            out += wrapped(text, 80, "      ")
    return out


def unseen(alarms: Sequence[KnownAlarm], severity: str) -> int:
    """How many of that severity stand that nobody has acknowledged."""
    return sum(alarm.severity == severity and alarm.cleared_at is None and not alarm.acknowledged for alarm in alarms)


def alarm_json(alarm: KnownAlarm) -> dict[str, object]:
    """One alarm as JSON values, instants as UTC text."""
    kind = kind_of(alarm.kind)
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "severity": alarm.severity,
        "subject": alarm.subject,
        "raised_at": to_text(alarm.raised_at),
        "cleared_at": None if alarm.cleared_at is None else to_text(alarm.cleared_at),
        "detail": alarm.detail.en,
        "detail_zh": alarm.detail.zh,
        "name": {"en": kind.name.en, "zh": kind.name.zh},
        "do": {"en": kind.do.en, "zh": kind.do.zh},
        "acknowledged": [{"by": ack.by, "at": to_text(ack.at), "note": ack.note} for ack in alarm.acknowledged],
    }


def _row(alarm: KnownAlarm, language: str, timezone: str) -> list[str]:
    until = "" if alarm.cleared_at is None else local(to_text(alarm.cleared_at), timezone)[5:-3]
    since = local(to_text(alarm.raised_at), timezone)[:-3]
    severity = SEVERITIES[alarm.severity].text(language)
    return [str(alarm.id), severity, alarm_name(alarm.kind, language), alarm.subject, since, until]


def _details(alarm: KnownAlarm, language: str, timezone: str) -> list[str]:
    seen = alarm.detail.text(language)
    lines = [seen] if seen else []
    if alarm.cleared_at is None and not alarm.acknowledged:
        lines.append("→ " + kind_of(alarm.kind).do.text(language))
    said = Message("seen by", "确认:").text(language)
    lines += [f"{said} {ack.by} {local(to_text(ack.at), timezone)[:-3]} {ack.note}".rstrip() for ack in alarm.acknowledged]
    return lines
