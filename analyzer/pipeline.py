"""From a call's audio to everything the analyzer knows of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np

from analyzer.acoustics import measure
from analyzer.asr.choose import load_recognizer
from analyzer.asr.interface import NOTHING, Recognizer, Transcript, followed, narrowed
from analyzer.audio import RATE, AudioInput, open_audio
from analyzer.clips import Clip, LiveClips, clips
from analyzer.discretion import without_digits
from analyzer.economy import NARROWED
from analyzer.emotion.model import EmotionModel
from analyzer.emotion.site import SiteCalibrations
from analyzer.hearing import Hearing, listen
from analyzer.numerals.written import with_digits
from analyzer.progress import Progress, nobody
from analyzer.prosody import prosody
from analyzer.result import Analysis, CallFacts, Hit, Survey, Utterance
from analyzer.rules import engine
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import Rulebook, load
from analyzer.scores import score
from analyzer.speakers.roles import name_voices, speech_by_side, with_roles
from analyzer.throttle import Pause, no_pause
from hw.interfaces import Samples
from hw.messages import Message
from recorder.settings.sections import Analysis as AnalysisSettings
from recorder.settings.sections import Site

PIPELINE_VERSION = "2"
"""Raised when a call analysed before would now come out better: such calls are analysed again."""

_BATCH_S = 330.0  # seconds of one side's speech recognised together: three batches of four full windows
_REFERENCE = 5  # utterances of a speaker taken as how they sound when calm
_UNHEARD_S = 1.0  # a shorter stretch in which no word was recognised is a noise, not an utterance
_NO_SOUND = np.zeros(0, np.int16)
_LISTENING = 0.05  # share of the work that is the first pass


class Pipeline:
    """Loads each model when it is first needed and keeps it. Of one thread. rulebooks: those of a store, of which the live one is
    asked for anew with each call, as is the store's calibration of the emotion model; without them the settings' one.
    pause: called between pieces of work of a few seconds, of half as many if hurried."""

    def __init__(
        self,
        settings: AnalysisSettings,
        site: Site,
        rulebooks: Rulebooks | None = None,
        pause: Pause = no_pause,
        *,
        hurried: bool = False,
    ) -> None:
        self._settings = settings
        self._hurried = hurried
        self._site = site
        self._rulebooks = rulebooks
        self._calibrations = SiteCalibrations(rulebooks.store) if rulebooks else None
        self._pause = pause

    @cached_property
    def _recognizer(self) -> Recognizer:
        return load_recognizer(self._settings, self._site.company, self._pause, hurried=self._hurried)

    @cached_property
    def _emotion(self) -> EmotionModel:
        return EmotionModel.load(adjustments=self._calibrations.use() if self._calibrations else None)

    @cached_property
    def _configured_rulebook(self) -> Rulebook:
        return load(Path(self._settings.rulebook) if self._settings.rulebook else None)

    @property
    def rulebook(self) -> Rulebook:
        """The one in use. Raises UserError when it cannot be read."""
        return self._rulebooks.use() if self._rulebooks else self._configured_rulebook

    def load(self) -> None:
        """Load every model and the rulebook now. Raises UserError when one is missing or wrong."""
        for _ in (self.rulebook, self._recognizer, self._emotion):
            pass

    def is_high_priority(self, analysis: Analysis) -> bool:
        """Whether a rule fired that puts a call first in the supervisor's list."""
        urgent = {rule.id for rule in self.rulebook.rules if rule.high_priority}
        return any(hit.rule in urgent for hit in analysis.hits)

    def language_of(self, path: Path) -> str:
        """The language spoken in a file, "zh" or "en", judged from its first half minute of speech. Raises UserError as open_audio
        does."""
        with open_audio(path) as audio:
            hearing = listen(audio)
            chosen: list[Samples] = []
            for clip in clips(audio, hearing.sides):
                chosen.append(clip.samples)
                if sum(map(len, chosen)) >= 20 * RATE:
                    break
        return self._recognizer.language_of(chosen) if chosen else self._site.language

    def survey(self, audio: AudioInput, facts: CallFacts, progress: Progress | None = None) -> Survey:
        """Who speaks when, and nothing of what is said: a tenth of the work. On a mono line nobody is told apart. Never raises for
        what is in a call."""
        wall = time.monotonic()
        hearing = listen(audio, self._listening(progress or nobody), self._settings.vad)
        silent = [_utterance(Clip(side, stretch, _NO_SOUND), NOTHING, {}) for side in hearing.sides for stretch in side.utterances]
        roles = name_voices(silent, facts, hearing.gain)
        utterances = tuple(sorted(with_roles(silent, roles, self._settings.role_confidence), key=_when))
        speech = speech_by_side(hearing.sides, roles, self._settings.role_confidence)
        acoustics = measure(utterances, speech, hearing.music, hearing.duration_s, facts.unheard)
        return Survey(round(hearing.duration_s, 3), audio.channels, acoustics, round(time.monotonic() - wall, 3))

    def analyze(self, audio: AudioInput, facts: CallFacts, progress: Progress | None = None, *, narrow: bool = False) -> Analysis:
        """Understand one call. progress is told the work done and its total. narrow: search less than set, where the engine can;
        the result says so. Raises UserError when a model is missing."""
        report = progress or nobody
        wall, cpu = time.monotonic(), time.process_time()
        book = self.rulebook
        is_narrow = narrowed(self._recognizer, narrow)
        if self._calibrations:
            self._emotion.adjust(self._calibrations.use())
        hearing = listen(audio, self._listening(report), self._settings.vad)
        said = sorted((u for u in self._said(audio, hearing, facts.language, report) if _worth_keeping(u)), key=_when)
        problems = dict.fromkeys(u.problem for u in said if u.problem)
        roles = name_voices(said, facts, hearing.gain)
        utterances = tuple(with_roles(said, roles, self._settings.role_confidence))
        speech = speech_by_side(hearing.sides, roles, self._settings.role_confidence)
        acoustics = {
            **measure(utterances, speech, hearing.music, hearing.duration_s, facts.unheard),
            **prosody(utterances, speech, dict(zip(speech, (side.semitones for side in hearing.sides), strict=False))),
        }
        channels = 1 + max(side.channel for side in hearing.sides)
        hits = engine.check(
            book, CallEvidence(hearing.duration_s, channels, utterances, acoustics, facts, company=self._site.company)
        )
        scores, deductions = score(book, hits)
        report(hearing.duration_s, hearing.duration_s)
        analysis = Analysis(
            duration_s=round(hearing.duration_s, 3),
            channels=audio.channels,
            utterances=utterances,
            hits=tuple(hits),
            deductions=tuple(deductions),
            scores=scores,
            acoustics=acoustics,
            cpu_s=round(time.process_time() - cpu, 3),
            wall_s=round(time.monotonic() - wall, 3),
            rulebook_version=book.identity,
            pipeline_version=PIPELINE_VERSION,
            warnings=(*audio.warnings, *hearing.warnings, *problems, *[NARROWED] * is_narrow),
            degraded="narrow_beam" if is_narrow else "",
        )
        return self.as_shown(analysis)

    def as_shown(self, analysis: Analysis) -> Analysis:
        """An analysis that rules have judged as people may read it: numbers in digits, masked where that is set. Only then: the
        words of a rule (百分之百) are no numbers to it, and that a card number was read out is what one looks for."""
        analysis = with_digits(analysis)
        return without_digits(analysis) if self._settings.mask_digits else analysis

    def follow(self, clips: LiveClips, language: str) -> list[tuple[Transcript, dict[str, float]]]:
        """Words and mood of what one speaker has just said in a call that goes on, less sure and far cheaper than afterwards.
        Raises UserError when a model is missing."""
        if self._calibrations:
            self._emotion.adjust(self._calibrations.use())
        moods = self._emotion.predict(clips.now, clips.calm)
        return list(zip(followed(self._recognizer, clips.before, clips.now, language), moods, strict=True))

    def _listening(self, report: Progress) -> Progress:
        def heard(done: float, total: float) -> None:
            self._pause()
            report(_LISTENING * done, max(done, total))

        return heard

    def _said(self, audio: AudioInput, hearing: Hearing, language: str, report: Progress) -> Iterator[Utterance]:
        """Every utterance with its words and mood, side by side, batch by batch."""
        calm: dict[str, list[Samples]] = {side.name: [] for side in hearing.sides}
        total_s = sum(end - start for side in hearing.sides for start, end in (u.clip for u in side.utterances))
        done_s = 0.0
        for batch in _batches(clips(audio, hearing.sides)):
            side = batch[0].side.name
            samples = [clip.samples for clip in batch]
            calm[side] += samples[: max(0, _REFERENCE - len(calm[side]))]
            transcripts = self._recognizer.transcribe(samples, language)
            moods = self._emotion.predict(samples, calm[side])
            for clip, transcript, mood in zip(batch, transcripts, moods, strict=True):
                yield _utterance(clip, transcript, mood)
            done_s += sum(end - start for start, end in (clip.stretch.clip for clip in batch))
            self._pause()
            report((_LISTENING + (1 - _LISTENING) * done_s / total_s) * hearing.duration_s, hearing.duration_s)


