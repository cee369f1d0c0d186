"""The tap board itself: the only file that touches the RP2040. Not importable under CPython. Its pins stand in firmware/wiring.py.

No board has been built yet: all of this is unproven on hardware (hw/board/README.md says what is simulated).
"""

import os
import time

import machine
from machine import ADC, UART, WDT, Pin

from firmware.main import TapBoard, run
from firmware.memory import Memory
from firmware.scale import line_mv
from firmware.selftest import SelfTest
from firmware.wiring import (
    ADC_PIN,
    BAUD,
    FIRST_LINE_CHANNEL,
    GROUND_CHANNEL,
    INPUTS,
    MIDDLE_CHANNEL,
    REFERENCE_CHANNEL,
    SELECT_PINS,
    UART_RX,
    UART_TX,
    WATCHDOG_MS,
)


class Converter:
    """The ADC behind its multiplexer."""

    def __init__(self) -> None:
        self._select = [Pin(number, Pin.OUT) for number in SELECT_PINS]
        self._adc = ADC(Pin(ADC_PIN))
        self.selftest = SelfTest(
            INPUTS,
            lambda: self.raw(REFERENCE_CHANNEL),
            lambda: self.raw(MIDDLE_CHANNEL),
            lambda: self.raw(GROUND_CHANNEL),
        )

    def raw(self, channel: int) -> int:
        """16 bits. The first reading after switching is thrown away: the converter still holds the last channel's charge."""
        for bit in range(len(self._select)):  # enumerate would allocate
            self._select[bit].value(channel >> bit & 1)
        self._adc.read_u16()
        return self._adc.read_u16()  # type: ignore[no-any-return]

    def read_mv(self, sense: int) -> int:
        """Millivolts across line `sense`, with sign."""
        return line_mv(self.raw(FIRST_LINE_CHANNEL + sense), self.selftest.middle)


def _name(slot: int) -> str:
    return "thresholds." + str(slot)


def _read(slot: int) -> bytes:
    try:
        with open(_name(slot), "rb") as file:  # noqa: PTH123  MicroPython
            return file.read()
    except OSError:
        return b""


def _write(slot: int, data: bytes) -> None:
    with open(_name(slot), "wb") as file:  # noqa: PTH123  MicroPython
        file.write(data)
    if hasattr(os, "sync"):
        os.sync()


def start() -> None:
    """Run the board for ever."""
    uart = UART(0, BAUD, tx=Pin(UART_TX), rx=Pin(UART_RX), txbuf=1024, rxbuf=256, timeout=0)
    started = 1 if machine.reset_cause() == machine.WDT_RESET else 0
    converter = Converter()
    converter.selftest.run(False)  # the middle is measured before the first line is
    boot_id = int.from_bytes(os.urandom(2), "little")
    watchdog = WDT(timeout=WATCHDOG_MS)
    memory = Memory(_read, _write)
    tap = TapBoard(INPUTS, converter.read_mv, uart, boot_id, memory=memory, selftest=converter.selftest, started=started)
    run(tap, time, watchdog.feed)
