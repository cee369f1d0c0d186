"""The technician's serial port: opened, kept open, reopened when the cable comes back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing

from console.keyboard import Keyboard
from console.technician.conversation import GREETING, Conversation
from hw.messages import UserError
from hw.serialport import Port, open_port

log = logging.getLogger("console")

RETRY_S = 2.0
"""Seconds between tries to open a port that is gone (a USB adapter pulled out)."""
WAIT_S = 0.5
"""Seconds a read waits for the next key."""


def serve(port: str, baud: int, new_conversation: Callable[[], Conversation]) -> None:
    """Answer on `port` for ever. A port that is not there is waited for; said once, not every two seconds."""
    present = True
    while True:
        try:
            with closing(open_port(port, baud, timeout_s=WAIT_S)) as line:
                present = True
                log.info("serial console on %s", port)
                talk(line, new_conversation())
        except (UserError, OSError) as error:
            if present:
                log.warning("serial console waits for %s: %s", port, error)
            present = False
            time.sleep(RETRY_S)


def talk(line: Port, conversation: Conversation) -> None:
    """One session on an open port; ends with the port's own error when the cable goes."""
    keyboard = Keyboard()
    _send(line, f"{GREETING}\r\n{conversation.prompt}")
    while True:
        # Line by line: whether the next is shown while it is typed depends on the one before.
        for typed in line.read(max(1, line.in_waiting)).splitlines(keepends=True):
            echo, commands = keyboard.feed(typed, secret=conversation.secret)
            if echo:
                line.write(echo)
            for command in commands:
                _tell(line, conversation, command)
                _send(line, conversation.prompt)


def _tell(line: Port, conversation: Conversation, command: str) -> None:
    """The answer's lines as they come; any key ends one that goes on by itself, and is not read as the next command."""
    for answer in conversation.answer(command):
        _send(line, f"{answer}\r\n")
        if conversation.session.live and line.in_waiting:
            line.read(line.in_waiting)
            conversation.session.live = False
            return


def _send(line: Port, text: str) -> None:
    line.write(text.encode())
