"""Sound files as they go wrong in real life."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 8000
SPEECH = Path(__file__).parents[2] / "console" / "democalls" / "calls" / "bank_no_verify.flac"


def make(folder: Path) -> None:
    """Write them all into `folder`."""
    samples = soundfile.read(SPEECH, dtype="int16", always_2d=True)[0][: 20 * RATE]
    soundfile.write(folder / "whole.wav", samples, RATE)
    soundfile.write(folder / "whole.flac", samples, RATE)
    wav, flac = (folder / "whole.wav").read_bytes(), (folder / "whole.flac").read_bytes()
    (folder / "truncated.wav").write_bytes(wav[: len(wav) // 2])
    (folder / "truncated.flac").write_bytes(flac[: len(flac) // 2])
    (folder / "header.wav").write_bytes(wav[:44])
    (folder / "stub.wav").write_bytes(wav[:20])
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("this is no sound\n" * 100, encoding="utf-8")
    (folder / "noise.wav").write_bytes(np.random.default_rng(1).bytes(100_000))
    soundfile.write(folder / "three.wav", np.concatenate([samples, samples[:, :1]], axis=1), RATE)
    fast = soxr.resample(samples.astype(np.float32) / 32768, RATE, 44_100)
    soundfile.write(folder / "fast.wav", fast, 44_100, subtype="PCM_16")


REFUSED = {
    "missing.wav": "does not exist",
    "empty.wav": "empty",
    "stub.wav": "file that can be read",
    "header.wav": "holds no sound",
    "text.wav": "file that can be read",
    "noise.wav": "file that can be read",
    "three.wav": "3 channels",
}
"""What cannot be a call, and the words that say so."""
