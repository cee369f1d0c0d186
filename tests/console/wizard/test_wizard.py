"""The wizard with a scripted person, a sound device in which one channel after the other speaks, and a tap board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from console.technician.pin import Pin
from console.wizard import ending, steps
from console.wizard.answers import Answers, LineAnswer, keep
from console.wizard.steps import Equipment
from console.wizard.talk import Talk
from hw.finding import SerialPort, SoundDevice
from hw.interfaces import AudioBlock, LineEvent
from hw.messages import UserError
from quality.access.users import Users
from recorder.settings.loader import SettingsError, load
from recorder.settings.sections import Device, Settings, Web

RATE, PERIOD = 8000, 800
DEVICE = SoundDevice("hw:CARD=Tap", "Tap", 8, RATE)
USB = SerialPort("/dev/ttyUSB0", "USB serial")


class Person:
    """Answers in order; what it was shown is kept."""

    def __init__(self, *answers: str, language: str = "en") -> None:
        self.answers, self.shown = list(answers), ""
        self.talk = Talk(language, self.hear, self.hear, self.write)

    def hear(self, question: str) -> str:
        self.shown += question + "\n"
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def write(self, text: str) -> None:
        self.shown += text


class Voices:
    """A device whose lines hiss; each time it is opened the second time (to speak), the next of `speakers` is loud."""

    rate, channels = RATE, 8

    def __init__(self, speakers: Sequence[int | None]) -> None:
        self._speakers = iter(speakers)
        self._opened, self._loud = 0, None  # type: ignore[var-annotated]
        self._noise = np.random.default_rng(7)

    def open(self) -> None:
        self._opened += 1
        self._loud = next(self._speakers) if self._opened % 2 == 0 else None

    def read(self) -> AudioBlock:
        samples = self._noise.normal(0, 8, (PERIOD, self.channels))
        if self._loud is not None:
            samples[:, self._loud] += self._noise.normal(0, 3000, PERIOD)
            samples[:, self._loud ^ 1] += self._noise.normal(0, 20, PERIOD)  # leakage beside it
        return AudioBlock(samples.astype(np.int16))

    def close(self) -> None:
        pass


class Board:
    """Tells, while the second line's handset is lifted, that its input 5 went off the hook."""

    def __init__(self, events: list[list[LineEvent]]) -> None:
        self._events = iter(events)

    def open(self) -> None: ...

    def poll(self) -> list[LineEvent]:
        return next(self._events, [])

    def close(self) -> None: ...


def equipment(voices: Voices, board: Board | None = None) -> Equipment:
    def open_source(_device: Device) -> Voices:
        return voices

    return Equipment(
        sounds=lambda: [DEVICE], sound=lambda _: DEVICE, open_source=open_source, ports=lambda: [USB],
        board=lambda _: "/dev/ttyACM0" if board else None, sense=lambda _: board or Board([]),
    )  # fmt: skip


def test_lines_are_found_by_speaking_into_them() -> None:
    person = Person(
        "", "801", "1", "", "", "y",  # Line 1: extension, pair, quiet, neighbour, another
        "Trunk", "", "02", "2", "", "n",  # a two-wire trunk
    )  # fmt: skip
    board = Board([[], [LineEvent(5, "off_hook", 0.0, 1)]])
    answers = Answers(pcm=DEVICE.pcm, channels=8, board="/dev/ttyACM0")
    found = steps.lines(person.talk, Settings(), answers, equipment(Voices([2, 7]), board))
    assert found.lines == (
        LineAnswer("Line 1", (2, 3), extension="801", sense=5), LineAnswer("Trunk", (7,), trunk="02"),
    )  # fmt: skip
    assert "Heard on channel 2, tap board input 5." in person.shown


def test_where_nobody_is_heard_the_channel_is_asked_for() -> None:
    person = Person("", "801", "2", "", "9", "4", "n")
    found = steps.lines(person.talk, Settings(), Answers(pcm="x", channels=8), equipment(Voices([None])))
    assert found.lines[0].channels == (4,)
    assert "Nobody was heard" in person.shown
    assert "Type one of 0, 1, 2, 3, 4, 5, 6, 7." in person.shown


def test_a_channel_is_given_once() -> None:
    answers = Answers(pcm="x", channels=2, lines=(LineAnswer("Line 1", (0, 1)),))
    person = Person()
    assert steps.lines(person.talk, Settings(), answers, equipment(Voices([]))).lines == answers.lines
    assert "All channels are taken." in person.shown


