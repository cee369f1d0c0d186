"""A whole short recording at once, for the evaluations."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analyzer.audio import open_audio
from hw.interfaces import Samples


def read_clip(path: Path) -> Samples:
    """All of a short file as mono 8 kHz int16, shape (frames,); two channels are mixed. Raises UserError as open_audio does."""
    with open_audio(path) as audio:
        blocks = list(audio.blocks())
    if not blocks:
        return np.zeros(0, dtype=np.int16)
    mono: Samples = np.rint(np.concatenate(blocks).mean(axis=1)).astype(np.int16)
    return mono
