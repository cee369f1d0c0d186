"""`callbox evaluate roles FILE…`: two-channel calls are their own truth. Each is understood as it is, for words that leaked into
the other channel, and again mixed to one channel, for who is taken for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.audio import AudioInput, open_audio
from analyzer.detectors import Flags
from analyzer.hearing import Hearing, listen
from analyzer.progress import Progress, nobody
from analyzer.result import Analysis, CallFacts, Utterance, Word
from analyzer.units import spoken
from analyzer.vad import FRAME_S
from hw.interfaces import Samples
from hw.messages import Message, UserError

Analyze = Callable[[AudioInput, CallFacts], Analysis]
_AT_ONCE_S = 1.0  # the same word in both channels within so long is one that leaked
_LOUDER_DB = 6.0  # an utterance through which the other channel is so much louder is on the wrong side
SIDES = ("agent", "customer")
OUTCOMES = ("right", "wrong", "unnamed", "missed")


class Mixed:
    """Both channels of a call as one."""

    def __init__(self, audio: AudioInput) -> None:
        self._audio = audio

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self._audio.duration_s

    @property
    def channels(self) -> int:
        """1."""
        return 1

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What was wrong with the audio."""
        return self._audio.warnings

    def blocks(self) -> Iterator[Samples]:
        """The mean of both channels, shape (frames, 1)."""
        for block in self._audio.blocks():
            yield np.rint(block.astype(np.float32).mean(axis=1, keepdims=True)).astype(np.int16)


@dataclass(frozen=True)
class Times:
    """Seconds in which exactly one side speaks, by what became of them: right side, wrong side, "mixed", in no utterance."""

    right: float
    wrong: float
    unnamed: float
    missed: float

    def figures(self) -> dict[str, object]:
        """Seconds of speech, and shares of them."""
        total = self.right + self.wrong + self.unnamed + self.missed
        shares = {name: _share(getattr(self, name), total) for name in OUTCOMES}
        return {"speech_s": round(total, 1), **shares}


def evaluate_roles(
    files: Sequence[Path], language: str, analyze: Analyze, language_of: Callable[[Path], str], progress: Progress = nobody
) -> dict[str, object]:
    """Shares of one-sided speech time that are right, wrong, unnamed ("mixed") and missed once a call is mixed to mono; and on the
    two channels the share of words that are doubled and the utterances on the wrong side. language: "auto", "zh" or "en". Raises
    UserError for a file that has not two channels."""
    by_file = []
    for number, path in enumerate(files):
        with open_audio(path) as audio:
            if audio.channels != 2:
                raise UserError(
                    f"{path} has one channel: its sides cannot be the truth. Give two-channel calls, agent left, customer right",
                    f"{path} 只有一个声道,无法作为真值。请提供左座席、右客户的双声道通话",
                )
            spoken_language = language_of(path) if language == "auto" else language
            by_file.append(_evaluate(path, audio, CallFacts(spoken_language), analyze))
        progress(number + 1, len(files))
    totals = [times for times, _ in by_file]
    summed = Times(*(sum(getattr(times, name) for times in totals) for name in OUTCOMES))
    return {
        "n": len(files),
        "mono": summed.figures(),
        "doubled_share": _share(_sum(by_file, "doubled"), _sum(by_file, "words")),
        "wrong_side": int(_sum(by_file, "wrong_side")),
        "files": [row for _, row in by_file],
    }


def _sum(by_file: Sequence[tuple[Times, dict[str, object]]], name: str) -> float:
    return sum(float(str(row[name])) for _, row in by_file)


def _evaluate(path: Path, audio: AudioInput, facts: CallFacts, analyze: Analyze) -> tuple[Times, dict[str, object]]:
    truth, pair = listen(audio), analyze(audio, facts)
    mono = analyze(Mixed(audio), facts)
    times = compare(truth, mono.utterances)
    certainty = [u.role_confidence for u in mono.utterances if u.role_confidence is not None]
    words = [[w for u in pair.utterances if u.side == side for w in _words(u)] for side in SIDES]
    row: dict[str, object] = {
        "path": path.name,
        **times.figures(),
        "role_confidence": round(sum(certainty) / len(certainty), 3) if certainty else None,
        "words": sum(map(len, words)),
        "doubled": doubled(*words),
        "wrong_side": sum(_is_on_the_wrong_side(u, truth) for u in pair.utterances),
    }
    return times, row


def compare(truth: Hearing, heard: Sequence[Utterance]) -> Times:
    """How the utterances of a mono call share out the time in which one side alone speaks. truth: the same call on two channels."""
    count = len(truth.sides[0].frames.voiced)
    agent, customer = (_flags([(u[0], u[1]) for u in side.speech], count) for side in truth.sides)
    said = {side: _flags([(u.start, u.end) for u in heard if u.side == side], count) for side in (*SIDES, "mixed")}
    alone, other = agent & ~customer, customer & ~agent
    right = (alone & said["agent"]) | (other & said["customer"])
    wrong = ((alone & said["customer"]) | (other & said["agent"])) & ~right
    unnamed = (alone | other) & said["mixed"] & ~right & ~wrong
    missed = (alone | other) & ~right & ~wrong & ~unnamed
    return Times(*(float(np.count_nonzero(flags)) * FRAME_S for flags in (right, wrong, unnamed, missed)))


def _flags(spans: Sequence[tuple[float, float]], count: int) -> Flags:
    flags = np.zeros(count, bool)
    for start, end in spans:
        flags[round(start / FRAME_S) : round(end / FRAME_S)] = True
    return flags


def _words(utterance: Utterance) -> Iterator[Word]:
    for word in utterance.words:
        for unit in spoken(word.text):
            yield Word(word.start, word.end, unit, word.confidence)


def doubled(first: Sequence[Word], second: Sequence[Word]) -> int:
    """How many words of the second side the first says too at the same time."""
    return sum(any(a.text == b.text and abs(a.start - b.start) < _AT_ONCE_S for a in first) for b in second)


def _is_on_the_wrong_side(utterance: Utterance, truth: Hearing) -> bool:
    mine = truth.sides[SIDES.index(utterance.side)]
    other = truth.sides[1 - SIDES.index(utterance.side)]
    span = (utterance.start, utterance.end)
    return bool(utterance.text) and other.level_db(span) > mine.level_db(span) + _LOUDER_DB


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
