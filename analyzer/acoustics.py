"""Measures of a call that need no dictionary: who speaks when, silences, talk-over, pace, loudness, turns.

`measure` returns plain JSON. Times are seconds from the call's first frame, levels dBFS (RMS), rates units a minute of that side's
own speech (a unit is a Chinese character, a digit, or a word of another script). Names:

    speech_s, speech_share     seconds and share of the call, by side
    silences                   [{start, end}] nobody speaks, 2 s and longer, up to the last word; music is silence too
    longest_silence_s
    overlaps                   [{start, end, started_by, text}] both speak; started_by is who joined while the other was speaking;
                               text is what the joiner said with it
    rate                       by side: {overall, minutes: [{start, rate}], start, peak}: `start` over the side's first ten seconds
                               of speech, `peak` over its fastest utterance of ten units or more
    level_db                   by side: {mean, start, peak, rise, range}: `start` over the side's first ten seconds of speech,
                               `peak` its loudest utterance after that, `rise` peak minus start, `range` the loudest of all
                               utterances over the calmest third
    turns                      by side: how many; turn_list: [{side, start, end}]
    longest_turn_s             by side; back-channels of the other side do not end a turn
    music                      [{start, end}] hold music
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from analyzer.result import Utterance
from analyzer.units import BACKCHANNEL, spoken

Span = tuple[float, float]
T = TypeVar("T")

SILENCE_S = 2.0
"""Shorter pauses are how people talk (turn gaps are about 0.2 s, within-speaker pauses below 1 s: Heldner and Edlund 2010)."""

BLIP_S = 0.4
"""A stretch of "speech" shorter than this in which no word was recognised is a click, not speech."""

BASELINE_S = 10.0
"""Seconds of a side's own speech that later speech is compared with."""


def measure(
    utterances: Sequence[Utterance],
    speech: dict[str, list[Span]],
    music: list[Span],
    duration_s: float,
    unheard: Sequence[Span] = (),
) -> dict[str, object]:
    """All measures of one call. utterances: in order of time; speech: by side, from voice activity; duration_s: seconds; unheard:
    as CallFacts.unheard."""
    heard = {side: _without_blips(spans, [u for u in utterances if u.side == side]) for side, spans in speech.items()}
    by_side = {side: [u for u in utterances if u.side == side] for side in heard}
    turns = _turns(utterances)
    silences = _silences(heard, unheard)
    return {
        "speech_s": {side: round(_total(spans), 2) for side, spans in heard.items()},
        "speech_share": {side: round(_total(spans) / duration_s, 4) if duration_s > 0 else 0.0 for side, spans in heard.items()},
        "silences": [_span(s) for s in silences],
        "longest_silence_s": round(max((e - s for s, e in silences), default=0.0), 2),
        "overlaps": _overlaps(heard, by_side),
        "rate": {side: _rates(us, heard[side]) for side, us in by_side.items()},
        "level_db": {side: _levels(us) for side, us in by_side.items()},
        "turns": {side: sum(t[0] == side for t in turns) for side in heard},
        "turn_list": [{"side": side, **_span((s, e))} for side, s, e in turns],
        "longest_turn_s": {side: round(max((e - s for t, s, e in turns if t == side), default=0.0), 2) for side in heard},
        "music": [_span(s) for s in music],
    }


def _span(span: Span) -> dict[str, float]:
    return {"start": round(span[0], 2), "end": round(span[1], 2)}


def _total(spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans)


def _without_blips(spans: list[Span], utterances: list[Utterance]) -> list[Span]:
    return [
        (start, end)
        for start, end in spans
        if end - start >= BLIP_S or any(spoken(u.text) and u.start < end and u.end > start for u in utterances)
    ]


