"""Labels of emotion, and the sound they are about.

A label says: in this call, from here to there, on this side, a person heard this emotion. The web pages keep them
(quality.reviewing.labels); as CSV they come with the columns call_id,start_s,end_s,side,after (field, if there, is "emotion"),
the file that `callbox labels export` writes. A CSV of sound files has path,label,speaker[,baseline] instead, as `callbox evaluate
emotion` reads it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.emotion.calibrate import LabelledClip
from analyzer.recorded import RecordedCall
from analyzer.result import EMOTIONS, Utterance
from analyzer.store import AnalysisReader
from hw.interfaces import Samples
from hw.messages import UserError
from recorder.audio.files import open_call
from recorder.store.reader import CallReader

RATE = 8000
REFERENCES = 5
"""Utterances of a speaker taken as calm, as the pipeline takes them."""


@dataclass(frozen=True)
class EmotionLabel:
    """What a person heard: seconds from the call's first frame; side "agent", "customer" or "mixed"; emotion one of EMOTIONS."""

    call_id: str
    start_s: float
    end_s: float
    side: str
    emotion: str


def read_labels(path: Path) -> list[EmotionLabel]:
    """The labels of a CSV with call_id, start_s, end_s, side, after. Raises UserError naming every bad line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.DictReader(file) if (line.get("field") or "emotion") == "emotion"]
    labels, bad = [], []
    for number, line in enumerate(lines, 2):
        try:
            label = EmotionLabel(line["call_id"], float(line["start_s"]), float(line["end_s"]), line["side"], line["after"])
        except (KeyError, TypeError, ValueError):
            bad.append(str(number))
            continue
        if label.emotion not in EMOTIONS or label.end_s <= label.start_s:
            bad.append(str(number))
        labels.append(label)
    if bad or not labels:
        wanted = "call_id,start_s,end_s,side,after"
        raise UserError(
            f"{path}: needs lines under the columns {wanted}, after one of {', '.join(EMOTIONS)}; wrong: "
            f"{', '.join(bad[:20]) or 'none there'}",
            f"{path}：需要列 {wanted}，其中 after 为 {'、'.join(EMOTIONS)} 之一；有误的行：{'、'.join(bad[:20]) or '没有数据'}",
        )
    return labels


def clips_of(store: Path, labels: Iterable[EmotionLabel]) -> Iterator[LabelledClip]:
    """The sound of each label, one call in memory at a time; calls whose audio is gone are left out."""
    by_call: dict[str, list[EmotionLabel]] = defaultdict(list)
    for label in labels:
        by_call[label.call_id].append(label)
    with CallReader(store) as calls, AnalysisReader(store) as results:
        for call_id, theirs in by_call.items():
            call, analysis = calls.call(call_id), results.analysis(call_id)
            try:
                with open_call(store, call_id) as audio:
                    sound = np.concatenate(list(RecordedCall(audio).blocks()))
            except UserError:
                continue
            utterances = analysis.utterances if analysis else ()
            for label in theirs:
                # An agent is one speaker in all calls, a customer in one only, as far as anybody knows.
                known = call.agent_id if call and label.side == "agent" else None
                yield LabelledClip(
                    _cut(sound, label.side, label.start_s, label.end_s),
                    label.emotion,
                    known or f"{call_id} {label.side}",
                    tuple(_cut(sound, label.side, u.start, u.end) for u in _first(utterances, label)),
                )


def _first(utterances: tuple[Utterance, ...], label: EmotionLabel) -> list[Utterance]:
    return [u for u in utterances if u.side == label.side][:REFERENCES]


def _cut(sound: Samples, side: str, start: float, end: float) -> Samples:
    channel = 1 if side == "customer" and sound.shape[1] == 2 else 0
    return np.ascontiguousarray(sound[round(start * RATE) : round(end * RATE), channel])
