"""Runs firmware/board.py, all of it, on a make-believe machine module: MicroPython only."""

# ruff: noqa: T201, UP031, ARG002, RUF012  MicroPython's Python, and its output is the test's input

import sys


class Pin:
    OUT = 1
    selected = {}

    def __init__(self, number, mode=None):
        self.number = number

    def value(self, bit):
        Pin.selected[self.number] = bit


class ADC:
    def __init__(self, pin):
        pass

    def read_u16(self):
        """Line 3 is off-hook at -9 V, every other on-hook at -48 V; the three test voltages are as they should be."""
        channel = sum(Pin.selected[number] << bit for bit, number in enumerate((2, 3, 4, 5)))
        if channel in (0, 10, 15):
            return {0: 90, 10: 49700, 15: 32800}[channel]
        return 32800 + (-9000 if channel == 4 else -48000) * 32768 // 202870


class UART:
    def __init__(self, *_, **__):
        pass

    def read(self):
        return None

    def write(self, data):
        print("".join("%02x" % byte for byte in data))


class DoneError(Exception):
    pass


class WDT:
    def __init__(self, timeout):
        self.left = 40

    def feed(self):
        self.left -= 1
        if not self.left:
            raise DoneError


class Machine:
    """What stands in for the module."""


Machine.WDT_RESET = 3
Machine.reset_cause = lambda: 3
Machine.Pin, Machine.ADC, Machine.UART, Machine.WDT = Pin, ADC, UART, WDT
sys.modules["machine"] = Machine


class Os:
    """The interpreter's WebAssembly port has no urandom; the RP2040's has."""

    @staticmethod
    def urandom(count):
        return bytes(range(count))


sys.modules["os"] = Os

from firmware.board import start  # noqa: E402  after the machine it needs

try:
    start()
except DoneError:
    print("done")
