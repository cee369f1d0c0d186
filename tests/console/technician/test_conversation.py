"""The serial console's conversation and keyboard."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.keyboard import LONGEST_COMMAND, Keyboard
from console.technician.acts import acts
from console.technician.conversation import IDLE_S, Conversation
from console.technician.looks import looks
from console.technician.pin import LOCK_S, TRIES, Pin, set_pin
from console.technician.privileged import Request
from hw.messages import UserError
from quality.access.users import Users
from quality.health.status import Alarm, BoxStatus
from recorder.live import DeviceStatus, LineStatus
from recorder.settings.sections import Line, Settings, Store
from tests.quality.factory import fill

LINE = LineStatus(line="3", state="talking", since="2026-11-22T01:02:03.000Z", call_id="c", level_db=-31.4)
STATUS = BoxStatus(
    at="2026-11-22T01:02:04.000Z",
    recorder_running=True,
    recorder_at="2026-11-22T01:02:03.500Z",
    analyzer_running=True,
    pages_answer=True,
    lines=(LINE,),
    devices=(DeviceStatus("tap", "running", 0),),
    alarms=(Alarm("disk_low", "store", "2026-11-22T01:00:00.000Z", "150 MB left"),),
    calls={"closed": 7},
    jobs={"done": 5},
    waiting=2,
    last_call_at="2026-11-22T01:01:00.000Z",
    free_disk_mb=150.2,
    store="/var/lib/callbox",
    timezone="Asia/Shanghai",
)


PIN = "471102"


class Technician:
    """Somebody at the console of a box in `store`. asked: what was asked of root. clock: seconds."""

    def __init__(self, store: Path) -> None:
        self.asked: list[Request] = []
        self.kept: list[tuple[int, str, str]] = []
        self.clock = 1000.0
        settings = Settings(store=Store(str(store)), line=(Line("座席 1", "tap", (0, 1)),))
        commands = [*looks(settings, lambda: STATUS), *acts(settings, self._acknowledge, self._do)]
        now = self._now
        self.talk = Conversation({command.words: command for command in commands}, Pin(store, now), now=now)

    def _now(self) -> float:
        return self.clock

    def _do(self, request: Request) -> str:
        self.asked.append(request)
        return "done"

    def _acknowledge(self, number: int, by: str, note: str) -> None:
        if number != 4:
            raise UserError("There is no alarm", "没有该告警")
        self.kept.append((number, by, note))

    def types(self, *commands: str) -> str:
        return "\n".join(line for command in commands for line in self.talk.answer(command))


@pytest.fixture
def person(tmp_path: Path) -> Technician:
    set_pin(tmp_path, PIN)
    return Technician(tmp_path)


def answers(*commands: str) -> str:
    with tempfile.TemporaryDirectory() as store:
        return Technician(Path(store)).types(*commands)


def test_status_names_recorder_calls_and_backlog() -> None:
    text = answers("status")
    assert "running" in text and "recorded 7" in text and "analysed 5" in text and "150 MB" in text


def test_lines_and_alarms_show_what_stands() -> None:
    assert "talking" in answers("lines") and "-31" in answers("lines")
    assert "disk nearly full" in answers("alarms") and "150 MB left" in answers("alarms")


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    assert "2026-11-22 09:02:04 (Asia/Shanghai)" in answers("status")
    assert "2026-11-22 09:02:03" in answers("lines") and "2026-11-22 09:00:00" in answers("alarms")


def test_the_technician_may_choose_chinese() -> None:
    assert "通话" in answers("lang zh", "lines")


def test_an_unknown_command_points_to_help_and_shows_no_control_characters() -> None:
    text = answers("reb\x1boot now")
    assert "help" in text and "\x1b" not in text


def test_an_alarm_is_acknowledged_by_name_and_a_wrong_number_is_told(person: Technician) -> None:
    person.types("login", PIN)
    assert person.types("ACK 4 Wang new  cable") == "acknowledged"
    assert person.kept == [(4, "Wang", "new cable")]
    assert person.types("ack 5 Wang") == "There is no alarm"
    for wrong in ("ack", "ack 4", "ack four Wang", "ack -4 Wang"):
        assert person.types(wrong) == "ack NUMBER NAME NOTE"


CHANGES = (
    "ack 4 Wang", "logs", "bundle", "net set eth0 dhcp", "time set ntp", "restart web", "reset admin", "reboot yes", "poweroff yes",
)  # fmt: skip
LOOKS = ("status", "lines", "calls", "alarms", "doctor", "disk", "net", "time", "models", "services", "help")


@pytest.mark.parametrize("command", CHANGES)
def test_nothing_is_changed_without_the_pin(person: Technician, command: str) -> None:
    assert "needs the PIN" in person.types(command)
    assert (person.asked, person.kept) == ([], [])


def test_every_command_that_changes_something_is_among_those_tried(person: Technician) -> None:
    locked = {line.split()[0] for line in person.types("help").splitlines() if " * " in line and not line.startswith("*")}
    assert locked == {command.split()[0] for command in CHANGES}


def test_the_pin_is_not_shown_and_opens_what_changes(person: Technician) -> None:
    assert not person.talk.secret
    assert person.types("login") == ""
    assert (person.talk.secret, person.talk.prompt) == (True, "PIN: ")
    assert person.types(PIN) == "logged in"
    assert (person.talk.secret, person.talk.prompt) == (False, "callbox# ")
    assert person.types("reboot") == "recording stops meanwhile; to do it: reboot yes"
    assert person.types("reboot yes", "time set 2026-11-22T08:00:00Z", "restart web") == "done\ndone\ndone"
    assert person.types("net set eth0 192.168.1.5/24 192.168.1.1") == "done"
    assert person.asked == [
        Request("reboot"), Request("time", {"utc": "2026-11-22T08:00:00Z"}), Request("restart", {"service": "web"}),
        Request("address", {"interface": "eth0", "address": "192.168.1.5/24", "gateway": "192.168.1.1"}),
    ]  # fmt: skip
    assert "needs the PIN" in person.types("logout", "logs")


def test_who_goes_away_is_logged_out(person: Technician) -> None:
    person.types("login", PIN)
    person.clock += IDLE_S + 1
    assert "needs the PIN" in person.types("reboot yes")


def test_wrong_pins_lock_for_longer_and_longer_and_over_a_restart(person: Technician, tmp_path: Path) -> None:
    for _ in range(TRIES - 1):
        assert person.types("login", "000001") == "wrong PIN"
    assert "locked for 1 min" in person.types("login", "000001")
    again = Technician(tmp_path)
    again.clock = person.clock
    assert "locked" in again.types("login")
    again.clock += LOCK_S + 1
    assert "locked for 2 min" in again.types("login", "000001")
    again.clock += 2 * LOCK_S + 1
    assert again.types("login", PIN) == "logged in"
    again.types("logout")
    assert again.types("login", "000001") == "wrong PIN", "a right one begins the count anew"


@pytest.mark.parametrize("pin", ["", "12345", "1234567890123", "111111", "123456", "98765432", "12a456", "１２３４９９"])
def test_a_pin_that_will_not_do_is_refused(tmp_path: Path, pin: str) -> None:
    with pytest.raises(UserError):
        set_pin(tmp_path, pin)
    assert not Pin(tmp_path).is_set


def test_without_a_pin_it_is_said_how_to_set_one() -> None:
    assert "callbox console --set-pin" in answers("login")


def test_an_administrator_gets_a_password_for_once(person: Technician, tmp_path: Path) -> None:
    Users(tmp_path).add("boss", "green-lake-12", "admin")
    person.types("login", PIN)
    first, second = person.types("reset admin").splitlines()
    password = first.partition(": ")[2]
    assert Users(tmp_path).check("boss", password)
    assert "first log-in" in second
    assert "no such administrator" in person.types("reset admin nobody")


def test_numbers_of_callers_are_shown_after_login_only(tmp_path: Path) -> None:
    made = fill(tmp_path, 20)
    number = next(call.caller_number for call in made if call.caller_number)
    set_pin(tmp_path, PIN)
    person = Technician(tmp_path)
    assert number not in person.types("calls")
    assert number[-2:] in person.types("calls")
    person.types("login", PIN)
    latest = person.types("calls")
    assert any(call.caller_number in latest for call in made if call.caller_number)


@pytest.mark.parametrize("command", LOOKS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_answer_fits_on_eighty_columns(person: Technician, command: str, language: str) -> None:
    person.types(f"lang {language}")
    lines = person.types(command).splitlines()
    assert lines
    wide = [line for line in lines if sum(2 if ord(c) > 0x2E7F else 1 for c in line) > 80]
    # An interface may have any number of addresses, and a test's store a name that no box's has.
    assert command in ("net", "disk") or not [line for line in wide if "/pytest-" not in line], wide


def test_backspace_takes_back_and_return_ends_a_line() -> None:
    assert Keyboard().feed(b"statuz\x08s\r") == (b"statuz\b \bs\r\n", ["status"])


def test_carriage_return_and_line_feed_are_one_end() -> None:
    assert Keyboard().feed(b"help\r\n")[1] == ["help"]


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_garbage_is_never_fatal_and_never_grows(chunks: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as store:
        keyboard, person = Keyboard(), Technician(Path(store))
        for chunk in chunks:
            for line in keyboard.feed(chunk)[1]:
                assert len(line) <= LONGEST_COMMAND
                person.types(line)


def test_a_secret_is_stars_and_a_chinese_character_goes_whole() -> None:
    keyboard = Keyboard()
    assert keyboard.feed(b"4711\r", secret=True) == (b"****\r\n", ["4711"])
    assert keyboard.feed("王五".encode() + b"\x7f\r") == ("王五".encode() + b"\b \b\b \b\r\n", ["王"])
