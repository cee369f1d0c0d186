"""From the RP2040's converter to the line's millivolts. Whole numbers that stay below 2**30, so that nothing is allocated.

The sense amplifier (hw/board/netlist/tap.cir) divides the line's voltage by 122.95 and centres it on half of the converter's
reference, which is measured too: what both have wrong falls out.
"""

FULL_SCALE_MV = 202870  # across the line, for half of the converter's span: 1.65 V * (3 * RS + RL) / RG
SCALE = FULL_SCALE_MV * 4096 // 32768


def line_mv(raw: int, middle: int) -> int:
    """Millivolts across a line, with sign. raw, middle: the converter's readings of the line and of the middle, 16 bits."""
    return (raw - middle) * SCALE >> 12
