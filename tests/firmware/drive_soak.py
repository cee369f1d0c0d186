"""Runs the firmware over a file of voltages and prints every event with the round it was first sent in; acknowledges as a box does.

Runs under MicroPython and CPython alike. /data.json, or the file on the command line, is no JSON but int32 mV, INPUTS a round.
"""

# ruff: noqa: T201, PTH123  MicroPython's Python, and its output is the test's input

import sys
from array import array

from firmware import protocol
from firmware.main import TapBoard

INPUTS = 8
STEP_MS = 5
LATE_ROUNDS = 20  # the box looks ten times a second


class Uart:
    """The box's end: hears every frame, acknowledges every now and then."""

    def __init__(self):
        self.reader = protocol.FrameReader()
        self.round = 0
        self.seen = 0

    def read(self):
        if self.round % LATE_ROUNDS == 0 and self.seen:
            return protocol.encode(0, protocol.ACK, 0xBEEF, self.seen)
        return None

    def write(self, data):
        for kind, fields in self.reader.feed(data):
            if kind == protocol.EVENT and fields[1] == self.seen + 1:
                self.seen += 1
                print(self.round * STEP_MS, fields[2], fields[3], protocol.KINDS[fields[4]])


uart = Uart()
row = array("i", bytes(4 * INPUTS))
board = TapBoard(INPUTS, lambda sense: row[sense], uart, 0xBEEF)
with open(sys.argv[1] if len(sys.argv) > 1 else "/data.json", "rb") as file:
    while file.readinto(row):
        board.step(uart.round * STEP_MS)
        uart.round += 1
print(sys.implementation.name, board.waiting)
