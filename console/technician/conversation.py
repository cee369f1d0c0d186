"""The serial console's conversation: one command a line, answers in plain text. Knows nothing of ports: a test can talk to it.

Whoever is at the port may look; what changes anything, and what shows people's numbers, needs the PIN.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from console.output import wrapped
from console.technician.pin import Pin
from hw.messages import Message, UserError

PROMPT, LOGGED_IN_PROMPT = "callbox> ", "callbox# "
GREETING = "callbox serial console - type help / 输入 help"

IDLE_S = 600.0
"""Seconds without a command after which the PIN has to be given again."""

WIDTH = 80


@dataclass(frozen=True)
class Command:
    """words: how it is called. usage: what follows them. tells: what it does. run: gets the words after its own and the session,
    and gives the lines of the answer, at once or one after the other. needs_pin: not before log-in."""

    words: str
    usage: str
    tells: Message
    run: Callable[[list[str], Session], Iterable[str]]
    needs_pin: bool = False


@dataclass
class Session:
    """One technician at the port. language: "zh" or "en". logged_in: the PIN was given and has not run out. live: an answer goes on
    by itself until a key is pressed."""

    language: str = "en"
    logged_in: bool = False
    live: bool = False

    def text(self, en: str, zh: str) -> str:
        """The one of two texts that is read here."""
        return zh if self.language == "zh" else en


class Conversation:
    """One technician's session. English until told otherwise: not every serial terminal can show Chinese. now: seconds that only
    go forward."""

    def __init__(
        self, commands: Mapping[str, Command], pin: Pin, language: str = "en", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._commands, self._pin, self._now = commands, pin, now
        self.session = Session(language)
        self._asking_pin = False
        self._last = now()

    @property
    def commands(self) -> Mapping[str, Command]:
        """What is taken besides help, lang, login and logout."""
        return self._commands

    @property
    def secret(self) -> bool:
        """Whether what is typed next must not be shown."""
        return self._asking_pin

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""
        if self._asking_pin:
            return "PIN: "
        return LOGGED_IN_PROMPT if self.session.logged_in else PROMPT

    def answer(self, line: str) -> Iterator[str]:
        """The lines to send back for a typed line, as they come; nothing for an empty one. A command that takes long may be left
        in the middle."""
        self._log_out_if_idle()
        words = line.split()
        if self._asking_pin:
            self._asking_pin = False
            return self._log_in("".join(words))
        if not words:
            return iter(())
        return self._safely(words)

    def _safely(self, words: list[str]) -> Iterator[str]:
        self.session.live = False
        try:
            yield from self._run(words)
        except UserError as error:
            yield from wrapped(error.message.text(self.session.language), WIDTH - 1)
        except (OSError, ValueError) as error:
            yield f"! {error}"[: WIDTH - 1]

    def _run(self, words: list[str]) -> Iterable[str]:
        first = words[0].casefold()
        own = {"help": self._help, "?": self._help, "lang": self._switch, "login": self._ask_pin, "logout": self._log_out}
        if first in own:
            return own[first](words[1:])
        for count in (2, 1):
            command = self._commands.get(" ".join(words[:count]).casefold())
            if command is None or len(words) < count:
                continue
            if command.needs_pin and not self.session.logged_in:
                return [self.session.text("this needs the PIN: type  login", "需要 PIN：请输入 login")]
            return command.run(words[count:], self.session)
        return self._unknown(words[0])

    def _help(self, words: list[str]) -> Iterable[str]:
        wanted = " ".join(words).casefold()
        shown = [command for command in self._commands.values() if command.words.startswith(wanted)]
        rows = [(f"{command.words} {command.usage}".strip(), command) for command in shown]
        if not wanted:
            yield from self._own_help()
        width = max((len(usage) for usage, _ in rows), default=0)
        for usage, command in rows:
            mark = "*" if command.needs_pin else " "
            yield from self._column(f"{usage:<{width}} {mark} ", command.tells.text(self.session.language))
        if any(command.needs_pin for _, command in rows):
            yield self.session.text("* after login", "* 需先 login")

    def _own_help(self) -> Iterator[str]:
        yield self.session.text(
            "login, logout: with the PIN; lang zh | lang en; help WORD", "login、logout：PIN 登录与退出；lang zh | lang en；help 词"
        )

    @staticmethod
    def _column(head: str, text: str) -> Iterator[str]:
        lines = wrapped(text, WIDTH - 1 - len(head))
        for number, line in enumerate(lines):
            yield (head if number == 0 else " " * len(head)) + line

    def _switch(self, words: list[str]) -> Iterable[str]:
        if words not in (["zh"], ["en"]):
            return ["lang zh | lang en"]
        self.session.language = words[0]
        return [self.session.text("English", "中文")]

    def _ask_pin(self, _words: list[str]) -> Iterable[str]:
        if not self._pin.is_set:
            how = "sudo callbox console --set-pin"
            return [self.session.text(f"no PIN is set; on the box: {how}", f"未设置 PIN；请在盒子上运行：{how}")]
        if left := self._pin.locked_s():
            return [self._locked(left)]
        self._asking_pin = True
        return []

    def _log_in(self, pin: str) -> Iterator[str]:
        if left := self._pin.locked_s():
            yield self._locked(left)
        elif self._pin.matches(pin):
            self.session.logged_in = True
            yield self.session.text("logged in", "已登录")
        else:
            yield self.session.text("wrong PIN", "PIN 错误")
            if left := self._pin.locked_s():
                yield self._locked(left)

    def _locked(self, left: float) -> str:
        minutes = max(1, round(left / 60))
        return self.session.text(f"too many wrong PINs: locked for {minutes} min", f"PIN 错误次数过多：锁定 {minutes} 分钟")

    def _log_out(self, _words: list[str]) -> Iterable[str]:
        self.session.logged_in = False
        return [self.session.text("logged out", "已退出")]

    def _log_out_if_idle(self) -> None:
        now = self._now()
        if now - self._last > IDLE_S:
            self.session.logged_in = self._asking_pin = False
        self._last = now

    def _unknown(self, word: str) -> Iterable[str]:
        shown = "".join(character for character in word if character.isprintable())[:40]
        return [self.session.text(f"no command {shown}: type help", f"没有命令 {shown};输入 help 查看")]
