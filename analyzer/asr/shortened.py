"""Whisper's encoder on less than the thirty seconds it was trained on: half the time costs a fifth (0.81 s of CPU for 30 s, 0.15 s
for 15 s: attention grows with the square), and some accuracy, which the words spoken before make good for the most part
(docs/measurements.md, While the call runs)."""

from __future__ import annotations

from typing import Any

from faster_whisper import BatchedInferencePipeline

SHORT_S = 15.0
"""Seconds heard by the shortened encoder."""

_FRAMES_PER_S = 100


class ShortenedPipeline(BatchedInferencePipeline):  # type: ignore[misc]
    """With `short`, windows are filled up with silence to SHORT_S instead of thirty seconds; they have to be shorter than that."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.short = False

    def forward(self, features: Any, *others: Any) -> Any:
        """See BatchedInferencePipeline; features: shape (windows, mels, frames)."""
        return super().forward(features[..., : round(SHORT_S * _FRAMES_PER_S)] if self.short else features, *others)
