"""`callbox evaluate asr MANIFEST`: how much of labelled speech is recognised wrongly, and how fast.

Files take the way a call takes: voice activity, utterances, utterances of file after file packed into windows as those of a speaker
are. So what is measured is the product, not the model alone.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.asr.choose import load_recognizer
from analyzer.asr.interface import Recognizer
from analyzer.audio import RATE, open_audio
from analyzer.clips import clips
from analyzer.evaluate.chinese import normalise_chinese
from analyzer.evaluate.distance import edits
from analyzer.evaluate.english import normalise_english
from analyzer.hearing import listen
from analyzer.progress import Progress, nobody
from hw.interfaces import Samples
from hw.messages import UserError
from recorder.settings.sections import Analysis

NORMALISE: dict[str, Callable[[str], Sequence[str]]] = {"zh": normalise_chinese, "en": normalise_english}
_BATCH_S = 330.0


@dataclass
class _Row:
    """A line of the manifest. heard: what was recognised, in pieces."""

    path: Path
    text: str
    heard: list[str] = field(default_factory=list)


def evaluate_asr(
    manifest: Path, language: str, settings: Analysis, progress: Progress = nobody, recognizer: Recognizer | None = None
) -> dict[str, object]:
    """n files, audio_s seconds, cer (zh) or wer (en) as a share, rtf: CPU seconds a second of audio, model loading left out; and
    the worst files. manifest: CSV with columns path (relative to it, or absolute) and text. Raises UserError for bad rows."""
    rows = _read(manifest)
    recognizer = recognizer or load_recognizer(settings)
    cpu, wall, audio_s = time.process_time(), time.monotonic(), 0.0
    waiting: list[tuple[_Row, Samples]] = []
    for done, row in enumerate(rows):
        seconds, found = _clips(row.path)
        audio_s += seconds
        waiting += [(row, clip) for clip in found]
        if sum(len(clip) for _, clip in waiting) >= _BATCH_S * RATE:
            _recognise(recognizer, waiting, language)
        progress(done, len(rows))
    _recognise(recognizer, waiting, language)
    progress(len(rows), len(rows))
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    return {
        "language": language,
        "n": len(rows),
        "audio_s": round(audio_s, 1),
        **_errors(rows, language),
        "rtf": round(cpu / audio_s, 4),
        "wall_rtf": round(wall / audio_s, 4),
    }


def _recognise(recognizer: Recognizer, waiting: list[tuple[_Row, Samples]], language: str) -> None:
    for (row, _), transcript in zip(waiting, recognizer.transcribe([clip for _, clip in waiting], language), strict=True):
        row.heard.append(transcript.text)
    waiting.clear()


def _clips(path: Path) -> tuple[float, list[Samples]]:
    with open_audio(path) as audio:
        hearing = listen(audio)
        return hearing.duration_s, [clip.samples for clip in clips(audio, hearing.sides)]


def _errors(rows: Sequence[_Row], language: str) -> dict[str, object]:
    """The error rate over all files together, as is usual: edits over reference length."""
    normalise = NORMALISE[language]
    wrong = length = 0
    by_file = []
    for row in rows:
        reference, heard = normalise(row.text), normalise(" ".join(row.heard))
        count = edits(reference, heard)
        wrong, length = wrong + count, length + len(reference)
        by_file.append((count, {"path": row.path.name, "text": row.text, "heard": " ".join(row.heard), "errors": count}))
    worst = [entry for count, entry in sorted(by_file, key=lambda item: -item[0])[:10] if count]
    return {"cer" if language == "zh" else "wer": round(wrong / length, 4), "errors": wrong, "length": length, "worst": worst}


def _read(manifest: Path) -> list[_Row]:
    """The manifest's rows. Raises UserError with everything that is wrong in it."""
    try:
        text = manifest.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UserError(
            f"{manifest} cannot be read ({reason}): name a CSV file in UTF-8 with columns path,text",
            f"无法读取 {manifest}({reason}):请提供 UTF-8 编码、含 path,text 两列的 CSV 文件",
        ) from None
    table = csv.DictReader(text.splitlines())
    if not {"path", "text"} <= set(table.fieldnames or ()):
        raise UserError(f"{manifest}: the first line must name the columns path,text", f"{manifest}:首行必须包含列名 path,text")
    rows = [(number, row) for number, row in enumerate(table, 2) if any(row.values())]
    faults = [fault for number, row in rows for fault in _faults(manifest, number, row)]
    if faults or not rows:
        listed = "; ".join(faults[:20])
        raise UserError(f"{manifest}: {listed or 'no rows'}", f"{manifest}:{listed or '没有数据行'}")
    return [_Row(manifest.parent / row["path"].strip(), row["text"]) for _, row in rows]


def _faults(manifest: Path, number: int, row: dict[str, str]) -> Iterator[str]:
    path, text = (row.get("path") or "").strip(), (row.get("text") or "").strip()
    if not path or not text:
        yield f"line {number}: {'path' if not path else 'text'} is empty / 第 {number} 行为空"
    elif not (manifest.parent / path).is_file():
        yield f"line {number}: {path} does not exist / 第 {number} 行:文件不存在"
