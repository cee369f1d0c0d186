"""The recorder's live status: a small file, replaced each second. Not a database row, so that looking never makes it wait."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recorder.settings.sections import Settings
from recorder.signals.levels import SideLevels

FILE_NAME = "recorder.json"


@dataclass(frozen=True)
class LineStatus:
    """One line now. state: "idle", "ringing", "talking". since: UTC instant as text. call_id: None when no call is open.
    level_db: dBFS of the last block, the louder side; None when nothing is heard. sides: how loud each side is, once a second.
    paused_since, paused_by: UTC instant as text and who did it, while the recording is paused; else None and empty."""

    line: str
    state: str
    since: str
    call_id: str | None
    level_db: float | None
    sides: tuple[SideLevels, ...] = ()
    paused_since: str | None = None
    paused_by: str = ""


@dataclass(frozen=True)
class DeviceStatus:
    """One capture device, counted since the recorder started, in frames at 8 kHz. state: "running", "gone", "stuck" (it is there,
    and gives nothing) or "ended" (a simulated one). frames: heard. lost_frames: known to be lost; with frames it makes the time
    that has passed. overruns: losses the device told of. gaps: losses in all, absences included. reopened: times it came back."""

    name: str
    state: str
    lost_frames: int
    frames: int = 0
    overruns: int = 0
    gaps: int = 0
    reopened: int = 0


@dataclass(frozen=True)
class ListenerStatus:
    """One who listens live. since: UTC instant as text. skipped_frames: missed because they were not fetched in time. program: no
    person, but the box itself, which understands the line while a call goes on."""

    line: str
    by: str
    since: str
    skipped_frames: int = 0
    program: bool = False


@dataclass(frozen=True)
class RecorderStatus:
    """The whole recorder. written_at: real UTC epoch seconds; at: UTC epoch seconds on the recorder's own clock, which differs when
    simulated. converting: parts that wait to become FLAC. worst_write_ms: the slowest append of audio since the last status;
    worst_delay_ms: the longest from a sample heard to its being flushed to the disk."""

    written_at: float
    at: float
    simulated: bool
    pid: int
    lines: tuple[LineStatus, ...]
    devices: tuple[DeviceStatus, ...]
    free_disk_mb: float
    converting: int
    worst_write_ms: float
    listeners: tuple[ListenerStatus, ...] = ()
    worst_delay_ms: float = 0.0


def run_folder(settings: Settings) -> Path:
    """The folder of sockets and live status."""
    return Path(settings.store.run) if settings.store.run else Path(settings.store.path) / "run"


def write_status(folder: Path, status: RecorderStatus) -> None:
    """Replace the status file. Not flushed to the disk: after a power cut it says nothing of use. Raises OSError."""
    beside = folder / f"{FILE_NAME}.{status.pid}.tmp"
    beside.write_text(json.dumps(asdict(status), ensure_ascii=False), encoding="utf-8")
    beside.replace(folder / FILE_NAME)


def read_status(settings: Settings) -> RecorderStatus | None:
    """What the recorder last said of itself, or None when it never did. Look at written_at: a stopped recorder leaves its file."""
    try:
        values: dict[str, Any] = json.loads((run_folder(settings) / FILE_NAME).read_text(encoding="utf-8"))
        values["lines"] = tuple(_line(line) for line in values["lines"])
        values["devices"] = tuple(DeviceStatus(**device) for device in values["devices"])
        values["listeners"] = tuple(ListenerStatus(**one) for one in values.get("listeners", ()))
        return RecorderStatus(**values)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _line(values: dict[str, Any]) -> LineStatus:
    sides = tuple(SideLevels(**side) for side in values.pop("sides", ()))
    return LineStatus(**values, sides=sides)
