"""The firmware's small parts: what waits for the box, what is kept over a power cut, the self-test, long uptimes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware import protocol
from firmware.linestate import LineState
from firmware.main import REBASE_MS, TapBoard
from firmware.memory import SIZE, Memory
from firmware.outbox import Outbox
from firmware.selftest import MEMORY, MIDDLE, MULTIPLEXER, REFERENCE, SelfTest
from firmware.thresholds import DEFAULTS, HIGHEST, LOWEST, NAMES, Thresholds, wrong

OTHER = (1600, 20000, 26000, 60000, 45, 900, 90, 600)


class Flash:
    """Two slots; `cut` bytes into a write the power fails."""

    def __init__(self) -> None:
        self.slots: dict[int, bytes] = {}
        self.cut: int | None = None

    def read(self, slot: int) -> bytes:
        return self.slots.get(slot, b"")

    def write(self, slot: int, data: bytes) -> None:
        self.slots[slot] = data if self.cut is None else data[: self.cut]

    def memory(self) -> Memory:
        return Memory(self.read, self.write)


def test_what_was_kept_is_there_after_the_next_start() -> None:
    flash = Flash()
    assert flash.memory().load() is None
    assert flash.memory().save(OTHER)
    assert flash.memory().load() == OTHER


@given(st.integers(0, SIZE - 1), st.integers(0, 5))
def test_a_power_cut_while_saving_leaves_the_values_before(cut: int, saves: int) -> None:
    flash = Flash()
    memory = flash.memory()
    memory.load()
    values = DEFAULTS
    for number in range(saves + 1):
        values = (1500 + number, *DEFAULTS[1:])
        memory.save(values)
    flash.cut = cut
    memory.save(OTHER)
    reborn = flash.memory()
    assert reborn.load() == values
    assert not reborn.spoilt
    flash.cut = None
    assert reborn.save(OTHER)
    assert flash.memory().load() == OTHER


def test_many_saves_use_both_slots_in_turn_and_the_newest_holds() -> None:
    flash = Flash()
    for number in range(9):
        memory = flash.memory()
        memory.load()
        memory.save((1500 + number, *DEFAULTS[1:]))
    assert set(flash.slots) == {0, 1}
    assert (flash.memory().load() or ())[0] == 1508


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_garbage_in_flash_is_no_threshold_and_is_said(first: bytes, second: bytes) -> None:
    flash = Flash()
    flash.slots = {0: first, 1: second}
    memory = flash.memory()
    assert memory.load() is None
    assert memory.spoilt == bool(first or second)


def test_flash_that_fails_is_no_end() -> None:
    def fail(*_: object) -> bytes:
        raise OSError

    memory = Memory(fail, fail)
    assert memory.load() is None
    assert not memory.save(DEFAULTS)


def test_a_board_starts_with_what_it_was_told_before() -> None:
    flash = Flash()
    flash.memory().save(OTHER)
    assert TapBoard(1, lambda _: 0, None, 1, memory=flash.memory()).thresholds.values() == OTHER
    flash.slots = {0: b"spoilt"}
    assert TapBoard(1, lambda _: 0, None, 1, memory=flash.memory()).thresholds.values() == DEFAULTS


@given(st.tuples(*(st.integers(low - 1, high + 1) for low, high in zip(LOWEST, HIGHEST, strict=True))))
def test_thresholds_are_taken_all_or_none(values: tuple[int, ...]) -> None:
    held = Thresholds()
    taken = held.set(values)
    assert taken == (wrong(values) == "")
    assert held.values() == (values if taken else DEFAULTS)
    if taken:
        assert all(low <= value <= high for low, value, high in zip(LOWEST, values, HIGHEST, strict=True))
        assert values[0] < values[1] < values[2]


def test_the_defaults_can_be_and_every_value_has_a_name() -> None:
    assert wrong(DEFAULTS) == ""
    assert len(NAMES) == len(DEFAULTS) == len(LOWEST) == len(HIGHEST)
    assert not Thresholds().set(DEFAULTS[:4])


def test_another_threshold_tells_another_state() -> None:
    held = Thresholds()
    held.set((1500, 7000, 9000, *DEFAULTS[3:]))
    line = LineState(held)
    for ms in range(0, 200, 5):
        line.update(ms, -9500)
    assert line.state() == "idle"


@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.lists(st.one_of(st.just("add"), st.integers(0, 12)), max_size=60))
def test_the_outbox_holds_the_newest_in_order_and_counts_what_it_gave_up(size: int, first: int, steps: list[str | int]) -> None:
    outbox, held, counter, lost = Outbox(size, first), [], first, 0
    for step in steps:
        if step == "add":
            assert outbox.add(counter + 7, counter % 16, counter % 7) == counter % 2**32
            held.append(counter)
            lost += len(held) > size
            held = held[-size:]
            counter += 1
        elif held and int(step) < len(held):
            assert outbox.acknowledge(held[int(step)] % 2**32)
            held = held[int(step) + 1 :]
        else:
            assert not outbox.acknowledge((counter + int(step)) % 2**32)
    assert outbox.waiting == len(held)
    assert outbox.lost == lost
    assert outbox.oldest == (held[0] if held else counter) % 2**32
    for place, number in enumerate(held):
        assert outbox.event(place) == (number % 2**32, number + 7, number % 16, number % 7)


def selftest(reference: int = 49648, middle: int = 32768, ground: int = 50) -> SelfTest:
    return SelfTest(2, lambda: reference, lambda: middle, lambda: ground)


def test_the_self_test_names_what_is_wrong() -> None:
    for test, faults in (
        (selftest(), 0),
        (selftest(reference=46000), REFERENCE),
        (selftest(middle=20000), MIDDLE),
        (selftest(ground=32768), MULTIPLEXER),
        (selftest(0, 0, 65535), REFERENCE | MIDDLE | MULTIPLEXER),
    ):
        test.run(memory_spoilt=False)
        assert test.faults == faults
    test = selftest()
    test.run(memory_spoilt=True)
    assert test.faults == MEMORY


def test_every_stuck_select_line_of_the_multiplexer_shows() -> None:
    """Channels: ground 0, lines 1 to 8 (here all on-hook at -48 V), reference 10, middle 15, the rest open."""
    volts = {0: 50, 10: 49648, 15: 32768, **dict.fromkeys(range(1, 9), 32768 - 7750)}
    for bit in range(4):
        for stuck in (0, 1):
            seen = [channel & ~(1 << bit) | stuck << bit for channel in (10, 15, 0)]
            if seen == [10, 15, 0]:
                continue
            test = selftest(*(volts.get(channel, 0) for channel in seen))
            test.run(memory_spoilt=False)
            assert test.faults, (bit, stuck)


def test_a_wandering_middle_is_followed_and_a_wrong_one_is_not() -> None:
    test = selftest(middle=32968)
    for _ in range(30):
        test.run(memory_spoilt=False)
    assert abs(test.middle - 32968) <= 4
    wrong_one = selftest(middle=10000)
    wrong_one.run(memory_spoilt=False)
    assert wrong_one.middle == 32768


def test_an_input_at_the_end_of_its_scale_is_stuck_and_a_ring_is_not() -> None:
    board, test = made(lambda sense, number: 203_000 if sense else (198_000 if number % 4 == 0 else -48_000))
    assert test.stuck == 0b10
    assert board.waiting > 0


def made(volts: object) -> tuple[TapBoard, SelfTest]:
    state = {"round": 0}

    class Uart:
        def read(self) -> None:
            state["round"] += 1

        def write(self, data: bytes) -> None:
            pass

    test = selftest()
    board = TapBoard(2, lambda sense: volts(sense, state["round"]), Uart(), 7, selftest=test)  # type: ignore[operator]
    for ms in range(0, 3000, 5):
        board.step(ms)
    return board, test


class Ear:
    """Keeps the events a board sends."""

    def __init__(self) -> None:
        self.reader = protocol.FrameReader()
        self.events: list[tuple[int, str]] = []
        self.seen = 0

    def read(self) -> bytes | None:
        return protocol.encode(0, protocol.ACK, 7, self.seen) if self.seen else None

    def write(self, data: bytes) -> None:
        for kind, fields in self.reader.feed(data):
            if kind == protocol.EVENT and fields[1] > self.seen:
                self.seen = fields[1]
                self.events.append((fields[2], protocol.KINDS[fields[4]]))


@given(st.integers(-300, 300))
def test_times_go_on_over_the_point_where_the_board_counts_anew(offset: int) -> None:
    """However the counting anew falls into a call: its events and their times are as at any other time."""
    volts = {"now": -48000}
    ear = Ear()
    board = TapBoard(1, lambda _: volts["now"], ear, 7)
    board.step(5)
    uptime = REBASE_MS - 1000 + offset * 5
    began = uptime
    for until, mv in ((500, -48000), (1500, -9000), (2000, 9000), (3500, -48000)):
        while uptime < began + until:
            volts["now"] = mv
            board.step(uptime)
            uptime += 5
    told = [(at - began, kind) for at, kind in ear.events[1:]]
    assert [kind for _, kind in told] == ["off_hook", "reversed", "reversed", "on_hook"]
    for (at, _), due in zip(told, (500, 1500, 2000, 2000), strict=True):
        assert abs(at - due) <= 5
