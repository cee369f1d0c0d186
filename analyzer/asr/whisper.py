"""Whisper through faster-whisper (CTranslate2, int8): packed windows, several decoded together, words cut back to their clips."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from faster_whisper import WhisperModel
from numpy.typing import NDArray

from analyzer.asr.guards import is_leak, is_loop, is_silence, without_phantoms
from analyzer.asr.interface import FAILED, NOTHING, Transcript
from analyzer.asr.packing import GAP_S, Slot, Window, pack, slot_of
from analyzer.asr.script import simplified
from analyzer.asr.shortened import SHORT_S, ShortenedPipeline
from analyzer.audio import RATE
from analyzer.result import Word
from analyzer.throttle import Pause, no_pause
from hw.interfaces import Samples

log = logging.getLogger(__name__)
logging.getLogger("faster_whisper").setLevel(logging.WARNING)  # it reports every window

_RATE = 16000  # what the model hears
TOGETHER = 2
"""Full windows decoded in one batch: more are little faster, and four take the analyzer to 980 MB."""

_SHORTEST_DROPPED_S = 1.0  # shorter clips, margins included, may well hold no word
_SLOWEST = 1.0  # characters a second of a clip, pauses included; people say 3 to 6 in Chinese, three times that in English letters
_SURE = 0.4  # confidence from which a second chance is believed: over noise the decoder makes up words it is unsure of
_LEAST_SURE = 0.08  # Chinese made up over noise scored 0.01–0.06; the least sure of 564 real utterances 0.10, the next 0.27
_LONGEST_PROMPT = 200  # characters of names: they take room from what the decoder may say (448 tokens in all)
_FOLLOWED_S = SHORT_S - 1.0  # longest window of one who is followed: alignment reads whole seconds, none beyond the encoder's
_APART_S = 2.0  # between windows of a batch on the common time line; never decoded

_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


@dataclass(frozen=True)
class _Heard:
    """A word on the time line of its batch, in seconds."""

    start: float
    end: float
    text: str
    probability: float


class WhisperRecognizer:
    """See Recognizer. folder: an installed CTranslate2 Whisper model. beam: hypotheses kept. threads: CPU threads. names: told to
    the decoder as words to expect. pause: called between batches. together: windows in a batch."""

    def __init__(
        self,
        folder: Path,
        beam: int = 5,
        threads: int = 1,
        names: Sequence[str] = (),
        pause: Pause = no_pause,
        *,
        together: int = TOGETHER,
    ) -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
        self._batches = ShortenedPipeline(self._model)
        self._set_beam = self._beam = beam
        self._names = tuple(names)
        self._pause = pause
        self._together = together

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """See Recognizer."""
        transcripts = [NOTHING] * len(clips)
        windows = pack(clips)
        self._recognise_all(windows, language, transcripts)
        dropped = [n for n, clip in enumerate(clips) if _dropped(transcripts[n], len(clip) / RATE)]
        self._second_chance(clips, dropped[: 2 + 2 * len(windows)], language, transcripts)
        return transcripts

    def follow(self, before: Sequence[Samples], clips: Sequence[Samples], language: str) -> list[Transcript]:
        """See Following. With what was said before them in their window clips are recognised better than alone, and the encoder
        hears no more than that."""
        lead = _lead(before, clips)
        together = [*lead, *clips]
        transcripts = [NOTHING] * len(together)
        try:
            for window in pack(together, longest_s=_FOLLOWED_S):
                self._batches.short = len(window.samples) <= _FOLLOWED_S * RATE
                self._recognise([window], language, transcripts)
        finally:
            self._batches.short = False
        return transcripts[len(lead) :]

    def _recognise_all(self, windows: Sequence[Window], language: str, transcripts: list[Transcript]) -> None:
        for first in range(0, len(windows), self._together):
            self._recognise(windows[first : first + self._together], language, transcripts)
            self._pause()

    def _second_chance(
        self, clips: Sequence[Samples], dropped: Sequence[int], language: str, transcripts: list[Transcript]
    ) -> None:
        """Recognise clips the decoder left out each in a window of its own. It sometimes ends a window early, above all when
        somebody says the same sentence twice, which is the very thing a rule looks for."""
        again = [NOTHING] * len(clips)
        self._recognise_all([window for n in dropped for window in pack(clips, [n])], language, again)
        for n in dropped:
            if again[n].confidence >= _SURE and len(again[n].text) > len(transcripts[n].text):
                transcripts[n] = again[n]

    def _recognise(self, windows: Sequence[Window], language: str, transcripts: list[Transcript]) -> None:
        """Fill in the transcripts of these windows; a window the engine fails on is the only one that is lost."""
        try:
            found = self._decode(windows, language)
        except Exception:
            # Whatever a native engine throws at one window must not cost the others, nor the call.
            log.exception("whisper failed on %d windows", len(windows))
            self._recognise_apart(windows, language, transcripts)
            return
        for slot, words in found:
            transcript = _transcript(words, slot, language)
            # Over noise the decoder says the names it was told to expect.
            leaked = is_leak(transcript.text, self._names) and transcript.confidence < _SURE
            transcripts[slot.clip] = NOTHING if leaked else transcript

    def _recognise_apart(self, windows: Sequence[Window], language: str, transcripts: list[Transcript]) -> None:
        if len(windows) > 1:
            for window in windows:
                self._recognise([window], language, transcripts)
        else:
            for slot in windows[0].slots:
                transcripts[slot.clip] = Transcript("", 0.0, problem=FAILED)

    def _decode(self, windows: Sequence[Window], language: str) -> list[tuple[Slot, list[_Heard]]]:
        """The words of each slot, the slots moved to the batch's time line along with them."""
        audio, offsets = _laid_out(windows)
        slots = [
            Slot(slot.clip, slot.start + offset, slot.end + offset)
            for window, offset in zip(windows, offsets, strict=True)
            for slot in window.slots
        ]
        spans = [{"start": o, "end": o + len(w.samples) / RATE} for w, o in zip(windows, offsets, strict=True)]
        # Without timestamp tokens the text is better and placed as well, by alignment (docs/measurements.md, ASR).
        segments, _ = self._batches.transcribe(
            audio,
            language=language,
            beam_size=self._beam,
            temperature=0.0,
            word_timestamps=True,
            without_timestamps=True,
            clip_timestamps=spans,
            batch_size=len(windows),
            hotwords=" ".join(self._names)[:_LONGEST_PROMPT] or None,
        )
        words: dict[int, list[_Heard]] = {slot.clip: [] for slot in slots}
        for segment in segments:
            for word in () if is_silence(segment.no_speech_prob, segment.avg_logprob) else segment.words or ():
                words[slot_of(word.end, slots).clip].append(_Heard(word.start, word.end, word.word, word.probability))
        return [(slot, words[slot.clip]) for slot in slots]

    def narrow(self, narrow: bool) -> bool:
        """See Narrowable."""
        self._beam = 1 if narrow else self._set_beam
        return self._beam < self._set_beam

    def language_of(self, clips: Sequence[Samples]) -> str:
        """See Recognizer."""
        if not clips:
            return "zh"
        window = pack(clips)[0]
        _, _, chances = self._model.detect_language(_upsampled(window.samples))
        by_language = dict(chances)
        return "zh" if by_language.get("zh", 0.0) + by_language.get("yue", 0.0) >= by_language.get("en", 0.0) else "en"


