"""The box as the API tells of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from webui.api.shapes.base import Asked, Instant, Shape, Text

Severity = Literal["critical", "warning", "notice"]


class Side(Shape):
    """All dBFS, of the last second; noise and hum of the last minute; speech: of the last in which somebody spoke."""

    side: Literal["agent", "customer", "mixed"]
    peak_db: float
    rms_db: float
    noise_db: float
    hum_db: float
    speech_db: float | None
    clipped: float


class Line(Shape):
    """A line now. since: ISO instant. level_db: dBFS, null when nothing is heard."""

    line: str
    state: str
    since: str
    call_id: str | None
    level_db: float | None
    sides: tuple[Side, ...]
    paused_since: str | None
    paused_by: str


class Device(Shape):
    """A capture device since the recorder started; frames at 8 kHz."""

    name: str
    state: Literal["running", "gone", "stuck", "ended"]
    lost_frames: int
    frames: int
    overruns: int
    gaps: int
    reopened: int


class Backlog(Shape):
    """How far the analyzer is behind. catch_up_s: seconds of work until nothing waits; null before the first call."""

    calls: int
    audio_s: float
    catch_up_s: float | None
    effort: str


class Acknowledgement(Shape):
    """Somebody has seen it."""

    by: str
    at: Instant
    note: str


class Alarm(Shape):
    """id: for acknowledging it. cleared_at: null while it stands. detail, detail_zh: what was seen. do: what to do."""

    id: int
    kind: str
    name: Text
    severity: Severity
    subject: str
    detail: str
    detail_zh: str
    raised_at: Instant
    cleared_at: Instant | None
    means: Text
    do: Text
    acknowledged: tuple[Acknowledgement, ...]


class Alarms(Shape):
    """Those that stand, oldest first; with standing=no the latest ones, over or not, newest first."""

    alarms: tuple[Alarm, ...]


class AlarmQuery(Asked):
    """standing: only those that are not over."""

    standing: Literal["yes", "no"] = "yes"
    limit: int = Field(200, ge=1, le=500)


class AcknowledgeBody(Asked):
    """note: what was found or done."""

    note: Annotated[str, StringConstraints(max_length=500)] = ""


class Problem(Shape):
    """What could not be looked at, and why."""

    en: str
    zh: str


class Status(Shape):
    """The box at a glance. calls counts calls by state, jobs analyses by state; waiting: ended calls not yet analysed."""

    at: str
    version: str
    timezone: str
    recorder_running: bool
    recorder_at: str | None
    analyzer_running: bool
    lines: tuple[Line, ...]
    devices: tuple[Device, ...]
    calls: dict[str, int]
    jobs: dict[str, int]
    waiting: int
    backlog: Backlog | None
    last_call_at: str | None
    last_backup_at: str | None
    free_disk_mb: float
    problems: tuple[Problem, ...]
