"""Live listening: what readers hear, and that a slow one harms nobody but himself."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hw.interfaces import Samples
from hw.messages import UserError
from recorder.ids import new_id
from recorder.line.pauses import Pauses
from recorder.listen import client, server
from recorder.listen.protocol import BEGAN, BLOCK, DROPPED, ENDED, LOST, MARK, MARKS, PAUSED, PCM, SOCKET
from recorder.listen.reader import HOLDS_S, STALLED_S, Reader
from recorder.listen.server import LiveServer
from recorder.settings.sections import Line
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms

LINES = (Line("1", "tap", (0, 1)), Line("二号", "tap", (2,)))
RATE = 8000


def block(frames: int, channels: int, value: int = 1) -> Samples:
    return np.full((frames, channels), value, np.int16)


class Offer:
    """A server and its steps. A client that asks needs somebody to answer: `asking` steps while it waits."""

    def __init__(self, run: Path, store: Path) -> None:
        self.now = 10.0
        self.run = run
        journal = Journal(CallStore(store))
        pauses = Pauses(journal, Alarms(journal, lambda: 5.0), lambda _line: None, lambda: 5.0, RATE)
        self.server = LiveServer(run, LINES, pauses, lambda: 5.0, lambda: self.now)
        self.server.open()

    def knock(self, request: bytes) -> socket.socket:
        connection = client._connect(self.run)
        connection.sendall(request)
        for _ in range(3):
            self.server.step()
        return connection

    def ask(self, **values: object) -> tuple[dict[str, object], socket.socket]:
        connection = self.knock(json.dumps(values).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += connection.recv(1)
        return json.loads(answer), connection


@pytest.fixture
def offer(tmp_path: Path) -> Iterator[Offer]:
    run = tmp_path / ("a run folder whose path is longer than the 107 bytes that a Unix socket address takes " * 2) / "run"
    run.mkdir(parents=True)
    made = Offer(run, tmp_path / "store")
    yield made
    made.server.close()
    assert not (run / SOCKET).exists()


def received(connection: socket.socket, channels: int) -> list[tuple[bytes, int, Samples]]:
    """Every whole block that has arrived: tag, skipped, samples (or as many rows of nothing). Marks of calls: see `marked`."""
    return [(tag, skipped, what) for tag, skipped, what in whole(connection, channels) if isinstance(what, np.ndarray)]


def marked(connection: socket.socket) -> list[tuple[bytes, str, int]]:
    """The marks that have arrived: tag, call, frame."""
    return [(found[0], *found[2]) for found in whole(connection, 2) if isinstance(found[2], tuple)]


def whole(connection: socket.socket, channels: int) -> list[tuple[bytes, int, Samples | tuple[str, int]]]:
    """Every whole block and mark that has arrived."""
    connection.setblocking(False)
    data = bytearray()
    try:
        while more := connection.recv(1 << 16):
            data += more
    except BlockingIOError:
        pass
    found: list[tuple[bytes, int, Samples | tuple[str, int]]] = []
    while data:
        tag, skipped, frames = BLOCK.unpack_from(data)
        if tag in MARKS:
            call_id, at = MARK.unpack_from(data, BLOCK.size)
            found.append((tag, skipped, (call_id.decode(), at)))
            del data[: BLOCK.size + MARK.size]
            continue
        size = 2 * frames * channels if tag == PCM else 0
        samples = np.frombuffer(bytes(data[BLOCK.size : BLOCK.size + size]), "<i2").reshape(-1, channels)
        found.append((tag, skipped, samples if size else np.zeros((frames, 0), np.int16)))
        del data[: BLOCK.size + size]
    return found


def test_a_reader_is_told_what_he_hears_and_hears_it(offer: Offer) -> None:
    answer, connection = offer.ask(ask="listen", line="1", by="1001")
    assert answer == {"ok": True, "line": "1", "layout": "pair", "rate": 8000, "channels": 2, "encoding": "s16le"}
    offer.server.audio("1", block(800, 2, 7))
    offer.server.audio("二号", block(800, 1, 9))
    offer.server.silence("1", PAUSED, 1600)
    offer.server.silence("1", LOST, 80)
    offer.server.audio("1", block(3, 2, -7))
    offer.server.step()
    heard = received(connection, 2)
    assert [(tag, skipped, len(samples)) for tag, skipped, samples in heard] == [
        (PCM, 0, 800), (PAUSED, 0, 1600), (LOST, 0, 80), (PCM, 0, 3),
    ]  # fmt: skip
    assert heard[0][2].tolist() == [[7, 7]] * 800
    assert heard[3][2].tolist() == [[-7, -7]] * 3


def test_the_socket_is_for_the_group_only(offer: Offer) -> None:
    assert stat.S_IMODE((offer.run / SOCKET).stat().st_mode) == 0o660


def test_who_listens_is_in_the_status_until_he_leaves(offer: Offer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    _, connection = offer.ask(ask="listen", line="二号", by="主管")
    (one,) = offer.server.status()
    assert (one.line, one.by, one.since, one.skipped_frames) == ("二号", "主管", "1970-01-01T00:00:05.000Z", 0)
    connection.close()
    offer.server.step()
    assert offer.server.status() == ()
    assert [record.message for record in caplog.records] == [
        "line 二号: 主管 listens", "line 二号: 主管 has stopped listening, 0 frames skipped",
    ]  # fmt: skip


def test_a_slow_reader_misses_audio_and_is_told_how_much(offer: Offer) -> None:
    """Skipped and heard frames together are all there were; what waits for him stays small."""
    _, slow = offer.ask(ask="listen", line="1", by="slow")
    _, quick = offer.ask(ask="listen", line="1", by="quick")
    for number in range(600):  # a minute
        offer.server.audio("1", block(800, 2, number))
        offer.server.step()
        if number % 10 == 0:
            received(quick, 2)
    late = received(slow, 2)
    offer.server.step()
    late += received(slow, 2)
    offer.server.step()
    late += received(slow, 2)
    assert sum(skipped + len(samples) for _, skipped, samples in late) == 600 * 800
    assert max(skipped for _, skipped, _ in late) > 40 * RATE
    assert late[-1][2][0, 0] == 599  # he is where the call is
    assert {one.by: one.skipped_frames > 0 for one in offer.server.status()} == {"slow": True, "quick": False}


def test_a_reader_who_never_reads_is_sent_away(offer: Offer) -> None:
    offer.ask(ask="listen", line="1", by="asleep")
    for _ in range(round((STALLED_S + HOLDS_S + 20) * 10)):
        offer.server.audio("1", block(800, 2))
        offer.server.step()
    assert offer.server.status() == ()


def test_a_program_is_told_of_calls_a_person_is_not(offer: Offer) -> None:
    one, two = new_id(5.0), new_id(6.0)
    offer.server.audio("1", block(800, 2))
    answer, program = offer.ask(ask="listen", line="1", by="analyzer", calls=True)
    assert answer["frame"] == 800
    _, person = offer.ask(ask="listen", line="1", by="1001")
    offer.server.audio("1", block(800, 2))
    offer.server.call_began("1", one, 1000)
    offer.server.audio("1", block(800, 2))
    _, late = offer.ask(ask="listen", line="1", by="analyzer", calls=True)
    offer.server.call_ended("1", 100)
    offer.server.call_began("1", two, 0)
    offer.server.call_ended("1", 0, dropped=True)
    offer.server.step()
    ended = [(ENDED, one, 2300), (BEGAN, two, 2400), (DROPPED, two, 2400)]
    assert marked(program) == [(BEGAN, one, 600), *ended]
    assert marked(late) == [(BEGAN, one, 600), *ended]
    assert [len(samples) for _, _, samples in received(person, 2)] == [800, 800]
    assert [(one.by, one.program) for one in offer.server.status()] == [
        ("analyzer", True), ("1001", False), ("analyzer", True)
    ]  # fmt: skip


def test_marks_of_calls_outlive_the_audio_that_a_slow_program_misses(offer: Offer) -> None:
    first, second = new_id(5.0), new_id(6.0)
    _, program = offer.ask(ask="listen", line="1", by="analyzer", calls=True)
    for number in range(300):
        offer.server.audio("1", block(800, 2))
        if number in (100, 200):
            offer.server.call_began("1", first if number == 100 else second, 0)
        if number == 150:
            offer.server.call_ended("1", 0)
        offer.server.step()
    marks, frames = [], 0
    for _ in range(5):
        for _tag, skipped, what in whole(program, 2):
            frames += skipped + (len(what) if isinstance(what, np.ndarray) else 0)
            marks += [what] if isinstance(what, tuple) else []
        offer.server.step()
    assert marks == [(first, 101 * 800), (first, 151 * 800), (second, 201 * 800)]
    assert frames == 300 * 800


def test_programs_take_no_place_of_a_persons(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_READERS", 1)
    kept = [offer.ask(ask="listen", line="1", by="analyzer", calls=True), offer.ask(ask="listen", line="1", by="1001")]
    assert [answer["ok"] for answer, _ in kept] == [True, True]
    assert not offer.ask(ask="listen", line="1", by="1002")[0]["ok"]


@pytest.mark.parametrize(
    ("request_line", "says"),
    [
        (b"listen to me\n", "no line of JSON"),
        (b"[1]\n", "no line of JSON"),
        (b'{"ask": "listen", "line": "9"}\n', "no line '9'; there are: 1, "),
        (b'{"ask": "sing", "line": "1"}\n', "no request 'sing'"),
        (b'{"ask": "pause", "line": "1", "seconds": "long"}\n', "limit in seconds"),
        (b'{"ask": "pause", "line": "1", "seconds": 9000}\n', "at most 30 minutes"),
        (b'{"ask": "pause", "line": "1", "seconds": 9}\n', "no call to pause"),
        (b'{"ask": "resume", "line": "1"}\n', "is not paused"),
        (b"x" * 5000, "no line of JSON"),
    ],
)
def test_what_cannot_be_done_is_said(offer: Offer, request_line: bytes, says: str) -> None:
    connection = offer.knock(request_line)
    answer = json.loads(connection.makefile().readline())
    assert says in answer["error"]["en"]
    assert not answer["ok"]
    assert answer["error"]["zh"]


def test_there_is_room_for_so_many(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_READERS", 2)
    kept = [offer.ask(ask="listen", line="1", by=str(number)) for number in range(3)]
    assert [answer["ok"] for answer, _ in kept] == [True, True, False]
    kept[0][1].close()
    offer.server.step()
    assert offer.ask(ask="listen", line="二号")[0]["ok"]


def test_one_who_says_nothing_is_sent_away(offer: Offer) -> None:
    silent = offer.knock(b'{"ask": ')
    offer.now += server.ASKING_S + 1
    offer.server.step()
    assert silent.recv(10) == b""


def test_without_a_recorder_the_client_says_so(tmp_path: Path) -> None:
    for run in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match="does not answer") as caught:
            client.LiveAudio(run, "1", "me")
        assert "systemctl start" in caught.value.message.zh


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.integers(1, 4000), st.just("read"), st.integers(-90_000, -1)), max_size=60))
def test_every_frame_is_heard_or_said_to_be_skipped(steps: list[int | str]) -> None:
    """Positive: a block; negative: a loss; "read": the reader takes all there is. His memory stays bounded."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    reader = Reader(ours, "1", "x", 0.0, RATE)
    told = given_frames = 0
    heard: list[tuple[bytes, int, Samples]] = []
    for step in [*steps, "read", "read", "read"]:
        if step == "read":
            reader.send()
            heard += received(theirs, 1)
        elif isinstance(step, int):
            given_frames += abs(step)
            reader.audio(block(step, 1)) if step > 0 else reader.silence(LOST, -step)
        waiting = sum(len(data) for _, _, data in reader._waiting)
        assert waiting <= max(2 * HOLDS_S * RATE, 2 * 4000)
    told = sum(skipped + len(samples) for _, skipped, samples in heard)
    assert told == given_frames
    ours.close()
    theirs.close()
