"""A call's transcript and lanes as the page draws them: turns, silences, lost audio, moods, hits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from analyzer.numerals.written import in_digits
from analyzer.result import Hit, Utterance
from quality.callrows import CallView, GapView

SILENCE_S = 5.0  # a shorter pause is not worth a line
SURE_MOOD = 0.6  # probability from which an emotion is named
UNSURE_WORDS = 0.5  # recogniser's confidence below which a turn is marked as doubtful
WIDE_SHARE = 0.25  # of the call: a longer hit says something of the whole, not of a place
MIN_MARK = 0.3  # per cent of the waveform's width: thinner marks cannot be seen


@dataclass(frozen=True)
class Turn:
    """One utterance. mood: "" when none is sure or it is calm. rules: those broken by hits that begin in it, each once."""

    said: Utterance
    text: Markup
    mood: str
    unsure: bool
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Pause:
    """Nobody speaks, or (`gap`) the audio is lost. Seconds from the call's first frame."""

    start: float
    seconds: float
    gap: GapView | None = None


@dataclass(frozen=True)
class Mark:
    """A bar in a lane: x and width in per cent, start and end in seconds."""

    kind: str
    x: float
    width: float
    start: float
    title: str = ""


def duration(call: CallView) -> float:
    """Seconds of audio as far as known, never 0: lanes are drawn against it."""
    ends = [call.row.duration_s or 0.0, *(part.start_s + (part.duration_s or 0.0) for part in call.parts)]
    return max([*ends, *(said.end for said in call.utterances), 0.1])


def talk(call: CallView) -> list[Turn | Pause]:
    """The transcript in order of time, with long silences and lost audio between the turns."""
    found: list[Turn | Pause] = []
    silent_since = 0.0
    gaps = [gap for gap in call.gaps if gap.start_s is not None]
    for said in call.utterances:
        if said.start - silent_since >= SILENCE_S and not any(silent_since <= (gap.start_s or 0) <= said.start for gap in gaps):
            found.append(Pause(silent_since, said.start - silent_since))
        found.append(_turn(said, call.hits))
        silent_since = max(silent_since, said.end)
    lost: list[Turn | Pause] = [Pause(gap.start_s or 0.0, gap.duration_s, gap) for gap in gaps]
    return sorted([*found, *lost], key=_start)


def _start(entry: Turn | Pause) -> float:
    return entry.said.start if isinstance(entry, Turn) else entry.start


def _turn(said: Utterance, hits: tuple[Hit, ...]) -> Turn:
    mine = [hit for hit in hits if _in_turn(hit, said)]
    text = _marked(said.text, [words for hit in mine for words in (hit.evidence, in_digits(hit.evidence))])
    return Turn(said, text, _mood(said), said.confidence < UNSURE_WORDS, tuple(dict.fromkeys(hit.rule for hit in mine)))


def _in_turn(hit: Hit, said: Utterance) -> bool:
    return said.start - 0.05 <= hit.start < said.end and hit.side in (said.side, "both", "mixed", "-", "")


def _mood(said: Utterance) -> str:
    if not said.emotion:
        return ""
    label, share = max(said.emotion.items(), key=lambda pair: pair[1])
    return label if share >= SURE_MOOD and label != "neutral" else ""


def _marked(text: str, evidence: list[str]) -> Markup:
    """The text with the words that were held against it marked, where they stand in it as they are."""
    for words in evidence:
        before, found, after = text.partition(words) if words else (text, "", "")
        if found:
            return Markup("{}<mark>{}</mark>{}").format(before, found, after)
    return escape(text)


def marks_of_hits(call: CallView, total: float) -> Iterator[Mark]:
    """Where rules fired, and where audio is lost. What holds for much of the call (few polite words) comes first and pale, so that
    what happened at one place stands out on it."""
    for index, hit in sorted(enumerate(call.hits), key=lambda pair: pair[1].start - pair[1].end):
        wide = hit.end - hit.start > WIDE_SHARE * total
        yield _mark("hit wide" if wide else "hit", hit.start, hit.end, total, str(index))
    for gap in call.gaps:
        if gap.start_s is not None:
            yield _mark("gap", gap.start_s, gap.start_s + gap.duration_s, total)


def marks_of_mood(call: CallView, side: str, total: float) -> Iterator[Mark]:
    """The mood of each of a side's utterances."""
    for said in call.utterances:
        if said.side == side:
            yield _mark(_mood(said) or "neutral", said.start, said.end, total)


def _mark(kind: str, start: float, end: float, total: float, title: str = "") -> Mark:
    width = max((end - start) / total * 100, MIN_MARK)
    return Mark(kind, min(start / total * 100, 100 - MIN_MARK), width, start, title)
