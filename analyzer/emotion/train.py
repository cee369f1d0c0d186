"""Train the emotion model: python -m analyzer.emotion.train LABELS.csv [--language de] [--out FOLDER]

LABELS.csv has columns path, label, speaker, language (paths beside it). Needs the extra `train` (scikit-learn, onnx); the product
does not. Support vector machines with a radial kernel on level-free features: one tells angry from all the rest, three more tell
the rest apart. The same data and versions give the same weights.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.svm import SVC

from analyzer.emotion.adjustment import SCALES
from analyzer.emotion.features import features
from analyzer.emotion.graph import Machine, Trained, save
from analyzer.emotion.model import ABSOLUTE, RELATIVE, WEIGHTS
from analyzer.emotion.telephone import mu_law, on_a_line

Floats = NDArray[np.float32]

C, GAMMA = 1.0, 0.005
COPIES = 2
"""Copies of each clip over different made-up lines, beside the clean one."""
REFERENCES = 5
"""Calm clips of a speaker that make the reference."""
CALM_ABOVE = 3.0
"""Per cent of calm clips of unseen speakers that may count as angry: sets the operating point."""
REST = ("happy", "neutral", "sad")


@dataclass(frozen=True)
class Corpus:
    """One row a clip and copy. x: features. label, speaker, clip: by row; clip numbers rows of the same recording alike."""

    x: Floats
    label: NDArray[np.str_]
    speaker: NDArray[np.str_]
    clip: NDArray[np.intp]

    def only(self, keep: NDArray[np.bool_]) -> Corpus:
        """The rows where `keep` holds."""
        return Corpus(self.x[keep], self.label[keep], self.speaker[keep], self.clip[keep])


def load(labels: Path, language: str) -> Corpus:
    """All clips of one language, clean through µ-law and over COPIES made-up lines."""
    random = np.random.default_rng(1)
    rows = [row for row in csv.DictReader(labels.open(encoding="utf-8")) if row["language"] == language]
    found = [(vector, row, n) for n, row in enumerate(rows) for vector in _vectors(labels.parent / row["path"], random)]
    label = np.array(["neutral" if row["label"] == "calm" else row["label"] for _, row, _ in found])
    speaker = np.array([row["speaker"] for _, row, _ in found])
    return Corpus(np.stack([vector for vector, _, _ in found]), label, speaker, np.array([n for _, _, n in found]))


def _vectors(path: Path, random: np.random.Generator) -> Iterator[Floats]:
    clip, rate = soundfile.read(path, dtype="int16")
    if rate != 8000:
        raise ValueError(f"{path}: {rate} Hz; resample the corpus to 8000 Hz first")
    for heard in (mu_law(clip), *(on_a_line(clip, random) for _ in range(COPIES))):
        vector = features(heard)
        if vector is not None:
            yield vector


def against_reference(corpus: Corpus) -> Corpus:
    """Every speaker's features less the mean of their first calm clips, which are left out."""
    x, keep = corpus.x.copy(), np.ones(len(corpus.x), dtype=bool)
    for speaker in sorted(set(corpus.speaker)):
        theirs = corpus.speaker == speaker
        calm = np.unique(corpus.clip[theirs & (corpus.label == "neutral")])[:REFERENCES]
        reference = theirs & np.isin(corpus.clip, calm)
        x[theirs] -= corpus.x[reference].mean(axis=0)
        keep &= ~reference
    return Corpus(x, corpus.label, corpus.speaker, corpus.clip).only(keep)


def train(corpus: Corpus) -> Trained:
    """The machines, and the curves that make probabilities of their decisions, laid on speakers the machines had not heard."""
    # A measure that never varies tells nothing, and must not divide by nothing.
    mean, sd = corpus.x.mean(axis=0), np.maximum(corpus.x.std(axis=0), 1e-6)
    z = ((corpus.x - mean) / sd).astype(np.float32)
    angry = corpus.label == "angry"
    unseen = _unseen_speakers(z, angry, corpus.speaker)
    threshold = float(np.percentile(unseen[corpus.label == "neutral"], 100 - CALM_ABOVE))
    steepness = _steepness(unseen - threshold, angry)
    rest = ~angry
    machines = [_machine(z, angry), *(_machine(z[rest], corpus.label[rest] == label) for label in REST)]
    return Trained(mean, sd, GAMMA, machines[0], threshold, steepness, tuple(machines[1:]))


def _fit(z: Floats, yes: NDArray[np.bool_]) -> Any:
    return SVC(C=C, gamma=GAMMA, class_weight="balanced").fit(z, yes)


def _machine(z: Floats, yes: NDArray[np.bool_]) -> Machine:
    fitted = _fit(z, yes)
    return Machine(fitted.support_vectors_, fitted.dual_coef_[0], float(fitted.intercept_[0]))


def _unseen_speakers(z: Floats, yes: NDArray[np.bool_], speaker: NDArray[np.str_]) -> NDArray[np.float64]:
    """Each clip's decision by a machine that never heard its speaker."""
    decisions = np.zeros(len(z))
    for known, unknown in LeaveOneGroupOut().split(z, yes, speaker):
        decisions[unknown] = _fit(z[known], yes[known]).decision_function(z[unknown])
    return decisions


def _steepness(above: NDArray[np.float64], angry: NDArray[np.bool_]) -> float:
    """Slope of the logistic curve through 0.5 at the operating point (Platt's method with its offset held)."""
    curve = LogisticRegression(fit_intercept=False, class_weight="balanced").fit(above[:, None], angry)
    return float(curve.coef_[0, 0])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m analyzer.emotion.train")
    parser.add_argument("labels", type=Path)
    parser.add_argument("--language", default="de", help="rows of this language only (default: de, EmoDB)")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    corpus = load(options.labels, options.language)
    options.out.mkdir(parents=True, exist_ok=True)
    scales = {}
    for name, part in ((ABSOLUTE, corpus), (RELATIVE, against_reference(corpus))):
        trained = train(part)
        save(trained, options.out / name)
        scales[name.removesuffix(".onnx")] = {"mean": trained.mean.tolist(), "sd": trained.sd.tolist()}
        sys.stderr.write(f"{options.out / name}: trained on {len(part.x)} rows of {len(set(part.speaker))} speakers\n")
    # A site's calibration works on standardised features, and the box has no library that reads them out of the graph.
    (options.out / SCALES.name).write_text(json.dumps(scales, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
