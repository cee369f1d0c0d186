"""The serial console's conversation: one command a line, answers in plain text. Knows nothing of ports: a test can talk to it."""

from __future__ import annotations

from collections.abc import Callable

from console.report import alarm_lines, line_lines, status_lines
from console.status import BoxStatus

PROMPT = "callbox> "
LONGEST_COMMAND = 200
"""Characters; more than that on one line is noise on the cable, not a technician."""

HELP = {
    "zh": ["status  总体状态", "lines   每条线路", "alarms  告警", "lang zh | lang en  切换语言", "help    本帮助"],
    "en": ["status  the box at a glance", "lines   every line", "alarms  what is wrong now", "lang zh | lang en", "help    this"],
}

Report = Callable[[BoxStatus, str], list[str]]
REPORTS: dict[str, Report] = {"status": status_lines, "lines": line_lines, "alarms": alarm_lines}


class Conversation:
    """One technician's session. English until told otherwise: not every serial terminal can show Chinese."""

    def __init__(self, look: Callable[[], BoxStatus], language: str = "en") -> None:
        self._look = look
        self._language = language

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
        return self._unknown(words[0])

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
