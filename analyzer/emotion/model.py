"""The emotion model at work: features → a small ONNX graph → probabilities. Trained by analyzer.emotion.train (MODEL_CARD.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from analyzer.emotion.adjustment import Adjustment, standardised
from analyzer.emotion.features import features
from analyzer.result import EMOTIONS
from hw.interfaces import Samples

WEIGHTS = Path(__file__).parent / "weights"
ABSOLUTE, RELATIVE = "absolute.onnx", "relative.onnx"

ANGRY_FROM = 0.5
"""Probability of "angry" from which an utterance counts as angry. The training script lays the graph's curve so that this is the
operating point it chose: about 3 in 100 calm utterances of unseen speakers above it."""


class EmotionModel:
    """Two graphs with one output: one hears an utterance alone, the other against how the same speaker sounds when calm.
    adjustments: a site's own last layer for either."""

    def __init__(
        self,
        absolute: onnxruntime.InferenceSession,
        relative: onnxruntime.InferenceSession,
        adjustments: Mapping[str, Adjustment] | None = None,
    ) -> None:
        self._machines = {"absolute": absolute, "relative": relative}
        self._adjustments = adjustments or {}

    @classmethod
    def load(cls, folder: Path = WEIGHTS, adjustments: Mapping[str, Adjustment] | None = None) -> EmotionModel:
        """The model that ships, or another one trained the same way in `folder`, with a site's calibration if there is one."""
        return cls(_session(folder / ABSOLUTE), _session(folder / RELATIVE), adjustments)

    def adjust(self, adjustments: Mapping[str, Adjustment]) -> None:
        """Take other last layers from now on; none: the model as it ships."""
        self._adjustments = adjustments

    def shipped(self, machine: str, inputs: NDArray[np.float32]) -> list[list[float]]:
        """Probabilities [n][4] of one machine for features [n, d], without the site's calibration."""
        return _run(self._machines[machine], inputs)

    def predict(self, clips: Sequence[Samples], reference: Sequence[Samples] = ()) -> list[dict[str, float]]:
        """Probability by label of EMOTIONS, summing to 1, for each clip (mono, 8 kHz, int16); {} for a clip too short to tell.

        reference: clips of the same speaker, taken as calm (their first ones of the call). Without usable ones the clips are judged
        on their own, which is less sure.
        """
        vectors = [features(clip) for clip in clips]
        calm = [vector for vector in (features(clip) for clip in reference) if vector is not None]
        heard = [vector for vector in vectors if vector is not None]
        if not heard:
            return [{} for _ in clips]
        machine, inputs = ("relative", np.stack(heard) - np.mean(calm, axis=0)) if calm else ("absolute", np.stack(heard))
        rows = iter(self._judged(machine, inputs.astype(np.float32)))
        return [{} if vector is None else dict(zip(EMOTIONS, next(rows), strict=True)) for vector in vectors]

    def _judged(self, machine: str, inputs: NDArray[np.float32]) -> list[list[float]]:
        rows = self.shipped(machine, inputs)
        layer = self._adjustments.get(machine)
        if layer is None:
            return rows
        shipped = np.array(rows)
        angry = layer.adjusted(shipped[:, 0], standardised(machine, inputs))
        # The others keep their shares of what is left.
        rest = shipped[:, 1:] * ((1 - angry) / np.maximum(1 - shipped[:, 0], 1e-9))[:, None]
        return [[float(v) for v in row] for row in np.column_stack([angry, rest])]


def _run(session: onnxruntime.InferenceSession, inputs: NDArray[np.float32]) -> list[list[float]]:
    probabilities = session.run(["probabilities"], {"features": inputs})[0]
    return [[float(value) for value in row] for row in probabilities]


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: the analyzer has one core's worth of time, and the graph is a few small products.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
