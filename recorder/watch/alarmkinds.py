"""Every kind of alarm there is, from one data file: what it means, how bad it is and what to do, in both languages."""

from __future__ import annotations

import functools
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw.messages import Message

FILE = Path(__file__).with_suffix(".toml")

SEVERITIES = {
    "critical": Message("critical", "严重"),
    "warning": Message("warning", "警告"),
    "notice": Message("notice", "提示"),
}
"""Worst first: calls are being lost now; calls are worse than they should be or may be lost soon; to know."""


@dataclass(frozen=True)
class AlarmKind:
    """One kind. about: what its subject names ("line", "device", "port", "disk", "database", "box", "store"). when: raised and
    cleared when. do: what to do.
    lasts_s: an event, not a condition: it is over so many seconds after it was raised; None for a condition."""

    kind: str
    about: str
    severity: str
    name: Message
    means: Message
    when: Message
    do: Message
    lasts_s: float | None = None


@functools.cache
def alarm_kinds() -> dict[str, AlarmKind]:
    """All kinds by name, in the data file's order."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {kind: _kind(kind, row) for kind, row in table.items()}


def kind_of(kind: str) -> AlarmKind:
    """The kind of that name; one that the data file does not know (of a newer version) reads as a warning under its own name."""
    known = alarm_kinds().get(kind)
    name = Message(kind.replace("_", " "), kind)
    return known or AlarmKind(kind, "box", "warning", name, Message("", ""), Message("", ""), Message("", ""))


def _kind(kind: str, row: dict[str, Any]) -> AlarmKind:
    def both(name: str) -> Message:
        return Message(row[f"{name}_en"], row[f"{name}_zh"])

    lasts = row["lasts_h"] * 3600.0 if "lasts_h" in row else None
    return AlarmKind(kind, row["about"], row["severity"], both("name"), both("means"), both("when"), both("do"), lasts)


HEAD = """# Alarms · 告警

Made from `recorder/watch/alarmkinds.toml` by `python -m recorder.watch.alarmkinds`; a test holds the two together. 由数据文件生成。

An alarm is raised once when something goes wrong and cleared once when it is right again, also across a restart of the
recorder. People acknowledge it (`callbox alarms ack NUMBER --by NAME --note TEXT`, or `ack` on the serial console): who, when and
their note stand beside it in review.db. An acknowledged alarm stands until what it is about is mended; all are kept.
告警各产生一次、解除一次，重启后不会重复产生；由人确认，确认人、时间和备注存于 review.db。确认不等于解除；所有告警永久保留。

`callbox alarms` lists those that stand, `--all` also those that are over, `--json` for programs. Limits: `[alarms]` in
[settings.md](settings.md). How often they are false was measured: [measurements.md](measurements.md).
"""


def page() -> str:
    """docs/alarms.md."""
    parts = [HEAD]
    for severity, word in SEVERITIES.items():
        parts.append(f"\n## {word.en} · {word.zh}\n")
        parts += [_section(kind) for kind in alarm_kinds().values() if kind.severity == severity]
    return "".join(parts)


def _section(kind: AlarmKind) -> str:
    english = f"{kind.means.en} *When:* {kind.when.en}. *What to do:* {kind.do.en}"
    chinese = f"{kind.means.zh}*时机：*{kind.when.zh}。*处理：*{kind.do.zh}"
    return f"\n### `{kind.kind}` {kind.name.en} · {kind.name.zh}\n\n{english}\n\n{chinese}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
