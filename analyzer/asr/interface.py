"""What a speech recogniser is, whichever engine does the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from analyzer.result import Word
from hw.interfaces import Samples
from hw.messages import Message

LONGEST_CLIP_S = 28.0

FAILED = Message("the recogniser failed on a stretch of speech; its words are missing", "识别引擎在一段语音上出错;该段文字缺失")


@dataclass(frozen=True)
class Transcript:
    """What was said in one clip.

    text: simplified characters in Chinese; empty when nothing was heard. confidence: 0–1. words: times in seconds from the clip's
    first sample. problem: set when the engine failed on this clip; its text is then empty.
    """

    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    problem: Message | None = None


NOTHING = Transcript("", 0.0)


class Recognizer(Protocol):
    """Turns clips into words. Loading takes seconds and hundreds of megabytes: make one and keep it."""

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """One transcript a clip, in order. clips: of one speaker, in order of time, mono, 8 kHz, shape (n,), at most LONGEST_CLIP_S
        each. language: "zh" or "en". Never raises for what is in a clip; raises UserError when the engine has no such language."""

    def language_of(self, clips: Sequence[Samples]) -> str:
        """The language spoken, "zh" or "en", judged from the first half minute of the clips; the engine's own if it has one."""


@runtime_checkable
class Narrowable(Protocol):
    """A recogniser that can search less, for speed."""

    def narrow(self, narrow: bool) -> bool:
        """Keep one hypothesis from now on, or as many as it was made with. Whether it now searches less than it was made to."""


def narrowed(recognizer: Recognizer, narrow: bool) -> bool:
    """The same for any recogniser; False for those that always search alike."""
    return isinstance(recognizer, Narrowable) and recognizer.narrow(narrow)


@runtime_checkable
class Following(Protocol):
    """A recogniser that can follow a speaker utterance by utterance at a small cost each."""

    def follow(self, before: Sequence[Samples], clips: Sequence[Samples], language: str) -> list[Transcript]:
        """As transcribe, of clips that belong together: less sure, and far cheaper. before: what the speaker said before them."""


def followed(recognizer: Recognizer, before: Sequence[Samples], clips: Sequence[Samples], language: str) -> list[Transcript]:
    """The same for any recogniser."""
    if isinstance(recognizer, Following):
        return recognizer.follow(before, clips, language)
    return recognizer.transcribe(clips, language)
