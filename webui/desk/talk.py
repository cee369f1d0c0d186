"""A call's transcript and lanes as the page draws them: turns as people have put them right, notes, silences, lost audio, moods,
hits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from analyzer.numerals.written import in_digits
from analyzer.result import Utterance
from quality.calls.rows import CallView, GapView
from quality.reviewing.corrections import Judged, Said, corrected, judged, missed
from quality.reviewing.labels import Label
from quality.reviewing.listens import joined
from quality.reviewing.notes import Note

SILENCE_S = 5.0  # a shorter pause is not worth a line
SKIPPED_S = 2.0  # a pause from this length is skipped when silence is
BREATH_S = 0.4  # of a skipped pause this much is still heard at either end, so that no syllable is lost
SURE_MOOD = 0.6  # probability from which an emotion is named
UNSURE_WORDS = 0.5  # recogniser's confidence below which a turn is marked as doubtful
WIDE_SHARE = 0.25  # of the call: a longer hit says something of the whole, not of a place
MIN_MARK = 0.3  # per cent of the waveform's width: thinner marks cannot be seen
LANE = 1000.0  # width of a lane's drawing, in units of its own


@dataclass(frozen=True)
class Turn:
    """One utterance. place: its index in the call. mood: "" when none is sure or it is calm. rules: those broken by hits that begin
    in it, each once, and not taken back by people; missed: those that people found in it."""

    said: Utterance
    text: Markup
    mood: str
    unsure: bool
    rules: tuple[str, ...]
    place: int = 0
    machine: Utterance | None = None
    by: dict[str, str] = field(default_factory=dict)
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remark:
    """A note a person made, at its moment."""

    note: Note

    @property
    def start(self) -> float:
        """Seconds from the call's first frame."""
        return self.note.at_s


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


def talk(call: CallView, said: Sequence[Turn], notes: Sequence[Note] = ()) -> list[Turn | Pause | Remark]:
    """The transcript in order of time, with notes, long silences and lost audio between the turns (of `turns`)."""
    found: list[Turn | Pause | Remark] = []
    silent_since = 0.0
    gaps = [gap for gap in call.gaps if gap.start_s is not None]
    for turn in said:
        start, end = turn.said.start, turn.said.end
        if start - silent_since >= SILENCE_S and not any(silent_since <= (gap.start_s or 0) <= start for gap in gaps):
            found.append(Pause(silent_since, start - silent_since))
        found.append(turn)
        silent_since = max(silent_since, end)
    lost = [Pause(gap.start_s or 0.0, gap.duration_s, gap) for gap in gaps]
    return sorted([*found, *lost, *map(Remark, notes)], key=_start)


def turns(call: CallView, labels: Sequence[Label]) -> list[Turn]:
    """Every utterance, in the call's order."""
    found, extra = judged(call.hits, labels), missed(labels)
    return [_turn(place, said, found, extra) for place, said in enumerate(corrected(call.utterances, labels))]


def _start(entry: Turn | Pause | Remark) -> float:
    return entry.said.start if isinstance(entry, Turn) else entry.start


def _turn(place: int, said: Said, hits: Sequence[Judged], extra: Sequence[Label]) -> Turn:
    now, machine = said.now, said.machine
    mine = [found.hit for found in hits if found.verdict != "wrong" and _in_turn(found, machine)]
    text = _marked(now.text, [words for hit in mine for words in (hit.evidence, in_digits(hit.evidence))])
    unsure = now.confidence < UNSURE_WORDS and "text" not in said.by
    heard = tuple(dict.fromkeys(x.before for x in extra if x.start_s <= machine.start + 0.05 and x.end_s >= machine.end - 0.05))
    rules = tuple(rule for rule in dict.fromkeys(hit.rule for hit in mine) if rule not in heard)
    return Turn(now, text, _mood(now), unsure, rules, place, machine, said.by, heard)


def _in_turn(found: Judged, said: Utterance) -> bool:
    return said.start - 0.05 <= found.hit.start < said.end and found.hit.side in (said.side, "both", "mixed", "-", "")


def spoken(call: CallView) -> list[tuple[float, float]]:
    """What is played when silence is skipped: stretches of speech, a breath longer at either end. Empty where none is known."""
    padded = ((max(0.0, said.start - BREATH_S), said.end + BREATH_S) for said in call.utterances)
    found: list[tuple[float, float]] = []
    for start, end in joined(padded):
        if found and start - found[-1][1] < SKIPPED_S - 2 * BREATH_S:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


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


def marks_of_hits(call: CallView, total: float, labels: Sequence[Label] = ()) -> Iterator[Mark]:
    """Where rules fired, people's own findings among them, and where audio is lost; title: the rule. What holds for much of the
    call (few polite words) comes first and pale, so that what happened at one place stands out on it."""
    hits = [(x.hit.start, x.hit.end, x.hit.rule) for x in judged(call.hits, labels) if x.verdict != "wrong"]
    found = [*hits, *((x.start_s, x.end_s, x.before) for x in missed(labels))]
    for start, end, rule in sorted(found, key=lambda mark: mark[0] - mark[1]):
        yield _mark("hit wide" if end - start > WIDE_SHARE * total else "hit", start, end, total, rule)
    for gap in call.gaps:
        if gap.start_s is not None:
            yield _mark("gap", gap.start_s, gap.start_s + gap.duration_s, total)


def mood_paths(turns: Sequence[Turn], side: str, total: float) -> dict[str, str]:
    """A side's lane: mood → one SVG path of all its utterances, LANE wide and 10 high; an hour has a thousand of them."""
    spans: dict[str, list[tuple[float, float]]] = {}
    for turn in turns:
        if turn.said.side == side:
            spans.setdefault(turn.mood or "neutral", []).append((turn.said.start, turn.said.end))
    return {mood: "".join(_box(start, end, total) for start, end in joined(found)) for mood, found in spans.items()}


def _box(start: float, end: float, total: float) -> str:
    x = start / total * LANE
    return f"M{x:.1f} 0h{max((end - start) / total * LANE, MIN_MARK * LANE / 100):.1f}v10H{x:.1f}z"


def marks_of_notes(notes: Sequence[Note], total: float) -> list[Mark]:
    """Where notes were made; title: what they say."""
    return [_mark("note", note.at_s, note.at_s, total, f"{note.by}: {note.text}") for note in notes]


def _mark(kind: str, start: float, end: float, total: float, title: str = "") -> Mark:
    width = max((end - start) / total * 100, MIN_MARK)
    return Mark(kind, min(start / total * 100, 100 - MIN_MARK), width, start, title)
