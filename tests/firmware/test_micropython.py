"""The firmware's own files under the real MicroPython interpreter, frame for frame as under CPython."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firmware import protocol
from hw.simulated.voltages import LineAction, LineVoltages

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INTERPRETER = ROOT / "node_modules" / "@micropython" / "micropython-webassembly-pyscript" / "micropython.mjs"

SCHEDULE = [
    LineAction(1.0, 0, "ring"), LineAction(8.5, 0, "answer"), LineAction(12.0, 0, "flash"), LineAction(15.0, 0, "hang_up"),
    LineAction(2.0, 1, "pick_up"), LineAction(4.0, 1, "reverse"), LineAction(9.0, 1, "hang_up"),
    LineAction(3.0, 2, "unplug"), LineAction(10.0, 2, "plug_in"),
]  # fmt: skip


def node(script: str, *data: Path) -> str:
    if shutil.which("node") is None or not INTERPRETER.exists():
        pytest.fail("node or MicroPython's interpreter is missing: run make setup (npm ci)")
    command = ["node", str(HERE / "micropython.mjs"), str(ROOT / "firmware"), str(HERE / script), *map(str, data)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return ran.stdout


def frames(text: str) -> list[tuple[int, tuple[int, ...]]]:
    reader = protocol.FrameReader()
    return [frame for line in text.split() if len(line) > 4 for frame in reader.feed(bytes.fromhex(line))]


@pytest.mark.parametrize("first_ms", [0, 2**30 - 9000, 2**32 - 9000], ids=["new", "12 days", "49 days"])
def test_micropython_sends_the_same_bytes_as_cpython(tmp_path: Path, first_ms: int) -> None:
    lines = [LineVoltages([action for action in SCHEDULE if action.sense == sense]) for sense in range(3)]
    samples = [[line.mv(number * 10) for line in lines] for number in range(1800)]
    ack = protocol.encode(1, protocol.ACK, 0xBEEF, 4)
    request = protocol.encode(0, protocol.HELLO_REQUEST, protocol.VERSION)
    received = {"300": b"\xa5\x5anoise" + request, "600": ack[:5], "601": ack[5:], "700": b"\x00" * 60}
    data = tmp_path / "data.json"
    hexes = {at: came.hex() for at, came in received.items()}
    data.write_text(json.dumps({"inputs": 3, "first_ms": first_ms, "step_ms": 10, "samples": samples, "received": hexes}))
    command = [sys.executable, str(HERE / "drive.py"), str(data)]
    environment = {"PYTHONPATH": str(ROOT)}
    cpython = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert cpython.stderr.strip() == "cpython"
    micropython = node("drive.py", data)
    assert micropython == cpython.stdout
    events = [fields for kind, fields in frames(micropython) if kind == protocol.EVENT]
    assert {protocol.KINDS[fields[4]] for fields in events} == set(protocol.KINDS)
    assert max(fields[1] for fields in events) == 15
    assert (protocol.HELLO, (protocol.VERSION, 0xBEEF, 3, first_ms + 3000, 1, 0)) in frames(micropython)


def test_the_boards_own_file_runs_under_micropython_on_a_make_believe_machine() -> None:
    printed = node("drive_board.py").split()
    assert printed[-1] == "done"
    got = frames("\n".join(printed[:-1]))
    assert got[0][0] == protocol.HELLO
    assert got[0][1][2] == 8
    assert got[0][1][5] == protocol.STARTS.index("watchdog")
    kinds = {fields[3]: protocol.KINDS[fields[4]] for kind, fields in got if kind == protocol.EVENT}
    assert kinds == {sense: "off_hook" if sense == 3 else "on_hook" for sense in range(8)}
    faults = [fields[4:6] for kind, fields in got if kind == protocol.HEARTBEAT]
    assert set(faults) == {(0, 0)}


def test_sampling_lines_at_rest_takes_no_memory() -> None:
    """A collection of garbage would hold up sampling; and the check can tell: beyond 2**30 numbers are on the heap."""
    printed = dict(line.rsplit(" ", 1) for line in node("drive_alloc.py").splitlines())
    assert int(printed["at rest"]) == 0
    assert int(printed["beyond 2**30"]) > 0
