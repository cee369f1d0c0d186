"""The emotion model at work: features → a small ONNX graph → probabilities. Trained by analyzer.emotion.train (MODEL_CARD.md)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from analyzer.emotion.features import features
from analyzer.result import EMOTIONS
from hw.interfaces import Samples

WEIGHTS = Path(__file__).parent / "weights"
ABSOLUTE, RELATIVE = "absolute.onnx", "relative.onnx"

ANGRY_FROM = 0.5
"""Probability of "angry" from which an utterance counts as angry. The training script lays the graph's curve so that this is the
operating point it chose: about 3 in 100 calm utterances of unseen speakers above it."""


class EmotionModel:
    """Two graphs with one output: one hears an utterance alone, the other against how the same speaker sounds when calm."""

    def __init__(self, absolute: onnxruntime.InferenceSession, relative: onnxruntime.InferenceSession) -> None:
        self._absolute = absolute
        self._relative = relative

    @classmethod
    def load(cls, folder: Path = WEIGHTS) -> EmotionModel:
        """The model that ships, or another one trained the same way in `folder`."""
        return cls(_session(folder / ABSOLUTE), _session(folder / RELATIVE))

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
        session, inputs = (self._relative, np.stack(heard) - np.mean(calm, axis=0)) if calm else (self._absolute, np.stack(heard))
        rows = iter(_run(session, inputs.astype(np.float32)))
        return [{} if vector is None else dict(zip(EMOTIONS, next(rows), strict=True)) for vector in vectors]


def _run(session: onnxruntime.InferenceSession, inputs: NDArray[np.float32]) -> list[list[float]]:
    probabilities = session.run(["probabilities"], {"features": inputs})[0]
    return [[float(value) for value in row] for row in probabilities]


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: the analyzer has one core's worth of time, and the graph is a few small products.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