def _lead(before: Sequence[Samples], clips: Sequence[Samples]) -> list[Samples]:
    """The last of `before` that fit into a short window with the clips."""
    room = _FOLLOWED_S * RATE - sum(len(clip) + GAP_S * RATE for clip in clips)
    lead: list[Samples] = []
    for clip in reversed(before):
        room -= len(clip) + GAP_S * RATE
        if room < 0:
            break
        lead.insert(0, clip)
    return lead


def _dropped(transcript: Transcript, seconds: float) -> bool:
    """Whether the decoder seems to have passed over a clip: far fewer characters than anybody's slowest speech."""
    return transcript.problem is None and seconds >= _SHORTEST_DROPPED_S and len(transcript.text) < _SLOWEST * seconds


def _laid_out(windows: Sequence[Window]) -> tuple[NDArray[np.float32], list[float]]:
    """The windows on one time line at 16 kHz, and where each begins in seconds."""
    gap = np.zeros(round(_APART_S * _RATE), np.float32)
    pieces: list[NDArray[np.float32]] = []
    offsets = []
    at = 0
    for window in windows:
        offsets.append(at / _RATE)
        audio = _upsampled(window.samples)
        pieces += [audio, gap]
        at += len(audio) + len(gap)
    return np.concatenate(pieces), offsets


def _upsampled(samples: Samples) -> NDArray[np.float32]:
    audio: NDArray[np.float32] = soxr.resample(samples.astype(np.float32) / 32768.0, RATE, _RATE)
    return audio


def _transcript(heard: Sequence[_Heard], slot: Slot, language: str) -> Transcript:
    """A clip's words on its own time line, phantoms and loops taken out."""
    words = tuple(_words(heard, slot, language))
    text = without_phantoms(_joined(heard, language))
    weights = [len(word.text) for word in words]
    confidence = sum(w.confidence * n for w, n in zip(words, weights, strict=True)) / max(sum(weights), 1)
    if not text or confidence < _LEAST_SURE or is_loop(text, slot.end - slot.start):
        return NOTHING
    return Transcript(text, round(float(confidence), 3), words)


def _joined(heard: Sequence[_Heard], language: str) -> str:
    """The words as Whisper spaces them; Chinese characters without the spaces it leaves at pauses."""
    if language != "zh":
        return "".join(word.text for word in heard).strip()
    return _BESIDE_HAN.sub("", "".join(simplified([word.text for word in heard]))).strip()


def _words(heard: Sequence[_Heard], slot: Slot, language: str) -> Iterable[Word]:
    texts = [word.text.strip() for word in heard]
    if language == "zh":
        texts = simplified(texts)
    length = slot.end - slot.start
    for word, text in zip(heard, texts, strict=True):
        if text:
            start = min(max(word.start - slot.start, 0.0), length)
            end = min(max(word.end - slot.start, start), length)
            yield Word(round(start, 2), round(end, 2), text, round(float(word.probability), 3))
