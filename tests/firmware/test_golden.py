"""The golden frames, which board and box share: both make and read every one of them to the byte."""

from __future__ import annotations

import json
import subprocess
import sys

from firmware import protocol, selftest, thresholds
from hw.interfaces import LINE_EVENT_KINDS
from tests.firmware.golden import FILE, GOOD, golden
from tests.firmware.test_micropython import HERE, ROOT, node

KEPT = json.loads(FILE.read_text("utf-8"))


def expected() -> list[str]:
    lines = [f"version {KEPT['version']}"]
    for frame in KEPT["frames"]:
        lines += [f"frame {frame['hex']}", f"read {frame['kind']} {frame['fields']}"]
    for stream in KEPT["streams"]:
        lines += [f"stream {stream['kinds']}"] * 2
    return lines


def test_micropython_makes_and_reads_the_golden_frames() -> None:
    assert node("drive_golden.py", FILE).splitlines() == expected()


def test_cpython_makes_and_reads_the_golden_frames() -> None:
    command = [sys.executable, str(HERE / "drive_golden.py"), str(FILE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)})
    assert ran.stdout.splitlines() == expected()


def test_the_file_is_what_is_laid_out_by_hand() -> None:
    assert golden() == KEPT


def test_there_is_a_golden_frame_of_every_type_and_event() -> None:
    assert {frame["kind"] for frame in KEPT["frames"]} == set(protocol.FORMATS)
    assert {form for _, kind, form, _ in GOOD if kind == protocol.EVENT} == {protocol.FORMATS[protocol.EVENT]}
    assert [name[7:] for name, kind, _, _ in GOOD if kind == protocol.EVENT] == list(protocol.KINDS) == list(LINE_EVENT_KINDS)


def test_the_protocols_page_shows_the_golden_acknowledgement_and_names_everything() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    acknowledgement = next(frame for frame in KEPT["frames"] if frame["name"] == "acknowledge")
    assert bytes.fromhex(acknowledgement["hex"]).hex(" ") in page.lower()
    assert f"version {protocol.VERSION}" in page
    for kind in protocol.FORMATS:
        assert f"`{kind:02x}`" in page
    for word in (*protocol.KINDS, *protocol.STARTS, *selftest.FAULTS, *thresholds.NAMES):
        assert word in page, word