def union(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch or overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _silences(speech: dict[str, list[Span]], unheard: Sequence[Span]) -> list[Span]:
    """What is left after the last word is the line being hung up, not a silence between people; of what was not heard nothing is
    known."""
    spoken = [s for spans in speech.values() for s in spans]
    last = max((end for _, end in spoken), default=0.0)
    spoken_spans = union([*spoken, *((start, min(end, last)) for start, end in unheard if start < last)])
    gaps = [(a[1], b[0]) for a, b in pairwise([(0.0, 0.0), *spoken_spans])]
    return [(s, e) for s, e in gaps if e - s >= SILENCE_S]


def _overlaps(speech: dict[str, list[Span]], utterances: dict[str, list[Utterance]]) -> list[dict[str, object]]:
    if not {"agent", "customer"} <= speech.keys():
        return []
    found: list[dict[str, object]] = []
    for a in speech["agent"]:
        for c in speech["customer"]:
            start, end = max(a[0], c[0]), min(a[1], c[1])
            if end > start:
                joiner = "agent" if a[0] > c[0] else "customer"
                before = (a[0] - c[0]) if joiner == "agent" else (c[0] - a[0])
                joined = a if joiner == "agent" else c
                text = " ".join(u.text for u in utterances[joiner] if u.start < joined[1] and u.end > joined[0])
                found.append({**_span((start, end)), "started_by": joiner, "after_s": round(before, 2), "text": text})
    return sorted(found, key=lambda o: float(str(o["start"])))


def _rates(utterances: list[Utterance], spans: list[Span]) -> dict[str, object]:
    # Speech the recogniser made nothing of would look slow.
    worded = [u for u in utterances if spoken(u.text)]
    counted = [(u, len(spoken(u.text)), _overlap_s((u.start, u.end), spans)) for u in worded]
    minutes = []
    for minute in range(int(max((u.end for u in utterances), default=0.0) // 60) + 1):
        within = [(n, s) for u, n, s in counted if minute * 60 <= u.start < minute * 60 + 60]
        if within:
            minutes.append({"start": minute * 60.0, "rate": _per_minute(within)})
    long = [_per_minute([(n, s)]) for _, n, s in counted if n >= 10]
    first = _first_seconds(counted, lambda item: item[2])
    return {
        "overall": _per_minute([(n, s) for _, n, s in counted]),
        "start": _per_minute([(n, s) for _, n, s in first]),
        "peak": max((r for r in long if r is not None), default=None),
        "minutes": minutes,
    }


def _overlap_s(span: Span, spans: list[Span]) -> float:
    """Seconds of speech inside an utterance; the whole utterance where voice activity knows nothing of it."""
    inside = sum(max(0.0, min(span[1], e) - max(span[0], s)) for s, e in spans)
    return inside if inside > 0 else span[1] - span[0]


def _per_minute(counted: Iterable[tuple[int, float]]) -> float | None:
    pairs = list(counted)
    seconds = sum(s for _, s in pairs)
    return round(60 * sum(n for n, _ in pairs) / seconds, 1) if seconds > 0.5 else None


def _first_seconds(items: Sequence[T], seconds: Callable[[T], float]) -> list[T]:
    taken, total = [], 0.0
    for item in items:
        if total >= BASELINE_S:
            break
        taken.append(item)
        total += seconds(item)
    return taken


def _levels(utterances: list[Utterance]) -> dict[str, float | None]:
    loud = [u for u in utterances if u.level_db > -80 and u.end > u.start]
    first = _first_seconds(loud, lambda u: u.end - u.start)
    later = [u.level_db for u in loud[len(first) :] if u.end - u.start >= 0.8]
    start = _mean_level(first)
    peak = round(max(later), 1) if later else None
    return {
        "mean": _mean_level(loud),
        "start": start,
        "peak": peak,
        "rise": round(peak - start, 1) if peak is not None and start is not None else None,
        "range": _range(loud),
    }


def _range(loud: list[Utterance]) -> float | None:
    """Loudest utterance over the calmest third: finds the caller who is loud from the first word on and calms down."""
    levels = sorted(u.level_db for u in loud if u.end - u.start >= 0.8)
    if len(levels) < 2:
        return None
    calm = levels[: (len(levels) + 2) // 3]
    return round(levels[-1] - sum(calm) / len(calm), 1)


def _mean_level(utterances: list[Utterance]) -> float | None:
    """Mean power over time, in dBFS."""
    seconds = sum(u.end - u.start for u in utterances)
    if seconds <= 0:
        return None
    power = sum(10 ** (u.level_db / 10) * (u.end - u.start) for u in utterances) / seconds
    return round(10 * math.log10(power), 1) if power > 0 else None


def _turns(utterances: Sequence[Utterance]) -> list[tuple[str, float, float]]:
    """Runs of one side's utterances; a back-channel ("嗯", "好的") of the other side neither ends a turn nor is one."""
    turns: list[tuple[str, float, float]] = []
    for utterance in utterances:
        words = spoken(utterance.text)
        if not words or (turns and utterance.side != turns[-1][0] and is_backchannel(utterance.text)):
            continue
        if turns and turns[-1][0] == utterance.side:
            turns[-1] = (utterance.side, turns[-1][1], max(turns[-1][2], utterance.end))
        else:
            turns.append((utterance.side, utterance.start, utterance.end))
    return turns


def is_backchannel(text: str) -> bool:
    """Whether a text is only a listener's sign: at most four units, all of them such words."""
    units = spoken(text)
    return len(units) <= 4 and all(u in BACKCHANNEL for u in units)
