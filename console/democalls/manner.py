"""What a mood does to a reading."""

from __future__ import annotations

from dataclasses import dataclass

from console.democalls.script import Turn


@dataclass(frozen=True)
class Manner:
    """What a mood does to a reading: ratios for duration, pitch movement, energy and median pitch; level and high shelf in dB."""

    pace: float = 1.0
    liveliness: float = 1.0
    energy: float = 1.0
    pitch: float = 1.0
    gain_db: float = 0.0
    shelf_db: float = 0.0


# Directions from the literature on vocal effort (higher, faster, louder, flatter spectrum); sizes chosen by ear within the range in
# which whisper-base still reads the words (shared/data/README.md).
MANNERS = {
    "neutral": Manner(),
    "happy": Manner(pace=0.97, liveliness=1.2, energy=1.05, pitch=1.06, gain_db=0.5, shelf_db=0.5),
    "sad": Manner(pace=1.12, liveliness=0.8, energy=0.85, pitch=0.93, gain_db=-2.0, shelf_db=-2.0),
    "angry": Manner(pace=0.87, liveliness=1.3, energy=1.35, pitch=1.24, gain_db=5.0, shelf_db=4.0),
}


def _mix(full: float, intensity: float, rest: float = 1.0) -> float:
    return rest + (full - rest) * intensity


def manner_of(turn: Turn) -> Manner:
    """The turn's mood at the turn's intensity, with its own pace and gain."""
    full, share = MANNERS[turn.mood], turn.intensity
    return Manner(
        pace=_mix(full.pace, share) * turn.pace,
        liveliness=_mix(full.liveliness, share),
        energy=_mix(full.energy, share),
        pitch=_mix(full.pitch, share),
        gain_db=full.gain_db * share + turn.gain_db,
        shelf_db=full.shelf_db * share,
    )
