"""What `callbox evaluate emotion` says: in all, by label, by speaker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from analyzer.evaluate.emotion import evaluate_emotion
from hw.interfaces import Samples

SAYS = {  # by the level of the clip
    1: {"angry": 0.9, "happy": 0.05, "neutral": 0.03, "sad": 0.02},
    2: {"angry": 0.1, "happy": 0.1, "neutral": 0.7, "sad": 0.1},
    3: {"angry": 0.2, "happy": 0.6, "neutral": 0.1, "sad": 0.1},
}


class Ear:
    """Hears a mood in a clip's level, and nothing in a silent one."""

    def predict(self, clips: Sequence[Samples], reference: Sequence[Samples] = ()) -> list[dict[str, float]]:  # noqa: ARG002
        return [SAYS.get(int(clip[0]) // 1000, {}) for clip in clips]


def test_confusion_and_figures_by_speaker(tmp_path: Path) -> None:
    rows = [
        ("angry", "a", 1),
        ("angry", "b", 2),
        ("calm", "a", 2),
        ("neutral", "b", 2),
        ("happy", "a", 3),
        ("sad", "b", 1),
        ("sad", "a", 0),
    ]
    lines = ["path,label,speaker"]
    for number, (label, speaker, level) in enumerate(rows):
        soundfile.write(tmp_path / f"{number}.wav", np.full(8000, 1000 * level, np.int16), 8000)
        lines.append(f"{number}.wav,{label},{speaker}")
    (tmp_path / "m.csv").write_text("\n".join(lines), encoding="utf-8")
    found = evaluate_emotion(tmp_path / "m.csv", model=Ear())  # type: ignore[arg-type]
    assert (found["n"], found["too_short"]) == (6, 1)
    assert found["confusion"] == {
        "angry": {"angry": 1, "happy": 0, "neutral": 1, "sad": 0},
        "happy": {"angry": 0, "happy": 1, "neutral": 0, "sad": 0},
        "neutral": {"angry": 0, "happy": 0, "neutral": 1, "sad": 0},
        "sad": {"angry": 1, "happy": 0, "neutral": 0, "sad": 0},
        "calm": {"angry": 0, "happy": 0, "neutral": 1, "sad": 0},
    }
    assert found["speakers"] == {
        "a": {"n": 3, "auc_angry_neutral": 1.0, "uar_angry_neutral": 1.0, "auc_angry_rest": 1.0, "uar_angry_rest": 1.0},
        "b": {"n": 3, "auc_angry_neutral": 0.5, "uar_angry_neutral": 0.5, "auc_angry_rest": 0.25, "uar_angry_rest": 0.25},
    }
    assert isinstance(found["cpu_s"], float)
