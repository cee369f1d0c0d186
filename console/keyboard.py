"""What is typed at a serial terminal, as lines. Knows nothing of ports: a test can type at it."""

from __future__ import annotations

LONGEST_COMMAND = 200
"""Bytes; more than that on one line is noise on the cable, not a technician."""


class Keyboard:
    """Bytes from a serial line → whole typed lines, and what to echo. Garbage is dropped, never fatal."""

    def __init__(self) -> None:
        self._typed = bytearray()

    def feed(self, data: bytes, *, secret: bool = False) -> tuple[bytes, list[str]]:
        """Returns the echo for the terminal, stars while it is secret, and the lines that were finished by return."""
        echo, lines = bytearray(), []
        for byte in data:
            if byte in b"\r\n":
                if byte == 0x0D or self._typed:
                    lines.append(self._typed.decode("utf-8", "ignore"))
                    echo += b"\r\n"
                self._typed.clear()
            elif byte in b"\x08\x7f":
                echo += self._rub_out(secret)
            elif byte >= 0x20 and len(self._typed) < LONGEST_COMMAND:
                self._typed.append(byte)
                # A character of several bytes is one star.
                echo += (b"*" if byte & 0xC0 != 0x80 else b"") if secret else bytes([byte])
        return bytes(echo), lines

    def _rub_out(self, secret: bool) -> bytes:
        """Take back the last character, all its bytes, and the columns it took."""
        if not self._typed:
            return b""
        while len(self._typed) > 1 and self._typed[-1] & 0xC0 == 0x80:
            self._typed.pop()
        columns = 2 if self._typed.pop() >= 0xE0 and not secret else 1
        return b"\b \b" * columns
