"""The tap board itself: the only file that knows the RP2040's pins. Not importable under CPython.

A 16-to-1 analog multiplexer (74HC4067) leads each line's divider to ADC0. The divider is differential, at least 10 MOhm a wire,
and centred on half of the ADC's reference, so that +-FULL_SCALE_MV across the line spans the whole ADC. No board has been built
yet: pins and scale are the plan of a later issue and unproven on hardware.
"""

import os
import time

from machine import ADC, UART, WDT, Pin

from firmware.main import TapBoard, run

INPUTS = 16
FULL_SCALE_MV = 200000
BAUD = 115200
WATCHDOG_MS = 2000


class Lines:
    """The lines' voltages by multiplexer and ADC."""

    def __init__(self) -> None:
        self._select = [Pin(number, Pin.OUT) for number in (2, 3, 4, 5)]
        self._adc = ADC(Pin(26))

    def read_mv(self, sense: int) -> int:
        """Millivolts across line `sense`, with sign."""
        for bit, pin in enumerate(self._select):
            pin.value(sense >> bit & 1)
        raw = self._adc.read_u16()  # type: int
        return (raw - 32768) * FULL_SCALE_MV // 32768


def start() -> None:
    """Run the board for ever."""
    uart = UART(0, BAUD, tx=Pin(0), rx=Pin(1), txbuf=1024, rxbuf=256, timeout=0)
    watchdog = WDT(timeout=WATCHDOG_MS)
    boot_id = int.from_bytes(os.urandom(2), "little")
    run(TapBoard(INPUTS, Lines().read_mv, uart, boot_id), time, watchdog.feed)
