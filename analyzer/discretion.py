"""What an analysis keeps to itself: long runs of digits are asterisks wherever they would be read."""

from __future__ import annotations

from dataclasses import replace

from analyzer.asr.digits import masked, runs_of_digits, without
from analyzer.result import Analysis, Utterance


def without_digits(analysis: Analysis) -> Analysis:
    """The analysis with cards, accounts and telephone numbers hidden: in what was said, in evidence and in measures."""
    runs = [run for u in analysis.utterances for text in (u.text, u.heard) for run in runs_of_digits(text)]
    return replace(
        analysis,
        utterances=tuple(map(_utterance, analysis.utterances)),
        hits=tuple(replace(hit, evidence=without(hit.evidence, runs)) for hit in analysis.hits),
        acoustics={name: _measure(value, runs) for name, value in analysis.acoustics.items()},
    )


def _utterance(utterance: Utterance) -> Utterance:
    spaced = [piece for word in utterance.words for piece in (word.text, " ")]
    shown = masked(spaced)[::2]
    words = tuple(replace(word, text=text) for word, text in zip(utterance.words, shown, strict=True))
    return replace(utterance, text=masked([utterance.text])[0], heard=masked([utterance.heard])[0], words=words)


def _measure(value: object, runs: list[str]) -> object:
    """Measures are JSON; the words of who talks over somebody stand in it."""
    if isinstance(value, str):
        return without(value, runs)
    if isinstance(value, list):
        return [_measure(item, runs) for item in value]
    return {name: _measure(item, runs) for name, item in value.items()} if isinstance(value, dict) else value
