"""How long things may take on a line, in its frames."""

from __future__ import annotations

from recorder.line.actions import Timing
from recorder.line.segmenter import LOOK_BACK_S
from recorder.settings.sections import Segmentation

LOOK_BACK_MAX_S = 60.0
"""However fast the simulated clock runs: 1 MB a channel."""


def timing_of(settings: Segmentation, rate: int, speed: float) -> Timing:
    """[segmentation] in frames. speed: of the clock; an event that is a little late is later still on a fast clock."""
    late = min(LOOK_BACK_S * max(1.0, speed), LOOK_BACK_MAX_S)
    return Timing(
        rate,
        round(settings.pre_roll_s * rate),
        round(settings.start_speech_s * rate),
        round(settings.hang_over_s * rate),
        round(settings.min_call_s * rate),
        round(settings.max_part_s * rate),
        round((late + settings.pre_roll_s + 2 * settings.start_speech_s) * rate),
        round(settings.record_wait_s * rate),
    )
