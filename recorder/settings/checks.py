"""What types alone cannot tell: values out of range, words that are none of the choices, times that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hw.messages import Message, UserError
from hw.smdr_layoutfile import layout_files, read_layout
from recorder.settings.checks_lines import check_lines
from recorder.settings.checks_retention import check_retention
from recorder.settings.files import Entries, Entry, problem
from recorder.settings.sections import Settings
from recorder.times import from_text, zone_exists

LANGUAGES = ("zh", "en")
RELEASE_SIGNS = ("none", "tone", "reversed")

CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("site", "language"): LANGUAGES,
    ("line", "language"): LANGUAGES,
    ("line", "release"): RELEASE_SIGNS,
    ("analysis", "engine"): ("whisper", "vosk"),
    ("retention", "transcripts"): ("delete", "keep"),
    ("retention_rule", "direction"): ("", "in", "out", "unknown"),
    ("call_records", "transport"): ("serial", "tcp", "tcp_listen"),
    ("web", "metrics"): ("open", "token", "off"),
    ("web", "tls"): ("off", "box", "files"),
    ("notify", "severity"): ("critical", "warning", "notice"),
    ("call_records", "time_means"): ("", "start", "end"),
    ("analysis", "vad"): ("webrtc", "silero"),
}

RANGES: dict[tuple[str, str], tuple[float, float]] = {
    ("store", "min_free_mb"): (0, 10_000_000),
    ("device", "channels"): (1, 64),
    ("device", "rate"): (8000, 192_000),
    ("device", "period_ms"): (10, 1000),
    ("line", "sense"): (-1, 255),
    ("line_sense", "baud"): (300, 4_000_000),
    ("call_records", "baud"): (110, 4_000_000),
    ("call_records", "tcp_port"): (0, 65_535),
    ("segmentation", "pre_roll_s"): (0, 5),
    ("segmentation", "start_speech_s"): (0.02, 5),
    ("segmentation", "hang_over_s"): (0.5, 600),
    ("segmentation", "record_wait_s"): (0, 600),
    ("segmentation", "min_call_s"): (0, 60),
    ("segmentation", "max_part_s"): (10, 86_400),
    ("notify", "smtp_port"): (1, 65_535),
    ("notify", "syslog_port"): (1, 65_535),
    ("alarms", "dead_line_calls"): (0, 10_000),
    ("alarms", "stuck_off_hook_min"): (1, 1440),
    ("alarms", "low_dbfs"): (-96, 0),
    ("alarms", "hum_dbfs"): (-96, 0),
    ("alarms", "clip_percent"): (0.001, 100),
    ("alarms", "mains_hz"): (40, 70),
    ("analysis", "beam"): (1, 20),
    ("analysis", "threads"): (1, 64),
    ("analysis", "attempts"): (1, 100),
    ("analysis", "poll_s"): (0.05, 3600),
    ("analysis", "role_confidence"): (0, 1),
    ("analysis", "cpu_share"): (0.05, 1),
    ("analysis", "busy_audio_h"): (0, 100_000),
    ("analysis", "busy_temperature_c"): (0, 130),
    ("analysis", "busy_pressure"): (0, 100),
    ("retention", "days"): (0, 36_500),
    ("retention", "max_gib"): (0, 1_000_000),
    ("retention", "warn_gib"): (0, 1_000_000),
    ("retention", "free_gib"): (0, 1_000_000),
    ("retention", "analysis_wait_days"): (0, 365),
    ("retention_rule", "days"): (0, 36_500),
    ("retention_rule", "max_gib"): (0, 1_000_000),
    ("quality", "appeal_days"): (0, 365),
    ("quality", "decide_days"): (0, 365),
    ("quality", "calibration_points"): (0.1, 100),
    ("quality", "calibration_remind_days"): (0, 28),
    ("quality", "trust_agreement"): (0.5, 1),
    ("quality", "trust_calls"): (10, 100_000),
    ("quality", "repeat_rate"): (0, 1),
    ("quality", "repeat_days"): (1, 28),
    ("quality", "report_days"): (0, 36_500),
    ("quality", "common_problem"): (0.01, 1),
    ("quality", "individual_problem"): (0.01, 1),
    ("web", "port"): (1, 65_535),
    ("web", "redirect_port"): (0, 65_535),
    ("web", "workers"): (1, 64),
    ("web", "session_minutes"): (1, 100_000),
    ("console", "baud"): (300, 4_000_000),
    ("simulation", "speed"): (0.01, 10_000),
    ("simulation", "stop_after_s"): (0, 10_000_000),
}


def check(settings: Settings, entries: Entries) -> list[Message]:
    """Every value that cannot be, with the file and table it stands in."""
    problems = [*_ranges(entries), *_choices(entries), *_site(settings, entries), *_ports(settings, entries)]
    return [*problems, *_instants(settings, entries), *check_lines(settings, entries), *check_retention(settings, entries)]


def _all(entries: Entries) -> Iterator[Entry]:
    yield from entries.tables.values()
    for rows in entries.lists.values():
        yield from rows


def _ranges(entries: Entries) -> Iterator[Message]:
    for entry in _all(entries):
        for key, value in entry.values.items():
            low, high = RANGES.get((entry.name, key), (None, None))
            if low is None or high is None or isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if not low <= value <= high:
                yield problem(
                    entry,
                    key,
                    f"must be from {low:g} to {high:g}, not {value}",
                    f"必须在 {low:g} 到 {high:g} 之间，不能是 {value}",
                )


def _choices(entries: Entries) -> Iterator[Message]:
    for entry in _all(entries):
        for key, value in entry.values.items():
            allowed = CHOICES.get((entry.name, key))
            if allowed and isinstance(value, str) and value not in allowed:
                words = ", ".join(f'"{word}"' for word in allowed)
                yield problem(entry, key, f"must be one of {words}, not {value!r}", f"必须是 {words} 之一，不能是 {value!r}")


def _site(settings: Settings, entries: Entries) -> Iterator[Message]:
    if not zone_exists(settings.site.timezone):
        yield problem(
            entries.tables["site"],
            "timezone",
            f'is no time zone: {settings.site.timezone!r}; write one like "Asia/Shanghai"',
            f'不是有效的时区：{settings.site.timezone!r}；请写成 "Asia/Shanghai" 这样的名称',
        )
    if not settings.store.path:
        yield problem(entries.tables["store"], "path", "is empty", "为空")


def _ports(settings: Settings, entries: Entries) -> Iterator[Message]:
    feed = settings.call_records
    entry = entries.tables.get("call_records", Entry("call_records", 0, Path()))
    known = layout_files(Path(feed.layouts))
    if feed.layout not in known:
        names = ", ".join(known)
        yield problem(
            entry,
            "layout",
            f"{feed.layout!r} is no record layout; known are: {names}",
            f"{feed.layout!r} 不是已知的话单格式；已有：{names}",
        )
    else:
        yield from _layout(entry, known[feed.layout])
    if not re.fullmatch(r"[5-8][NEO][12]", feed.format):
        yield problem(
            entry,
            "format",
            'must be data bits, parity and stop bits, like "8N1" or "7E2"',
            '必须是数据位、校验位和停止位，如 "8N1" 或 "7E2"',
        )
    if feed.transport == "tcp" and not (feed.host and feed.tcp_port):
        yield problem(
            entry,
            "transport",
            'is "tcp" and needs host and tcp_port: the PBX\'s address (a Mitel has 1752)',
            '为 "tcp"，需要 host 和 tcp_port：PBX 的地址与端口（Mitel 为 1752）',
        )
    if feed.transport == "tcp_listen" and not feed.tcp_port:
        yield problem(
            entry,
            "transport",
            'is "tcp_listen" and needs tcp_port: where the PBX is to send its records',
            '为 "tcp_listen"，需要 tcp_port：PBX 发送话单的端口',
        )
    if feed.date and ("%d" not in feed.date or "%m" not in feed.date):
        yield problem(
            entry,
            "date",
            'must hold %d and %m, and %y or %Y if a year is printed, like "%d/%m/%y"',
            '必须包含 %d 和 %m，如有年份再加 %y 或 %Y，例如 "%d/%m/%y"',
        )


def _layout(entry: Entry, path: Path) -> Iterator[Message]:
    try:
        read_layout(path)
    except UserError as error:
        yield problem(entry, "layout", f"cannot be used: {error.message.en}", f"不能使用：{error.message.zh}")


def _instants(settings: Settings, entries: Entries) -> Iterator[Message]:
    for key in ("start", "anchor"):
        text = getattr(settings.simulation, key)
        try:
            if text:
                from_text(text)
        except ValueError:
            yield problem(
                entries.tables["simulation"],
                key,
                'must be a UTC instant like "2026-11-22T01:00:00Z"',
                '必须是 UTC 时刻，如 "2026-11-22T01:00:00Z"',
            )
