"""Drives the firmware and prints what it sends. Runs under MicroPython and under CPython: the two must print the same.

Reads /data.json, or the file named on the command line: {"inputs", "first_ms", "step_ms", "samples": [[mV of each line], ...],
"received": {"round": hex of the bytes that arrive then}}.
"""

# ruff: noqa: T201, UP031, PTH123  MicroPython's Python, and its output is the test's input

import json
import sys

from firmware.main import TapBoard


class Uart:
    def __init__(self, received):
        self.received = received
        self.round = 0

    def read(self):
        text = self.received.get(str(self.round))
        return bytes(int(text[at : at + 2], 16) for at in range(0, len(text), 2)) if text else None

    def write(self, data):
        print(self.round, "".join("%02x" % byte for byte in data))


with open(sys.argv[1] if len(sys.argv) > 1 else "/data.json") as file:
    data = json.load(file)
uart = Uart(data["received"])
samples = data["samples"]
board = TapBoard(data["inputs"], lambda sense: samples[uart.round][sense], uart, 0xBEEF)
for number in range(len(samples)):
    uart.round = number
    board.step(data["first_ms"] + number * data["step_ms"])
print(sys.implementation.name, file=sys.stderr)
