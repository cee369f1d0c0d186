"""What is known of a call that goes on, and what the next utterance adds to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from analyzer.acoustics import measure
from analyzer.asr.interface import Transcript
from analyzer.clips import LiveClips
from analyzer.live.callear import LiveClip
from analyzer.live.rules import live_part, new_hits
from analyzer.result import Analysis, CallFacts, Hit, Scores, Utterance
from analyzer.rules import engine
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.rulebook import Rulebook
from hw.interfaces import Samples

_FIRST, _LAST = 10, 50  # utterances that are kept: how the call began, and what is going on
_BEFORE = 6  # clips of a speaker that may stand before the next
_LEAST_REFERENCE, _REFERENCE = 3, 5  # clips of a speaker that tell how they sound when calm


class Conversation:
    """One call. language: as set for the line."""

    def __init__(self, call_id: str, language: str) -> None:
        self.call_id = call_id
        self.language = language
        self._said: list[Utterance] = []
        self._told: list[Hit] = []
        self._calm: dict[str, list[Samples]] = {}
        self._before: dict[str, deque[Samples]] = {}

    def clips(self, now: Sequence[Samples], side: str) -> LiveClips:
        """What somebody has just said, with what is known of the speaker; how two who share a channel sound is not."""
        calm = self._calm.get(side, [])
        known = side != "mixed" and len(calm) >= _LEAST_REFERENCE
        return LiveClips(now, tuple(self._before.get(side, ())), calm if known else ())

    def add(
        self,
        clips: Sequence[LiveClip],
        heard: Sequence[tuple[Transcript, dict[str, float]]],
        book: Rulebook,
        company: Sequence[str],
    ) -> tuple[list[Utterance], list[Hit]]:
        """Take these utterances in; they, and the hits that are new with them."""
        fresh = [utterance_of(clip, *of) for clip, of in zip(clips, heard, strict=True)]
        for clip in clips:
            kept = self._calm.setdefault(clip.side, [])
            kept += [clip.samples] * (len(kept) < _REFERENCE)
            self._before.setdefault(clip.side, deque(maxlen=_BEFORE)).append(clip.samples)
        self._said = sorted([*self._said, *fresh], key=lambda u: (u.start, u.end))
        del self._said[_FIRST:-_LAST]
        found = new_hits(self._check(live_part(book), company), self._told)
        self._told += found
        return fresh, found

    def _check(self, book: Rulebook, company: Sequence[str]) -> list[Hit]:
        said = tuple(self._said)
        until = max(u.end for u in said)
        sides = ("mixed",) if said[0].side == "mixed" else ("agent", "customer")
        speech = {side: [(u.start, u.end) for u in said if u.side == side] for side in sides}
        acoustics = measure(said, speech, [], until)
        return engine.check(book, CallEvidence(until, len(sides), said, acoustics, CallFacts(self.language), tuple(company)))


def utterance_of(clip: LiveClip, transcript: Transcript, mood: dict[str, float]) -> Utterance:
    """An utterance as the rules know it."""
    shifted = (
        type(word)(round(word.start + clip.clip_start, 2), round(word.end + clip.clip_start, 2), word.text, word.confidence)
        for word in transcript.words
    )
    moods = {label: round(chance, 3) for label, chance in mood.items()}
    return Utterance(
        clip.start, clip.end, clip.side, transcript.text, transcript.confidence, moods, clip.level_db, tuple(shifted),
        problem=transcript.problem,
    )  # fmt: skip


def as_shown(
    said: Sequence[Utterance], hits: Sequence[Hit], present: Callable[[Analysis], Analysis]
) -> tuple[Sequence[Utterance], Sequence[Hit]]:
    """Both as people may read them. present: what makes a whole analysis so."""
    whole = Analysis(0.0, 1, tuple(said), tuple(hits), (), Scores(0, 0, 0), {}, 0.0, 0.0, "", "")
    shown = present(whole)
    return shown.utterances, shown.hits
