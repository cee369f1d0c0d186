"""The serial console's conversation: one command a line, answers in plain text. Knows nothing of ports: a test can talk to it."""

from __future__ import annotations

from collections.abc import Callable

from console.report import alarm_lines, line_lines, status_lines
from hw.messages import UserError
from quality.health.status import BoxStatus

PROMPT = "callbox> "
LONGEST_COMMAND = 200
"""Characters; more than that on one line is noise on the cable, not a technician."""

HELP = {
    "zh": [
        "status  总体状态",
        "lines   每条线路",
        "alarms  告警",
        "ack 编号 姓名 备注  确认告警",
        "lang zh | lang en  切换语言",
        "help    本帮助",
    ],
    "en": [
        "status  the box at a glance",
        "lines   every line",
        "alarms  what is wrong now",
        "ack NUMBER NAME NOTE  say that you have seen to an alarm",
        "lang zh | lang en",
        "help    this",
    ],
}

Report = Callable[[BoxStatus, str], list[str]]
REPORTS: dict[str, Report] = {"status": status_lines, "lines": line_lines, "alarms": alarm_lines}


Acknowledge = Callable[[int, str, str], object]
"""Keeps that an alarm (its number) was seen by a name, with a note; raises UserError."""


class Conversation:
    """One technician's session. English until told otherwise: not every serial terminal can show Chinese. acknowledge: None where
    alarms cannot be acknowledged."""

    def __init__(self, look: Callable[[], BoxStatus], language: str = "en", acknowledge: Acknowledge | None = None) -> None:
        self._look = look
        self._language = language
        self._acknowledge = acknowledge

    def answer(self, line: str) -> list[str]:
        """The lines to send back for a typed line; nothing for an empty one."""
        words = line.strip().lower().split()
        if not words:
            return []
        if words[0] in REPORTS:
            return REPORTS[words[0]](self._look(), self._language)
        if words[0] in ("help", "?"):
            return HELP[self._language]
        if words[0] == "lang":
            return self._switch(words[1:])
        if words[0] == "ack" and self._acknowledge is not None:
            return self._ack(self._acknowledge, line.split()[1:])
        return self._unknown(words[0])

    def _ack(self, acknowledge: Acknowledge, words: list[str]) -> list[str]:
        """ack 4 王工 换了电缆: the words as typed, for names keep their capitals."""
        if len(words) < 2 or not words[0].isdecimal():
            return ["ack 编号 姓名 备注" if self._language == "zh" else "ack NUMBER NAME NOTE"]
        try:
            acknowledge(int(words[0]), words[1], " ".join(words[2:]))
        except UserError as error:
            return [error.message.text(self._language)]
        return ["已确认" if self._language == "zh" else "acknowledged"]

    def _switch(self, words: list[str]) -> list[str]:
        if words not in (["zh"], ["en"]):
            return ["lang zh | lang en"]
        self._language = words[0]
        return ["中文" if self._language == "zh" else "English"]

    def _unknown(self, word: str) -> list[str]:
        shown = "".join(character for character in word if character.isprintable())[:40]
        if self._language == "zh":
            return [f"没有命令 {shown};输入 help 查看"]
        return [f"no command {shown}: type help"]


class Keyboard:
    """Bytes from a serial line → whole typed lines, and what to echo. Garbage is dropped, never fatal."""

    def __init__(self) -> None:
        self._typed = bytearray()

    def feed(self, data: bytes) -> tuple[bytes, list[str]]:
        """Returns the echo for the terminal and the lines that were finished by return."""
        echo, lines = bytearray(), []
        for byte in data:
            if byte in b"\r\n":
                if byte == 0x0D or self._typed:
                    lines.append(self._typed.decode("utf-8", "ignore"))
                    echo += b"\r\n"
                self._typed.clear()
            elif byte in b"\x08\x7f":
                if self._typed:
                    self._typed.pop()
                    echo += b"\b \b"
            elif byte >= 0x20 and len(self._typed) < LONGEST_COMMAND:
                self._typed.append(byte)
                echo.append(byte)
        return bytes(echo), lines
