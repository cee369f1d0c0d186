"""The wire protocol's frames."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from firmware import protocol
from hw.interfaces import LINE_EVENT_KINDS

frames = st.one_of(
    st.tuples(
        st.just(protocol.HEARTBEAT),
        st.tuples(*(st.integers(0, top) for top in (65535, 2**64 - 1, 2**32 - 1, 2**32 - 1, 65535, 65535, 65535))),
    ),
    st.tuples(st.just(protocol.VOLTAGES), st.tuples(st.integers(0, 65535), *[st.integers(-32768, 32767)] * 16)),
    st.tuples(st.just(protocol.GET_VOLTAGES), st.just(())),
    st.tuples(st.just(protocol.ACK), st.tuples(st.integers(0, 65535), st.integers(0, 2**32 - 1))),
    st.tuples(
        st.just(protocol.EVENT),
        st.tuples(*(st.integers(0, top) for top in (65535, 2**32 - 1, 2**64 - 1, 255, 255))),
    ),
)


def encoded(all_frames: list[tuple[int, tuple[int, ...]]]) -> bytes:
    return b"".join(protocol.encode(number, kind, *fields) for number, (kind, fields) in enumerate(all_frames))


def test_the_board_and_the_box_call_events_the_same() -> None:
    assert protocol.KINDS == LINE_EVENT_KINDS


@given(st.lists(frames, max_size=8), st.lists(st.integers(1, 9), min_size=1))
def test_frames_come_out_as_they_went_in_however_cut(all_frames: list[tuple[int, tuple[int, ...]]], cuts: list[int]) -> None:
    data, reader = encoded(all_frames), protocol.FrameReader()
    got: list[tuple[int, tuple[int, ...]]] = []
    at = 0
    while at < len(data):
        cut = cuts[len(got) % len(cuts)]
        got += reader.feed(data[at : at + cut])
        at += cut
    assert got == all_frames
    assert reader.bad == 0


@given(st.lists(st.tuples(st.binary(max_size=30), frames), max_size=6))
def test_garbage_between_frames_costs_no_more_than_what_it_covers(pieces: list[tuple[bytes, tuple[int, tuple[int, ...]]]]) -> None:
    """Garbage that looks like the head of a frame may hold back what follows, but only until enough has followed."""
    reader = protocol.FrameReader()
    data = b"".join(garbage + protocol.encode(0, kind, *fields) for garbage, (kind, fields) in pieces)
    got = reader.feed(data + bytes(protocol.MAX_PAYLOAD + protocol.OVERHEAD))
    assert got == [frame for _, frame in pieces]


@given(frames, st.data())
def test_a_flipped_bit_never_passes(frame: tuple[int, tuple[int, ...]], data: st.DataObject) -> None:
    wire = bytearray(protocol.encode(0, frame[0], *frame[1]))
    bit = data.draw(st.integers(0, len(wire) * 8 - 1))
    wire[bit // 8] ^= 1 << bit % 8
    assert protocol.FrameReader().feed(bytes(wire) + bytes(60)) == []


def test_noise_alone_makes_no_frames_and_is_not_kept() -> None:
    noise = random.Random(1).randbytes(200_000)
    reader = protocol.FrameReader()
    for at in range(0, len(noise), 100):
        assert reader.feed(noise[at : at + 100]) == []
    assert len(reader._buffer) <= protocol.MAX_PAYLOAD + protocol.OVERHEAD


def test_another_versions_hello_gives_its_version_whatever_follows() -> None:
    assert protocol.decode(protocol.HELLO, b"\x09anything") == (9,)


def test_an_unknown_frame_or_length_is_passed_over() -> None:
    assert protocol.decode(0x44, b"") is None
    assert protocol.decode(protocol.ACK, b"123") is None
    assert protocol.decode(protocol.HELLO, b"") is None
