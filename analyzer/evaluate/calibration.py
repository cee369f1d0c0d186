"""What a site's calibration of the emotion model is worth: fitted on labels of half the speakers, measured on the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.emotion.adjustment import fit
from analyzer.emotion.calibrate import LabelledClip, Table, area, recall, table_of
from analyzer.emotion.model import EmotionModel
from analyzer.evaluate.clip import read_clip
from analyzer.evaluate.emotion import CALM, read_manifest
from hw.interfaces import Samples

FIGURES = ("auc_angry_neutral", "uar_angry_neutral", "auc_angry_rest", "uar_angry_rest")


def clips_of_manifest(manifest: Path) -> list[LabelledClip]:
    """The scored rows of a manifest as labelled clips, each with its speaker's baseline rows as reference."""
    rows = read_manifest(manifest)
    reference: dict[str, list[Samples]] = {}
    for row in rows:
        if row.reference:
            reference.setdefault(row.speaker, []).append(read_clip(row.path))
    return [
        LabelledClip(read_clip(row.path), row.label, row.speaker, tuple(reference.get(row.speaker, ())))
        for row in rows
        if not row.reference
    ]


def evaluate_calibration(manifest: Path, labels: int, splits: int, model: EmotionModel | None = None) -> dict[str, object]:
    """Means over `splits` random halvings of the speakers: `labels` clips of one half fit the layer, all clips of the other half
    are judged before and after. better: in how many splits the figure rose or stayed. Raises UserError as read_manifest does."""
    clips, model = clips_of_manifest(manifest), model or EmotionModel.load()
    report: dict[str, object] = {"n": len(clips), "labels": labels, "splits": splits}
    for machine in ("absolute", "relative"):
        table = table_of(machine, clips, model)
        if table is None:
            continue
        rows = [_split(table, labels, seed) for seed in range(splits)]
        report[machine] = {
            name: {
                "before": _mean([r[0][i] for r in rows]),
                "after": _mean([r[1][i] for r in rows]),
                "better": sum(r[1][i] >= r[0][i] for r in rows),
            }
            for i, name in enumerate(FIGURES)
        }
    return report


def _split(table: Table, labels: int, seed: int) -> tuple[list[float], list[float]]:
    random = np.random.default_rng(seed)
    names = random.permutation(sorted(set(table.speaker)))
    known = np.isin(table.speaker, names[: len(names) // 2])
    chosen = np.isin(np.arange(len(known)), random.choice(np.flatnonzero(known), min(labels, int(known.sum())), replace=False))
    some, rest = table.only(chosen), table.only(~known)
    layer = fit(some.angry, some.z, some.label)
    return _figures(rest.angry, rest.label), _figures(layer.adjusted(rest.angry, rest.z), rest.label)


def _figures(angry: NDArray[np.float64], label: NDArray[np.str_]) -> list[float]:
    truth = label == "angry"
    near = truth | np.isin(label, CALM)
    return [area(angry[near], truth[near]), recall(angry[near], truth[near]), area(angry, truth), recall(angry, truth)]


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)
