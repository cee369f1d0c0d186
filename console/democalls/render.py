"""Renders dialogues/NAME.toml to calls/NAME.flac and calls/NAME.json.

    DIR/bin/python render.py [--dialogues FOLDER] [--calls FOLDER] [NAME…]      (all when no name is given)

Needs the rendering environment of README.md; the product never does. The same script and environment give the same bytes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from console.democalls import mix, voice  # noqa: E402
from console.democalls.script import Dialogue, ScriptError, Turn, Voice, read_dialogue  # noqa: E402


def truth(dialogue: Dialogue, line: mix.Timeline) -> dict[str, Any]:
    """What NAME.json holds."""
    return {
        "title_zh": dialogue.title_zh,
        "title_en": dialogue.title_en,
        "language": dialogue.language,
        "layout": "pair",
        "facts": {"direction": dialogue.direction, "ring_s": dialogue.ring_s, "hung_up_by": dialogue.hung_up_by},
        "turns": line.turns,
        "holds": line.holds,
        "must": list(dialogue.must),
        "must_not": list(dialogue.must_not),
    }


def _reader_for(dialogue: Dialogue) -> mix.Read:
    """Seeded by the name and with a model of its own: a call does not depend on those rendered before it."""
    reader = voice.Reader()
    rng = random.Random(dialogue.name)
    ratio = Fraction(mix.RATE, voice.RATE)
    signal: Any = importlib.import_module("scipy.signal")

    def read(turn: Turn, speaker: Voice) -> mix.Sound:
        sound = reader.read(turn, speaker, rng)
        return np.asarray(signal.resample_poly(sound, ratio.numerator, ratio.denominator), np.float64)

    return read


def _say(text: str, end: str = "\n") -> None:
    sys.stderr.write(text + end)
    sys.stderr.flush()


def _write_flac(path: Path, frames: npt.NDArray[np.int16]) -> None:
    """By ffmpeg, whose thorough search makes files 4 % smaller than libsndfile's: they live in git."""
    raw = ["-f", "s16le", "-ar", str(mix.RATE), "-ac", str(frames.shape[1]), "-i", "-"]
    search = ["-compression_level", "12", "-frame_size", "1024", "-lpc_type", "cholesky", "-lpc_passes", "4"]
    exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]
    command = ["ffmpeg", "-v", "error", "-y", *raw, "-c:a", "flac", *search, *exact, str(path)]
    subprocess.run(command, input=frames.tobytes(), check=True)  # noqa: S603 -- our own words only


def render(dialogue: Dialogue, calls: Path) -> float:
    """Writes NAME.flac and NAME.json; returns the call's length in seconds."""
    count = len(dialogue.steps)
    line = mix.lay_out(dialogue, _reader_for(dialogue), lambda i: _say(f"\r{dialogue.name}: {i + 1}/{count}", ""))
    frames = mix.to_line(dialogue, line)
    _write_flac(calls / f"{dialogue.name}.flac", frames)
    text = json.dumps(truth(dialogue, line), ensure_ascii=False, indent=1)
    (calls / f"{dialogue.name}.json").write_text(text + "\n", encoding="utf-8")
    return len(frames) / mix.RATE


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render the bundled calls.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--dialogues", type=Path, default=HERE / "dialogues")
    parser.add_argument("--calls", type=Path, default=HERE / "calls")
    return parser.parse_args()


def main() -> int:
    """Renders what was asked for; 1 when a dialogue is wrong (all are read before any is rendered)."""
    asked = _arguments()
    names = asked.names or sorted(path.stem for path in asked.dialogues.glob("*.toml"))
    try:
        dialogues = [read_dialogue(asked.dialogues / f"{name}.toml") for name in names]
    except (ScriptError, OSError, ValueError) as error:
        _say(f"error: {error}")
        return 1
    asked.calls.mkdir(parents=True, exist_ok=True)
    for dialogue in dialogues:
        _say(f": {render(dialogue, asked.calls):.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