def test_the_board_and_the_printer_port_are_set(tmp_path: Path) -> None:
    person = Person("2", "1", "1200")
    answers = steps.board(person.talk, Answers(), equipment(Voices([]), Board([])))
    answers = steps.call_records(person.talk, Settings(), answers, equipment(Voices([])))
    assert answers.board == "/dev/ttyACM0"
    assert answers.records == {"transport": "serial", "port": "/dev/ttyUSB0", "baud": 1200, "layout": "avaya_cm_isdn"}
    keep(answers, tmp_path / "callbox.toml")
    kept = load([tmp_path / "callbox.toml"])
    assert (kept.line_sense.port, kept.call_records.layout) == ("/dev/ttyACM0", "avaya_cm_isdn")


def test_a_wrong_time_zone_is_asked_for_again() -> None:
    person = Person("云帆", "云帆，云帆科技", "Mars/Olympus", "Asia/Shanghai", language="zh")
    answers = steps.site(person.talk, Settings(), Answers())
    assert (answers.site, answers.company, answers.timezone, answers.language) == (
        "云帆", ("云帆", "云帆科技"), "Asia/Shanghai", "zh",
    )  # fmt: skip
    assert "没有时区 Mars/Olympus" in person.shown


WHOLE = Answers(
    site="Acme", company=("Acme",), language="en", timezone="UTC", pcm="hw:CARD=Tap", channels=8,
    lines=(LineAnswer("Line 1", (0, 1), extension="801", sense=0),), board="/dev/ttyACM0",
)  # fmt: skip


def test_what_was_in_the_file_stays(tmp_path: Path) -> None:
    config = tmp_path / "callbox.toml"
    config.write_text('# our box\n[site]\nname = "old" # the name\n\n[retention]\ndays = 90 # by contract\n', "utf-8")
    before = keep(WHOLE, config)
    text = config.read_text("utf-8")
    assert "# our box" in text
    assert "days = 90 # by contract" in text
    kept = load([config])
    assert (kept.site.name, kept.line[0].channels, kept.retention.days) == ("Acme", (0, 1), 90)
    assert before is not None
    assert 'name = "old"' in before.read_text("utf-8")
    again = keep(WHOLE, config)
    assert load([config]) == kept
    assert again is not None


def test_settings_that_would_be_wrong_are_not_kept(tmp_path: Path) -> None:
    config = tmp_path / "callbox.toml"
    config.write_text('[[assignment]]\nagent = "1"\nline = "Line 9"\n\n[[agent]]\nid = "1"\nname = "A"\n')
    before = config.read_text()
    with pytest.raises(SettingsError, match="Line 9"):
        keep(WHOLE, config)
    assert config.read_text() == before


def test_a_person_who_leaves_changes_nothing() -> None:
    with pytest.raises(UserError, match="broken off"):
        steps.site(Person("name").talk, Settings(), Answers())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "store").mkdir()
    yield tmp_path / "store"


def test_the_first_administrator(store: Path) -> None:
    person = Person("", "green-lake-12", "green-lake-21", "", "short", "short", "", "green-lake-12", "green-lake-12")
    ending.administrator(person.talk, store)
    assert Users(store).check("admin", "green-lake-12")
    assert "The two differ." in person.shown
    silent = Person()
    ending.administrator(silent.talk, store)
    assert silent.shown == ""


def test_the_consoles_port_and_pin(store: Path, tmp_path: Path) -> None:
    answers = steps.console(Person("2").talk, Settings(), Answers(), equipment(Voices([])))
    keep(answers, tmp_path / "callbox.toml")
    assert load([tmp_path / "callbox.toml"]).console.port == "/dev/ttyUSB0"
    person = Person("123456", "481516")
    ending.console_pin(person.talk, store)
    assert "too easy to guess" in person.shown
    assert Pin(store).matches("481516")


def test_pages_are_served_by_https_unless_somebody_says_no(tmp_path: Path) -> None:
    keep(steps.pages(Person("").talk, Settings(), Answers()), tmp_path / "callbox.toml")
    assert load([tmp_path / "callbox.toml"]).web.tls == "box"
    assert steps.pages(Person("n").talk, Settings(), Answers()).tls == ""
    assert steps.pages(Person().talk, Settings(web=Web(tls="box")), Answers()).tls == ""


def test_addresses_as_a_browser_takes_them() -> None:
    assert ending.addresses(Web("192.168.1.5", 8080), tls=False) == ["http://192.168.1.5:8080/"]
    assert ending.addresses(Web("192.168.1.5", 443), tls=True) == ["https://192.168.1.5/"]
    assert ending.addresses(Web("fd00::5", 80), tls=False) == ["http://[fd00::5]/"]


def test_the_qr_code_is_of_the_address() -> None:
    code = ending.qr_code("http://192.168.1.5:8080/")
    assert max(len(line) for line in code.splitlines()) < 80
    assert code != ending.qr_code("http://192.168.1.6:8080/")
