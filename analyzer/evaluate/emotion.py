"""How well emotion is heard: `callbox evaluate emotion MANIFEST.csv`."""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.emotion.model import ANGRY_FROM, EmotionModel
from analyzer.evaluate.clip import read_clip
from analyzer.result import EMOTIONS
from hw.interfaces import Samples
from hw.messages import UserError

CALM = ("neutral", "calm")
LABELS = (*EMOTIONS, "calm")


@dataclass(frozen=True)
class Row:
    """A line of the manifest. reference: how this speaker sounds when calm; not scored."""

    path: Path
    label: str
    speaker: str
    reference: bool


def evaluate_emotion(manifest: Path, model: EmotionModel | None = None) -> dict[str, object]:
    """Figures over a manifest with columns path, label, speaker and, if wanted, baseline (1: the speaker's reference, not scored).

    auc_*: area under the ROC curve of P(angry). uar_*: mean of the two recalls at the shipped operating point. *_angry_neutral:
    angry against neutral and calm; *_angry_rest: against all others. recall: by label, of the most probable one (calm counts as
    neutral). confusion: by true label, how many were most probably what. speakers: the same areas and recalls by speaker, each by
    that speaker's clips alone. cpu_s, ms_per_utterance: CPU seconds and milliseconds, features included.
    Figures that need a class which is not there are null. Raises UserError naming every bad row.
    """
    rows = read_manifest(manifest)
    model = model or EmotionModel.load()
    labels, speakers, probabilities, too_short, seconds = _predicted(rows, model)
    angry = np.array([p["angry"] for p in probabilities])
    return {
        "n": len(labels),
        "too_short": too_short,
        "references": sum(row.reference for row in rows),
        **_figures(angry, labels),
        "recall": _recall(labels, probabilities),
        "confusion": _confusion(labels, probabilities),
        "speakers": {
            name: _of_speaker(angry[speakers == name], labels[speakers == name]) for name in map(str, np.unique(speakers))
        },
        "cpu_s": round(seconds, 2),
        "ms_per_utterance": round(1000 * seconds / max(1, len(rows)), 2),
    }


def _figures(angry: NDArray[np.float64], labels: NDArray[np.str_]) -> dict[str, float | None]:
    is_angry, is_calm = np.isin(labels, ["angry"]), np.isin(labels, CALM)
    near = is_angry | is_calm
    return {
        "auc_angry_neutral": area_under_curve(angry[near], is_angry[near]),
        "uar_angry_neutral": balanced_recall(angry[near], is_angry[near]),
        "auc_angry_rest": area_under_curve(angry, is_angry),
        "uar_angry_rest": balanced_recall(angry, is_angry),
    }


def _of_speaker(angry: NDArray[np.float64], labels: NDArray[np.str_]) -> dict[str, float | None]:
    return {"n": len(labels), **_figures(angry, labels)}


def read_manifest(manifest: Path) -> list[Row]:
    """The rows of a manifest. Raises UserError on a missing file, missing columns, and all bad rows at once."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"path", "label", "speaker"} - set(reader.fieldnames or ())
            lines = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{manifest} cannot be read: {error}", f"无法读取 {manifest}:{error}") from error
    if missing or not lines:
        wanted = "path,label,speaker[,baseline]"
        raise UserError(f"{manifest}: needs rows under the columns {wanted}", f"{manifest}:需要列 {wanted} 及数据行")
    bad = [f"{number}: {line['path']} ({line['label']})" for number, line in enumerate(lines, 2) if not _usable(manifest, line)]
    if bad:
        listed = "; ".join(bad[:20])
        raise UserError(
            f"{manifest}: lines with no such file, or a label that is none of {', '.join(LABELS)}: {listed}",
            f"{manifest}:以下各行文件不存在,或标签不在 {', '.join(LABELS)} 之中:{listed}",
        )
    return [_row(manifest, line) for line in lines]


def _usable(manifest: Path, line: dict[str, str]) -> bool:
    return line["label"] in LABELS and bool(line["path"]) and (manifest.parent / line["path"]).is_file()


def _row(manifest: Path, line: dict[str, str]) -> Row:
    reference = (line.get("baseline") or "").strip() == "1"
    return Row(manifest.parent / line["path"], line["label"], line["speaker"], reference)


def _predicted(
    rows: list[Row], model: EmotionModel
) -> tuple[NDArray[np.str_], NDArray[np.str_], list[dict[str, float]], int, float]:
    """Labels, speakers and probabilities of the scored rows, how many were too short to tell, and the CPU seconds it took."""
    speakers: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        speakers[row.speaker].append(row)
    labels, names, probabilities, too_short, seconds = [], [], [], 0, 0.0
    for theirs in speakers.values():
        clips: list[tuple[Row, Samples]] = [(row, read_clip(row.path)) for row in theirs]
        scored = [(row, clip) for row, clip in clips if not row.reference]
        started = time.process_time()
        predicted = model.predict([clip for _, clip in scored], [clip for row, clip in clips if row.reference])
        seconds += time.process_time() - started
        for (row, _), probability in zip(scored, predicted, strict=True):
            if probability:
                labels.append(row.label)
                names.append(row.speaker)
                probabilities.append(probability)
            else:
                too_short += 1
    return np.array(labels), np.array(names), probabilities, too_short, seconds


def area_under_curve(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Chance that a positive scores above a negative, ties half (Mann and Whitney's U); None without both."""
    if positive.all() or not positive.any():
        return None
    above = scores[positive][:, None] - scores[~positive][None, :]
    return round(float((above > 0).mean() + (above == 0).mean() / 2), 4)


def balanced_recall(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Mean of both classes' recalls at ANGRY_FROM; None without both."""
    if positive.all() or not positive.any():
        return None
    said = scores >= ANGRY_FROM
    return round(float((said[positive].mean() + (~said[~positive]).mean()) / 2), 4)


def _confusion(labels: NDArray[np.str_], probabilities: list[dict[str, float]]) -> dict[str, dict[str, int]]:
    said = [max(probability, key=lambda label: probability[label]) for probability in probabilities]
    counted = Counter(zip(map(str, labels), said, strict=True))
    return {label: {other: counted[label, other] for other in EMOTIONS} for label in LABELS if label in labels}


def _recall(labels: NDArray[np.str_], probabilities: list[dict[str, float]]) -> dict[str, float]:
    said = np.array([max(probability, key=lambda label: probability[label]) for probability in probabilities])
    truth = np.where(labels == "calm", "neutral", labels)
    return {str(label): round(float((said[truth == label] == label).mean()), 4) for label in np.unique(truth)}
