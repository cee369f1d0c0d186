"""Who uses what: devices, lines, channels, tap-board inputs, agents and their seats must fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hw.messages import Message
from recorder.settings.files import Entries, Entry, problem
from recorder.settings.sections import Assignment, Line, Settings
from recorder.times import local_to_instant, zone_exists

RATES = (8000, 16000, 32000, 48000)
"""Frames per second that the voice detector knows."""


def check_lines(settings: Settings, entries: Entries) -> list[Message]:
    """Every contradiction between devices, lines, agents and assignments."""
    problems = [*_devices(settings, entries), *_lines(settings, entries), *_senses(settings, entries)]
    return [*problems, *_agents(settings, entries), *_assignments(settings, entries)]


def _rows(entries: Entries, name: str, made: Iterable[Any]) -> Iterator[tuple[Entry, Any]]:
    return zip(entries.lists.get(name, []), made, strict=True)


def _twice(entries: Entries, name: str, key: str, made: tuple[Any, ...]) -> Iterator[Message]:
    seen: set[str] = set()
    for entry, row in _rows(entries, name, made):
        value = getattr(row, key)
        if value in seen:
            yield problem(
                entry,
                key,
                f"{value!r} is used twice; each [[{name}]] needs its own",
                f"{value!r} 重复；每个 [[{name}]] 必须不同",
            )
        elif not value and key in entry.values:
            yield problem(entry, key, "is empty", "为空")
        seen.add(value)


def _devices(settings: Settings, entries: Entries) -> Iterator[Message]:
    yield from _twice(entries, "device", "name", settings.device)
    for entry, device in _rows(entries, "device", settings.device):
        if device.rate not in RATES:
            yield problem(
                entry,
                "rate",
                f"must be one of {', '.join(map(str, RATES))}, not {device.rate}",
                f"必须是 {'、'.join(map(str, RATES))} 之一，不能是 {device.rate}",
            )


def _lines(settings: Settings, entries: Entries) -> Iterator[Message]:
    yield from _twice(entries, "line", "name", settings.line)
    width = {device.name: device.channels for device in settings.device}
    taken: dict[tuple[str, int], str] = {}
    for entry, line in _rows(entries, "line", settings.line):
        if line.device not in width and "device" in entry.values:
            known = ", ".join(width) or "-"
            yield problem(
                entry,
                "device",
                f"{line.device!r} is not the name of a [[device]]; known are: {known}",
                f"{line.device!r} 不是任何 [[device]] 的名称；已有的是：{known}",
            )
        if "channels" in entry.values and len(line.channels) not in {1, 2}:
            yield problem(
                entry,
                "channels",
                "must be one channel (mono) or two (agent, customer)",
                "必须是一个声道（单声道）或两个声道（座席、客户）",
            )
        yield from _channels(entry, line, width.get(line.device, 64), taken)


def _channels(entry: Entry, line: Line, width: int, taken: dict[tuple[str, int], str]) -> Iterator[Message]:
    device = line.device
    for channel in line.channels:
        if not 0 <= channel < width:
            top = width - 1
            yield problem(
                entry,
                "channels",
                f"{channel} is not on device {device!r}, which has channels 0 to {top}",
                f"{channel} 不在设备 {device!r} 上，该设备的声道是 0 到 {top}",
            )
        user = taken.setdefault((device, channel), line.name)
        if user != line.name or line.channels.count(channel) > 1:
            yield problem(
                entry,
                "channels",
                f"{channel} of device {device!r} is used twice (also by line {user!r})",
                f"设备 {device!r} 的声道 {channel} 被重复使用（线路 {user!r} 也在用）",
            )


def _senses(settings: Settings, entries: Entries) -> Iterator[Message]:
    users = Counter(line.sense for line in settings.line if line.sense >= 0)
    for entry, line in _rows(entries, "line", settings.line):
        if users[line.sense] > 1:
            yield problem(entry, "sense", f"{line.sense} is used by more than one line", f"{line.sense} 被多条线路使用")
        if line.sense >= 0 and not (settings.line_sense.port or settings.simulation.events):
            yield problem(
                entry,
                "sense",
                "is given but [line_sense] names no port: give the tap board's port, or take sense away",
                "已设置，但 [line_sense] 没有 port：请填写接线板的串口，或去掉 sense",
            )


def _agents(settings: Settings, entries: Entries) -> Iterator[Message]:
    yield from _twice(entries, "agent", "id", settings.agent)


def _assignments(settings: Settings, entries: Entries) -> Iterator[Message]:
    agents, lines = {agent.id for agent in settings.agent}, {line.name for line in settings.line}
    zone = settings.site.timezone if zone_exists(settings.site.timezone) else "UTC"
    placed: list[tuple[str, str, float, float]] = []
    for entry, row in _rows(entries, "assignment", settings.assignment):
        if row.agent not in agents and "agent" in entry.values:
            yield problem(
                entry,
                "agent",
                f"{row.agent!r} is not the id of an [[agent]]",
                f"{row.agent!r} 不是任何 [[agent]] 的工号 id",
            )
        if bool(row.line) == bool(row.extension):
            yield problem(entry, "line", "or extension must be given, and only one of them", "和 extension 必须且只能填写一个")
        elif row.line and row.line not in lines:
            yield problem(entry, "line", f"{row.line!r} is not the name of a [[line]]", f"{row.line!r} 不是任何 [[line]] 的名称")
        yield from _span(entry, row, zone, placed)


def _span(entry: Entry, row: Assignment, zone: str, placed: list[tuple[str, str, float, float]]) -> Iterator[Message]:
    try:
        since = local_to_instant(row.since, zone) if row.since else float("-inf")
        until = local_to_instant(row.until, zone) if row.until else float("inf")
    except ValueError:
        example = '"2026-11-22" or "2026-11-22 09:00"'
        key = "until" if row.since and _is_time(row.since, zone) else "since"
        yield problem(
            entry, key, f"is no date or time; write {example}", '不是日期或时间；请写成 "2026-11-22" 或 "2026-11-22 09:00"'
        )
        return
    if since >= until:
        yield problem(entry, "until", "must be later than since", "必须晚于 since")
    for line, extension, other_since, other_until in placed:
        if (line, extension) == (row.line, row.extension) and since < other_until and other_since < until:
            seat = row.line or row.extension
            yield problem(
                entry,
                "since",
                f"overlaps another assignment of {seat!r}: two agents cannot sit there at once",
                f"与 {seat!r} 的另一个 assignment 时间重叠：同一座位不能同时有两名座席",
            )
    placed.append((row.line, row.extension, since, until))


def _is_time(text: str, zone: str) -> bool:
    try:
        local_to_instant(text, zone)
    except ValueError:
        return False
    return True
