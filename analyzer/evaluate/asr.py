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
    """A line of the manifest. group: the speaker where the manifest names one, else the file's folder. heard: what was recognised,
    in pieces."""

    path: Path
    text: str
    group: str = ""
    heard: list[str] = field(default_factory=list)


def evaluate_asr(
    manifest: Path, language: str, settings: Analysis, progress: Progress = nobody, recognizer: Recognizer | None = None
) -> dict[str, object]:
    """n files, audio_s seconds, cer (zh) or wer (en) as a share; cpu_s and rtf: CPU
    seconds, in all and a second of audio, model loading left out; the worst files; and, where there are several, the rate by
    speaker (column speaker) or else by folder. manifest: CSV with columns path (relative to it, or absolute) and text, perhaps
    speaker. Raises UserError for bad rows."""
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
        "cpu_s": round(cpu, 2),
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
    groups: dict[str, list[int]] = {}
    for row in rows:
        reference, heard = normalise(row.text), normalise(" ".join(row.heard))
        count = edits(reference, heard)
        wrong, length = wrong + count, length + len(reference)
        of_group = groups.setdefault(row.group, [0, 0, 0])
        of_group[:] = [of_group[0] + 1, of_group[1] + count, of_group[2] + len(reference)]
        by_file.append((count, {"path": row.path.name, "text": row.text, "heard": " ".join(row.heard), "errors": count}))
    worst = [entry for count, entry in sorted(by_file, key=lambda item: -item[0])[:10] if count]
    rate = "cer" if language == "zh" else "wer"
    found = {rate: round(wrong / length, 4), "errors": wrong, "length": length, "worst": worst}
    if len(groups) > 1:
        found["speakers"] = {
            name: {"n": n, rate: round(errors / units, 4) if units else None, "errors": errors, "length": units}
            for name, (n, errors, units) in sorted(groups.items())
        }
    return found


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
    paths = [manifest.parent / row["path"].strip() for _, row in rows]
    return [
        _Row(path, row["text"], (row.get("speaker") or path.parent.name).strip())
        for path, (_, row) in zip(paths, rows, strict=True)
    ]


def _faults(manifest: Path, number: int, row: dict[str, str]) -> Iterator[str]:
    path, text = (row.get("path") or "").strip(), (row.get("text") or "").strip()
    if not path or not text:
        yield f"line {number}: {'path' if not path else 'text'} is empty / 第 {number} 行为空"
    elif not (manifest.parent / path).is_file():
        yield f"line {number}: {path} does not exist / 第 {number} 行:文件不存在"