def _batches(found: Iterator[Clip]) -> Iterator[list[Clip]]:
    """One side's clips at a time: windows shared between people would put words in the wrong mouth."""
    waiting: dict[str, list[Clip]] = {}
    for clip in found:
        batch = waiting.setdefault(clip.side.name, [])
        batch.append(clip)
        if sum(len(c.samples) for c in batch) >= _BATCH_S * RATE:
            yield waiting.pop(clip.side.name)
    yield from waiting.values()


def _utterance(clip: Clip, transcript: Transcript, mood: dict[str, float]) -> Utterance:
    (start, end), offset = clip.stretch.speech, clip.stretch.clip[0]
    return Utterance(
        start=round(start, 2),
        end=round(end, 2),
        side=clip.side.name,
        text=transcript.text,
        confidence=transcript.confidence,
        emotion={label: round(chance, 3) for label, chance in mood.items()},
        level_db=round(clip.side.level_db(clip.stretch.speech), 1),
        words=tuple(
            type(word)(round(word.start + offset, 2), round(word.end + offset, 2), word.text, word.confidence)
            for word in transcript.words
        ),
        role_confidence=clip.side.clearness_of(clip.stretch.speech),
        problem=transcript.problem,
    )


def _worth_keeping(utterance: Utterance) -> bool:
    return bool(utterance.text or utterance.problem) or utterance.end - utterance.start >= _UNHEARD_S


