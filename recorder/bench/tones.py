"""`python -m recorder.bench.tones FOLDER…`: keys and tones falsely heard in recordings of speech; the cost of listening.

FOLDER: 8 kHz FLAC files in which nobody pressed a key and no exchange spoke. The cost is CPU time, for what a line
recorder does with each block before it keeps it: keys, masking, voice and tones, cadence, segmentation.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile

from hw.interfaces import Samples
from recorder.line.segmenter import Segmenter
from recorder.line.timing import timing_of
from recorder.settings.sections import Line, Segmentation
from recorder.signals.cadence import Cadence
from recorder.signals.keypad import Keypad
from recorder.signals.voice import VoiceDetector

RATE = 8000
BLOCK = 800


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m recorder.bench.tones", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    files = sorted(path for folder in parser.parse_args().folders for path in folder.rglob("*.flac"))
    found: Counter[str] = Counter()
    seconds = cpu = 0.0
    for path in files:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
        if rate == RATE:
            cpu += _listen(np.concatenate([samples, np.zeros((2 * RATE, samples.shape[1]), np.int16)]), found)
            seconds += len(samples) / RATE * samples.shape[1]
    figures = {
        "channel_hours": round(seconds / 3600, 3),
        **{kind: found[kind] for kind in ("keys", "dial", "busy", "congestion", "ring_back", "waiting")},
        "cpu_percent_of_a_core_for_16_channels": round(100 * 16 * cpu / seconds, 2) if seconds else None,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _listen(samples: Samples, found: Counter[str]) -> float:
    """Count what is heard; seconds of CPU time."""
    channels = samples.shape[1]
    keypad = Keypad(Line("1", "tap", tuple(range(channels)), mask_digits=True), RATE)
    voice, segmenter = VoiceDetector(RATE, channels), Segmenter(timing_of(Segmentation(), RATE, 1.0), "none")
    cadence = Cadence(RATE, voice.piece)
    began = time.process_time()
    for at in range(0, len(samples), BLOCK):
        played = keypad.feed(samples[at : at + BLOCK])
        heard = voice.feed(played.samples, played.spans)
        segmenter.audio(heard)
        found["keys"] += len(played.digits)
        found.update(sign.kind for sign in cadence.feed(heard.end, heard.tone, heard.other, ()))
    return time.process_time() - began


if __name__ == "__main__":
    raise SystemExit(main())
