"""Makes golden_frames.json anew: .venv/bin/python -m tests.firmware.golden. Only a new version of the protocol may change it.

The bytes are laid out here by hand, not by firmware.protocol, which is what they are to prove.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

FILE = Path(__file__).parent / "golden_frames.json"

GOOD = [
    ("hello", 0x01, "<BHBQIB", [2, 0xBEEF, 8, 86_400_000, 17, 1]),
    ("hello after 60 days, counter about to go round", 0x01, "<BHBQIB", [2, 0, 16, 60 * 86_400_000, 2**32 - 1, 0]),
    ("heartbeat", 0x02, "<HQIIHHH", [0xBEEF, 1000, 1, 0, 0, 0, 3]),
    ("heartbeat with every fault", 0x02, "<HQIIHHH", [0xBEEF, 2**40, 5, 2**32 - 1, 15, 0xFFFF, 65535]),
    *[(f"event: {kind}", 0x03, "<HIQBB", [0xBEEF, number + 1, 5000 + number, number, number])
      for number, kind in enumerate(("ring_start", "ring_stop", "off_hook", "on_hook", "flash", "reversed", "no_line"))],
    ("thresholds", 0x04, "<H4I4H", [0xBEEF, 1500, 18000, 24000, 70000, 40, 1000, 80, 700]),
    ("voltages", 0x05, "<H16h", [0xBEEF, -4800, 4800, -900, 0, 20287, -20287, *[0] * 10]),
    ("hello request", 0x81, "<B", [2]),
    ("acknowledge", 0x82, "<HI", [0xBEEF, 2**31]),
    ("set thresholds", 0x83, "<4I4H", [1600, 20000, 26000, 60000, 45, 900, 90, 600]),
    ("get thresholds", 0x84, "<", []),
    ("get voltages", 0x85, "<", []),
]  # fmt: skip


def frame(sequence: int, kind: int, form: str, fields: list[int]) -> bytes:
    payload = struct.pack(form, *fields)
    body = bytes([len(payload), sequence, kind]) + payload
    return b"\xa5\x5a" + body + struct.pack("<I", zlib.crc32(body))


def bad_streams() -> list[dict[str, object]]:
    """Streams with something wrong in them, and which frames are to come out all the same."""
    ack = frame(1, 0x82, "<HI", [0xBEEF, 7])
    event = frame(2, 0x03, "<HIQBB", [0xBEEF, 8, 9, 1, 2])
    flipped = bytes([*ack[:7], ack[7] ^ 4, *ack[8:]])
    in_payload = frame(3, 0x82, "<HI", [0x5AA5, 0x5AA55AA5])
    return [
        {"name": "a flipped bit, then a good frame", "hex": (flipped + event).hex(), "kinds": [3]},
        {"name": "a lost byte, then two good frames", "hex": (ack[:6] + ack[7:] + event + ack).hex(), "kinds": [3, 0x82]},
        {"name": "a doubled byte, then two good frames", "hex": (ack[:6] + ack[5:] + event + ack).hex(), "kinds": [3, 0x82]},
        {"name": "noise with a sync mark in it", "hex": (b"\xa5\xa5\x5a\xff\xa5" + ack).hex(), "kinds": [0x82]},
        {"name": "sync marks inside the payload", "hex": in_payload.hex(), "kinds": [0x82]},
        {"name": "an unknown type is passed over", "hex": (frame(4, 0x44, "<H", [1]) + ack).hex(), "kinds": [0x82]},
        {"name": "a known type of another length is passed over", "hex": (frame(5, 0x82, "<H", [1]) + ack).hex(), "kinds": [0x82]},
        {"name": "another version's hello gives its version", "hex": frame(6, 0x01, "<BQ", [9, 1]).hex(), "kinds": [1]},
    ]


def as_kept(sequence: int, name: str, kind: int, form: str, fields: list[int]) -> dict[str, object]:
    wire = frame(sequence, kind, form, fields).hex()
    return {"name": name, "kind": kind, "sequence": sequence, "fields": fields, "hex": wire}


def golden() -> dict[str, object]:
    frames = [as_kept(number * 37 % 256, *good) for number, good in enumerate(GOOD)]
    return {"version": 2, "frames": frames, "streams": bad_streams()}


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden(), indent=1) + "\n", "utf-8")
