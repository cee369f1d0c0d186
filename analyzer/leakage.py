"""On a pair line each person has a channel, but handset, hybrid and headset let a little of the other through. Speech in one
channel that is only the other's must not be heard twice: levels are compared frame by frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.detectors import Flags
from analyzer.vad import FRAME_S, Frames, Levels, runs
from hw.interfaces import Samples

_LEAK_DB = 10.0  # leakage lies at least so far under the other side's own sound (sidetone masking of a handset: 10–20 dB)
_BELOW_OWN_DB = 6.0  # and so far under what this side speaks like itself; a soft voice on a soft line is no leakage
_ECHO_FRAMES = 5  # frames an echo may come after the sound: 0.1 s
_LEAST_OWN = 0.25  # share of a stretch's frames that have to be the side's own for the stretch to be its speech
_ALIKE = 0.85  # correlation of levels from which a stretch rises and falls as the other side does
_SAME_DB = -30.0  # a difference between channels this far under their sum is none


def own_speech(speech: Sequence[Flags], frames: Sequence[Frames]) -> list[Flags]:
    """Each channel's speech without what leaked from the other. One channel: as it is."""
    if len(speech) != 2:
        return list(speech)
    return [_without_leakage(speech[side], frames[side].level_db, speech[1 - side], frames[1 - side].level_db) for side in (0, 1)]


def _without_leakage(mine: Flags, level: Levels, other: Flags, other_level: Levels) -> Flags:
    louder = _held(other_level) - level
    usual = _usual_level(mine & (louder < 0), level)
    leaked = mine & _held_flags(other) & (louder > _LEAK_DB) & (level < usual - _BELOW_OWN_DB)
    kept = mine.copy()
    for first, past in runs(mine):
        own = np.count_nonzero(~leaked[first:past]) / (past - first)
        if own < _LEAST_OWN or _is_shadow(level[first:past], other_level, louder[first:past], first):
            kept[first:past] = False
        elif own < 1:
            _trim(kept, leaked, first, past)
    return kept


def _is_shadow(level: Levels, other: Levels, louder: Levels, first: int) -> bool:
    """Whether a stretch lies under the other side throughout and rises and falls with it, at the lag that fits best: strong
    leakage, as loud as this side's own soft speech."""
    if len(level) < 2 or np.mean(louder > _LEAK_DB) < 0.9 or np.std(level) < 1:
        return False
    lagged = (other[first - lag : first - lag + len(level)] for lag in range(min(_ECHO_FRAMES, first) + 1))
    return any(np.std(heard) > 0 and np.corrcoef(level, heard)[0, 1] > _ALIKE for heard in lagged)


def _usual_level(own: Flags, level: Levels) -> float:
    """What this side's speech is like where it is the louder one; infinite (all is leakage) where it never is."""
    return float(np.median(level[own])) if np.count_nonzero(own) * FRAME_S >= 0.3 else np.inf


def _trim(kept: Flags, leaked: Flags, first: int, past: int) -> None:
    """Take leakage off both ends of a stretch; within it, soft sounds of the side's own look the same and stay."""
    own = np.flatnonzero(~leaked[first:past])
    kept[first : first + own[0]] = False
    kept[first + own[-1] + 1 : past] = False


def _held(level: Levels) -> Levels:
    """The loudest of each frame and those just before it: an echo comes late."""
    padded = np.concatenate((np.full(_ECHO_FRAMES, -200.0, np.float32), level))
    held: Levels = np.lib.stride_tricks.sliding_window_view(padded, _ECHO_FRAMES + 1).max(axis=1)
    return held


def _held_flags(flags: Flags) -> Flags:
    padded = np.concatenate((np.zeros(_ECHO_FRAMES, bool), flags))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, _ECHO_FRAMES + 1).any(axis=1))


def same_sound(block: Samples) -> bool:
    """Whether both channels of a block carry one and the same sound (a mono recording saved as two channels)."""
    both = block.astype(np.float32)
    difference, total = np.mean(np.square(both[:, 0] - both[:, 1])), np.mean(np.square(both[:, 0] + both[:, 1]))
    return bool(difference <= total * 10 ** (_SAME_DB / 10))
