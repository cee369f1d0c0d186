"""The emotion model fitted to a site: labelled clips in, a last layer out, measured on speakers that were held back.

A layer is taken only where it is better on held-back speakers; that decides for each of the two machines by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.emotion.adjustment import Adjustment, fit, standardised
from analyzer.emotion.features import features
from analyzer.emotion.model import ANGRY_FROM, EmotionModel
from hw.interfaces import Samples
from hw.messages import UserError

LEAST_EACH = 8
"""Angry utterances, and others, that it takes."""
LEAST_SPEAKERS = 4
FOLDS = 5
SURE = 0.75
"""In what share of resampled sets of held-back speakers AUC has to rise."""
RESAMPLES = 200
MACHINES = ("absolute", "relative")


@dataclass(frozen=True)
class LabelledClip:
    """An utterance and what a person heard in it. samples: mono, 8 kHz, int16; label: one of EMOTIONS or "calm"; speaker: who; the
    same speaker's reference clips may be given, as the pipeline would take them."""

    samples: Samples
    label: str
    speaker: str
    reference: tuple[Samples, ...] = ()


@dataclass(frozen=True)
class Measured:
    """On held-back speakers, before and after; angry against all the rest. sure: share of resampled speakers with a gain."""

    auc_before: float
    auc_after: float
    uar_before: float
    uar_after: float
    sure: float = 1.0

    @property
    def is_better(self) -> bool:
        """Whether the calibration is worth taking: on people whose labels it has not seen, angry calls rank higher, surely, and no
        fewer are told right at the threshold."""
        return self.sure >= SURE and self.auc_after > self.auc_before and self.uar_after >= self.uar_before


@dataclass(frozen=True)
class Table:
    """Labelled clips as one machine sees them: standardised features, the shipped model's chance of "angry", label, speaker."""

    z: NDArray[np.float64]
    angry: NDArray[np.float64]
    label: NDArray[np.str_]
    speaker: NDArray[np.str_]

    def only(self, keep: NDArray[np.bool_]) -> Table:
        """The rows where `keep` holds."""
        return Table(self.z[keep], self.angry[keep], self.label[keep], self.speaker[keep])


@dataclass(frozen=True)
class Calibration:
    """What came of it. adjustments: for the machines that got better; measured: for both, where there was enough to measure."""

    adjustments: dict[str, Adjustment]
    measured: dict[str, Measured]
    labels: int
    speakers: int


def calibrate(clips: Sequence[LabelledClip], model: EmotionModel) -> Calibration:
    """Fit both machines of the shipped `model`. Raises UserError when there are too few labels."""
    tables = {name: table for name in MACHINES if (table := table_of(name, clips, model)) is not None}
    usable = {name: table for name, table in tables.items() if _suffices(table)}
    if not usable:
        angry, people = sum(clip.label == "angry" for clip in clips), len({clip.speaker for clip in clips})
        raise UserError(
            f"{len(clips)} labels, {angry} of them angry, of {people} speakers: at least {LEAST_EACH} angry, {LEAST_EACH} others "
            f"and {LEAST_SPEAKERS} speakers are needed.",
            f"共 {len(clips)} 个标注，其中愤怒 {angry} 个，说话人 {people} 位：至少需要愤怒与非愤怒各 {LEAST_EACH} 个、"
            f"说话人 {LEAST_SPEAKERS} 位。",
        )
    measured = {name: _held_back(table) for name, table in usable.items()}
    better = {name: fit(usable[name].angry, usable[name].z, usable[name].label) for name, m in measured.items() if m.is_better}
    return Calibration(better, measured, len(clips), len({clip.speaker for clip in clips}))


def table_of(machine: str, clips: Sequence[LabelledClip], model: EmotionModel) -> Table | None:
    """The rows that are long enough and, for "relative", whose speaker has a reference."""
    vectors, kept = [], []
    for clip in clips:
        vector = features(clip.samples)
        calm = [v for v in map(features, clip.reference) if v is not None] if machine == "relative" else []
        if vector is None or (machine == "relative" and not calm):
            continue
        vectors.append(vector - np.mean(calm, axis=0) if calm else vector)
        kept.append(clip)
    if not kept:
        return None
    stacked = np.stack(vectors).astype(np.float32)
    shipped = np.array(model.shipped(machine, stacked))[:, 0]
    labels, speakers = np.array([c.label for c in kept]), np.array([c.speaker for c in kept])
    return Table(standardised(machine, stacked), shipped, labels, speakers)


def _suffices(table: Table) -> bool:
    angry = int((table.label == "angry").sum())
    return min(angry, len(table.label) - angry) >= LEAST_EACH and len(set(table.speaker)) >= LEAST_SPEAKERS


def _held_back(table: Table) -> Measured:
    """Every label judged by a layer that was fitted without its speaker."""
    after = table.angry.copy()
    names = sorted(set(table.speaker))
    for fold in range(min(FOLDS, len(names))):
        out = np.isin(table.speaker, names[fold::FOLDS])
        rest = table.only(~out)
        if {True, False} <= set((rest.label == "angry").tolist()):
            after[out] = fit(rest.angry, rest.z, rest.label).adjusted(table.angry[out], table.z[out])
    truth = table.label == "angry"
    figures = area(table.angry, truth), area(after, truth), recall(table.angry, truth), recall(after, truth)
    return Measured(*figures, sure=_sure(table, after, truth))


def _sure(table: Table, after: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Share of sets of speakers, drawn with replacement, in which AUC rises: a gain by chance does not come again."""
    random = np.random.default_rng(1)
    of = [np.flatnonzero(table.speaker == name) for name in sorted(set(table.speaker))]
    rises = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([of[i] for i in random.integers(len(of), size=len(of))])
        if {True, False} <= set(truth[rows].tolist()):
            rises.append(area(after[rows], truth[rows]) > area(table.angry[rows], truth[rows]))
    return round(float(np.mean(rises)), 3) if rises else 0.0


def area(chance: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that an angry one ranks above another, ties half."""
    above = chance[truth][:, None] - chance[~truth][None, :]
    return round(float((above > 0).mean() + (above == 0).mean() / 2), 4)


def recall(chance: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Mean of both recalls at the shipped operating point."""
    said = chance >= ANGRY_FROM
    return round(float((said[truth].mean() + (~said[~truth]).mean()) / 2), 4)
