"""How a side's voice moves: pitch and pauses, over the call and against the side's own first seconds. Plain JSON by side:

pitch     {median_hz, start_hz, rise, spread, movement}: `start_hz` over the side's first ten seconds of speech; `rise` the
          highest utterance (its median) over that, in semitones; `spread` standard deviation, in semitones; `movement` mean
          change within speech, in semitones a second
pauses    {count, per_minute, mean_s, longest_s, share}: silences of 0.2 to 2 s inside the side's own speaking, no word of the
          other side in them; a minute of its speaking, share of the time it holds the floor
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from analyzer.result import Utterance
from analyzer.speakers.pitch import REFERENCE_HZ, UNVOICED, Floats
from analyzer.vad import FRAME_S, Span

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 2.0
"""Below: the closure of a consonant (Goldman-Eisler 1968 counts from 0.25 s). Above: a silence, which is measured for the call."""
_BASELINE_S = 10.0
_LEAST_FRAMES = 10  # voiced frames (0.2 s) an utterance's pitch is taken from
_LEAP = 3.0  # semitones from one frame to the next that are an octave error or a new word, not movement


def prosody(
    utterances: Sequence[Utterance], speech: Mapping[str, Sequence[Span]], semitones: Mapping[str, Floats]
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Pitch and pauses of every side. utterances: in order of time. speech: by side, in seconds. semitones: by side, a frame of
    20 ms each."""
    pitches = {side: _pitch([u for u in utterances if u.side == side], semitones[side]) for side in speech if side in semitones}
    return {"pitch": pitches, "pauses": {side: _pauses(side, speech) for side in speech}}


def _pitch(utterances: Sequence[Utterance], semitones: Floats) -> dict[str, float | None]:
    spans = [semitones[round(u.start / FRAME_S) : round(u.end / FRAME_S)] for u in utterances]
    voiced = [span[span > UNVOICED] for span in spans]
    enough = [tones for tones in voiced if len(tones) >= _LEAST_FRAMES]
    if not enough:
        return dict.fromkeys(("median_hz", "start_hz", "rise", "spread", "movement"))
    everything, start = np.concatenate(enough), float(np.median(_first(enough)))
    medians = [float(np.median(tones)) for tones in enough]
    middle = float(np.median(everything))
    return {
        "median_hz": _hertz(middle),
        "start_hz": _hertz(start),
        "rise": round(max(medians) - start, 1),
        "spread": round(float(np.clip(everything, middle - 12, middle + 12).std()), 2),
        "movement": _movement(spans),
    }


def _first(enough: Sequence[Floats]) -> Floats:
    """The side's first ten seconds with a pitch."""
    return np.concatenate(enough)[: round(_BASELINE_S / FRAME_S)]


def _hertz(semitones: float) -> float:
    return round(REFERENCE_HZ * 2 ** (semitones / 12), 1)


def _movement(spans: Sequence[Floats]) -> float | None:
    steps = [np.abs(np.diff(span))[(span[1:] > UNVOICED) & (span[:-1] > UNVOICED)] for span in spans]
    small = np.concatenate(steps)
    small = small[small < _LEAP]
    return round(float(small.mean()) / FRAME_S, 1) if len(small) else None


def _pauses(side: str, speech: Mapping[str, Sequence[Span]]) -> dict[str, float | None]:
    mine = sorted(speech[side])
    others = [span for name, spans in speech.items() if name != side for span in spans]
    gaps = [
        b[0] - a[1]
        for a, b in pairwise(mine)
        if SHORTEST_PAUSE_S <= b[0] - a[1] < LONGEST_PAUSE_S and not any(s < b[0] and e > a[1] for s, e in others)
    ]
    spoken_s = sum(end - start for start, end in mine)
    return {
        "count": float(len(gaps)),
        "per_minute": round(60 * len(gaps) / spoken_s, 1) if spoken_s else None,
        "mean_s": round(sum(gaps) / len(gaps), 2) if gaps else None,
        "longest_s": round(max(gaps), 2) if gaps else None,
        "share": round(sum(gaps) / (sum(gaps) + spoken_s), 4) if spoken_s else None,
    }
