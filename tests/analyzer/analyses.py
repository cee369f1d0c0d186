"""Analyses for tests, made of the words that were said."""

from __future__ import annotations

from analyzer.result import Analysis, Deduction, Hit, Scores, Utterance, Word
from hw.messages import Message


def analysis(*texts: str, version: str = "1") -> Analysis:
    """An analysis in which agent and customer say these texts in turn, five seconds each, a character every 0.2 s."""
    utterances = tuple(
        Utterance(
            start=5.0 * n,
            end=5.0 * n + 4,
            side=("agent", "customer")[n % 2],
            text=text,
            confidence=0.875,
            emotion={"angry": 0.25, "neutral": 0.75},
            level_db=-21.5,
            words=tuple(Word(round(5.0 * n + 0.2 * i, 2), round(5.0 * n + 0.2 * i + 0.2, 2), c, 0.5) for i, c in enumerate(text)),
            role_confidence=(0.75, None)[n % 2],
            problem=None if text else Message("lost", "缺失"),
        )
        for n, text in enumerate(texts)
    )
    return Analysis(
        duration_s=5.0 * len(texts),
        channels=2,
        utterances=utterances,
        hits=(Hit("insult", "agent", 1.0, 2.0, "神经病", 0.9), Hit("dead_air", "both", 3.0, 15.0, "12 s", 1.0)),
        deductions=(Deduction("compliance", "insult", 30.0, 0), Deduction("experience", "dead_air", 5.5, 1)),
        scores=Scores(70.0, 94.5, 100.0),
        acoustics={"longest_silence_s": 12.0, "rate": {"agent": {"overall": None}}},
        cpu_s=1.25,
        wall_s=2.5,
        rulebook_version="2026.11",
        pipeline_version=version,
        warnings=(Message("cut off", "被截断"),),
    )