def _when(utterance: Utterance) -> tuple[float, float]:
    return utterance.start, utterance.end


def to_json(analysis: Analysis) -> dict[str, object]:
    """An analysis in the words of `callbox analyze --json`; plain dicts, lists, numbers and text."""
    return {
        "duration_s": analysis.duration_s,
        "channels": analysis.channels,
        "utterances": [_utterance_json(u) for u in analysis.utterances],
        "rule_hits": [_hit_json(h) for h in analysis.hits],
        "scores": asdict(analysis.scores),
        "deductions": [asdict(d) for d in analysis.deductions],
        "acoustics": analysis.acoustics,
        "cpu_s": analysis.cpu_s,
        "wall_s": analysis.wall_s,
        "rulebook_version": analysis.rulebook_version,
        "pipeline_version": analysis.pipeline_version,
        "warnings": warnings_json(analysis.warnings),
        **({"degraded": analysis.degraded} if analysis.degraded else {}),
    }


def warnings_json(warnings: Sequence[Message]) -> list[dict[str, str]]:
    """Warnings in both languages, as analysis.db keeps them too."""
    return [{"en": warning.en, "zh": warning.zh} for warning in warnings]


def _utterance_json(utterance: Utterance) -> dict[str, object]:
    return {
        "start": utterance.start,
        "end": utterance.end,
        "side": utterance.side,
        "text": utterance.text,
        **({"heard": utterance.heard} if utterance.heard else {}),
        "confidence": utterance.confidence,
        "emotion": utterance.emotion,
        "level_db": utterance.level_db,
        **({} if utterance.role_confidence is None else {"role_confidence": utterance.role_confidence}),
        **({} if utterance.problem is None else {"problem": asdict(utterance.problem)}),
    }


def _hit_json(hit: Hit) -> dict[str, object]:
    return asdict(hit)
