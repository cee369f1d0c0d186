"""Reads the golden frames and prints what firmware.protocol makes of them. MicroPython and CPython alike."""

# ruff: noqa: T201, UP031, PTH123  MicroPython's Python, and its output is the test's input

import json
import sys

from firmware import protocol

with open(sys.argv[1] if len(sys.argv) > 1 else "/data.json") as file:
    data = json.load(file)


def unhex(text):
    return bytes(int(text[at : at + 2], 16) for at in range(0, len(text), 2))


print("version", protocol.VERSION)
for golden in data["frames"]:
    made = protocol.encode(golden["sequence"], golden["kind"], *golden["fields"])
    print("frame", "".join("%02x" % byte for byte in made))
    for kind, fields in protocol.FrameReader().feed(unhex(golden["hex"])):
        print("read", kind, list(fields))
for stream in data["streams"]:
    reader = protocol.FrameReader()
    print("stream", [kind for kind, _ in reader.feed(unhex(stream["hex"]) + bytes(64))])
    reader = protocol.FrameReader()
    kinds = []
    for byte in unhex(stream["hex"]) + bytes(64):
        kinds += [kind for kind, _ in reader.feed(bytes([byte]))]
    print("stream", kinds)
