"""How loud a side of a line is, now and over a call, as values. They are measured in recorder.watch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SideLevels:
    """One side now. side: "agent", "customer" or "mixed". All dBFS (RMS against full scale) and of the last second, but noise and
    hum are of the last minute, speech is of the last in which somebody spoke, None before. clipped: share of its samples at
    full scale."""

    side: str
    peak_db: float
    rms_db: float
    noise_db: float
    hum_db: float
    speech_db: float | None
    clipped: float


@dataclass(frozen=True)
class CallLevels:
    """One side of one call. As SideLevels, over the whole call; speech_s: seconds of speech, measured_s: seconds looked at."""

    side: str
    peak_db: float
    speech_db: float | None
    noise_db: float
    hum_db: float
    clipped: float
    speech_s: float
    measured_s: float
