"""What the board can tell about itself: once a second it reads three known voltages and looks for inputs at the scale's end."""

from firmware.scale import FULL_SCALE_MV

FAULTS = ("reference", "middle", "multiplexer", "memory")
"""reference: the 2.5 V read as something else, so all voltages are wrong. middle: half of the converter's reference is elsewhere.
multiplexer: ground does not read as nothing, so inputs are mixed up. memory: kept thresholds could not be read; defaults hold.
Their place here is their bit on the wire."""

REFERENCE, MIDDLE, MULTIPLEXER, MEMORY = (1 << bit for bit in range(len(FAULTS)))

REFERENCE_RAW = 49648  # 2.5 V of 3.3 V
REFERENCE_OFF = 2000  # 4 %: U7 has 0.2 %, the Pico's 3.3 V 2 %, and the converter its own
MIDDLE_RAW = 32768
MIDDLE_OFF = 1000  # 3 %: two 1 % resistors and the converter
GROUND_RAW = 1000  # at most

RAIL_MV = FULL_SCALE_MV * 97 // 100  # a ring of 90 V on 60 V peaks at 187 V


class SelfTest:
    """read_reference, read_middle, read_ground: the three test voltages as the converter reads them, 16 bits."""

    def __init__(self, inputs: int, read_reference, read_middle, read_ground) -> None:  # type: ignore[no-untyped-def]
        self.faults = 0
        self.stuck = 0  # a bit an input
        self.middle = MIDDLE_RAW
        self._reads = (read_reference, read_middle, read_ground)
        self._at_rail = [0] * inputs
        self._rounds = 0

    def railed(self, sense: int) -> None:
        """An input's sample lies at the end of the scale."""
        self._at_rail[sense] += 1

    def count(self) -> None:
        """A round of samples was taken."""
        self._rounds += 1

    def run(self, memory_spoilt: bool) -> None:
        """Judge; once a second."""
        reference, middle, ground = (read() for read in self._reads)
        good_middle = MIDDLE_RAW - MIDDLE_OFF <= middle <= MIDDLE_RAW + MIDDLE_OFF
        self.middle = (3 * self.middle + middle) >> 2 if good_middle else MIDDLE_RAW
        self.faults = (
            (0 if REFERENCE_RAW - REFERENCE_OFF <= reference <= REFERENCE_RAW + REFERENCE_OFF else REFERENCE)
            | (0 if good_middle else MIDDLE)
            | (0 if ground <= GROUND_RAW else MULTIPLEXER)
            | (MEMORY if memory_spoilt else 0)
        )
        self._judge_inputs()

    def _judge_inputs(self) -> None:
        """An input that was at the end of the scale in nearly every sample of a second is stuck: no line and no ring does that."""
        self.stuck = 0
        for sense in range(len(self._at_rail)):
            if self._rounds and self._at_rail[sense] * 10 >= self._rounds * 9:
                self.stuck |= 1 << sense
            self._at_rail[sense] = 0
        self._rounds = 0
