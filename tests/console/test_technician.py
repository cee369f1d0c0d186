"""The serial console's conversation and keyboard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.technician import LONGEST_COMMAND, Conversation, Keyboard
from hw.messages import UserError
from quality.health.status import Alarm, BoxStatus
from recorder.live import DeviceStatus, LineStatus

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


def answers(*commands: str) -> str:
    conversation = Conversation(lambda: STATUS)
    return "\n".join(line for command in commands for line in conversation.answer(command))


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


def test_an_alarm_is_acknowledged_by_name_and_a_wrong_number_is_told() -> None:
    kept: list[tuple[int, str, str]] = []

    def acknowledge(number: int, by: str, note: str) -> None:
        if number != 4:
            raise UserError("There is no alarm", "没有该告警")
        kept.append((number, by, note))

    conversation = Conversation(lambda: STATUS, "en", acknowledge)
    assert conversation.answer("ACK 4 Wang new  cable") == ["acknowledged"]
    assert kept == [(4, "Wang", "new cable")]
    assert conversation.answer("ack 5 Wang") == ["There is no alarm"]
    for wrong in ("ack", "ack 4", "ack four Wang", "ack -4 Wang"):
        assert conversation.answer(wrong) == ["ack NUMBER NAME NOTE"]
    assert "no command" in answers("ack 4 Wang")


def test_backspace_takes_back_and_return_ends_a_line() -> None:
    assert Keyboard().feed(b"statuz\x08s\r") == (b"statuz\b \bs\r\n", ["status"])


def test_carriage_return_and_line_feed_are_one_end() -> None:
    assert Keyboard().feed(b"help\r\n")[1] == ["help"]


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_garbage_is_never_fatal_and_never_grows(chunks: list[bytes]) -> None:
    keyboard, conversation = Keyboard(), Conversation(lambda: STATUS)
    for chunk in chunks:
        for line in keyboard.feed(chunk)[1]:
            assert len(line) <= LONGEST_COMMAND
            conversation.answer(line)
