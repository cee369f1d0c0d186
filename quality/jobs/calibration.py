"""The emotion model fitted to what people corrected; kept and live when it is better on speakers held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analyzer.emotion.calibrate import LabelledClip, calibrate
from analyzer.emotion.labels import EmotionLabel, clips_of
from analyzer.emotion.model import EmotionModel
from analyzer.emotion.site import SiteCalibrations
from quality.changes import record
from quality.jobs.kinds import Report, Result
from quality.reviewing.labels import Labels
from quality.store import writing


def work(store: Path, arguments: Mapping[str, Any], report: Report) -> Result:
    """arguments: by, who asked."""
    found = calibrate(_clips(store, report), EmotionModel.load())
    measured = {name: asdict(one) | {"better": one.is_better} for name, one in found.measured.items()}
    kept = ""
    if found.adjustments:
        with writing(store) as database:
            detail = {"labels": found.labels, "measured": measured}
            record(database, arguments["by"], "emotion.calibrate", "emotion", detail)
            kept = SiteCalibrations(store).keep(found.adjustments, measured).name
    return {"labels": found.labels, "speakers": found.speakers, "measured": measured, "kept": kept}


def _clips(store: Path, report: Report) -> list[LabelledClip]:
    labels, clips = Labels(store).every("emotion"), []
    wanted = (EmotionLabel(one.call_id, one.start_s, one.end_s, one.side, one.after) for one in labels)
    for number, clip in enumerate(clips_of(store, wanted), 1):
        clips.append(clip)
        report(number, len(labels))
    return clips
