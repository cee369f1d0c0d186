"""A recogniser that knows the site's own names, whichever engine it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.asr.interface import Recognizer, Transcript, followed, narrowed
from analyzer.asr.lexicon import Lexicon
from hw.interfaces import Samples


class NamedRecognizer:
    """See Recognizer. inner: the engine."""

    def __init__(self, inner: Recognizer, lexicon: Lexicon) -> None:
        self._inner = inner
        self._lexicon = lexicon

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """See Recognizer."""
        return [self._named(transcript) for transcript in self._inner.transcribe(clips, language)]

    def language_of(self, clips: Sequence[Samples]) -> str:
        """See Recognizer."""
        return self._inner.language_of(clips)

    def follow(self, before: Sequence[Samples], clips: Sequence[Samples], language: str) -> list[Transcript]:
        """See Following."""
        return [self._named(transcript) for transcript in followed(self._inner, before, clips, language)]

    def narrow(self, narrow: bool) -> bool:
        """See Narrowable."""
        return narrowed(self._inner, narrow)

    def _named(self, transcript: Transcript) -> Transcript:
        text = "".join(self._lexicon.mended(re.findall(r"\s*\S+", transcript.text)))
        if text == transcript.text:
            return transcript
        spelled = self._lexicon.mended([word.text for word in transcript.words])
        # A name may come from more pieces than it has words: its last word then lasts as long as they did.
        words = [replace(word, text=said.strip()) for word, said in zip(transcript.words, spelled, strict=True)]
        return replace(transcript, text=text, words=tuple(word for word in words if word.text))
