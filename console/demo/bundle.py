"""The calls that ship with callbox: audio and the truth about it, side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from analyzer.result import CallFacts
from hw.messages import UserError

FOLDER = Path(__file__).parent.parent / "democalls" / "calls"


@dataclass(frozen=True)
class BundledCall:
    """One bundled call. duration_s: seconds of audio. facts: what the line and the PBX would tell of it."""

    name: str
    audio: Path
    duration_s: float
    facts: CallFacts


def bundled_calls(folder: Path = FOLDER) -> list[BundledCall]:
    """All bundled calls, by name. Raises UserError when they are not there."""
    calls = [_bundled(truth) for truth in sorted(folder.glob("*.json"))]
    if not calls:
        raise UserError(
            f"{folder}: the bundled calls are missing; clone the project again",
            f"{folder}:随附的示例通话不存在;请重新克隆项目",
        )
    return calls


def chosen(calls: Sequence[BundledCall], names: Sequence[str]) -> list[BundledCall]:
    """The calls of these names, all when none is named. Raises UserError that lists the names there are."""
    unknown = [name for name in names if name not in {call.name for call in calls}]
    if unknown:
        known, asked = ", ".join(call.name for call in calls), ", ".join(unknown)
        raise UserError(f"no bundled call {asked}: there are {known}", f"没有示例通话 {asked}:现有 {known}")
    return [call for call in calls if not names or call.name in names]


def _bundled(path: Path) -> BundledCall:
    truth = json.loads(path.read_text(encoding="utf-8"))
    told = truth.get("facts", {})
    facts = CallFacts(
        language=truth.get("language", "zh"),
        ring_s=told.get("ring_s"),
        hung_up_by=told.get("hung_up_by"),
        direction=told.get("direction", "in"),
    )
    audio = path.with_suffix(".flac")
    return BundledCall(path.stem, audio, soundfile.info(audio).duration, facts)
