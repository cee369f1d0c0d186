"""Asking a person at a terminal. Everything the wizard says and hears goes through one `Talk`, so that a test can be the person."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence

from hw.messages import Message, UserError

Check = Callable[[str], None]
"""Raises UserError for an answer that will not do."""

YES, NO = ("y", "yes", "是", "好"), ("n", "no", "否", "不")


class Talk:
    """One person at one terminal. language: "zh" or "en". hear: reads one answer after a prompt, EOFError when nobody is there;
    hear_secret: the same without showing it."""

    def __init__(
        self,
        language: str,
        hear: Callable[[str], str] = input,
        hear_secret: Callable[[str], str] = getpass.getpass,
        write: Callable[[str], object] = sys.stdout.write,
    ) -> None:
        self.language = language
        self._hear, self._hear_secret, self._write = hear, hear_secret, write

    def say(self, en: str, zh: str) -> None:
        """A line."""
        self._write((zh if self.language == "zh" else en) + "\n")

    def head(self, en: str, zh: str) -> None:
        """The line that begins a step."""
        self._write("\n")
        self.say(f"== {en}", f"== {zh}")

    def ask(self, en: str, zh: str, default: str = "", check: Check = lambda _: None) -> str:
        """An answer that passes `check`; return alone gives the default. Raises UserError when nobody is there any more."""
        question = (zh if self.language == "zh" else en) + (f" [{default}]" if default else "") + ": "
        while True:
            answer = self._answer(self._hear, question) or default
            try:
                check(answer)
            except UserError as error:
                self._write(error.message.text(self.language) + "\n")
            else:
                return answer

    def ask_secret(self, en: str, zh: str) -> str:
        """An answer that is not shown."""
        return self._answer(self._hear_secret, (zh if self.language == "zh" else en) + ": ")

    def yes(self, en: str, zh: str, *, default: bool) -> bool:
        """Yes or no."""
        hint = "Y/n" if default else "y/N"
        while True:
            answer = self._answer(self._hear, f"{zh if self.language == 'zh' else en} ({hint}): ").casefold()
            if answer in ("", *YES, *NO):
                return default if not answer else answer in YES
            self.say("Please answer y or n.", "请输入 y 或 n。")

    def choose(self, en: str, zh: str, options: Sequence[Message], default: int = 0) -> int:
        """The place of one of the options, which are shown with numbers from 1."""
        for number, option in enumerate(options, start=1):
            self._write(f"  {number}  {option.text(self.language)}\n")

        def check(answer: str) -> None:
            if not answer.isdecimal() or not 1 <= int(answer) <= len(options):
                raise UserError(f"Type a number from 1 to {len(options)}.", f"请输入 1 到 {len(options)} 的数字。")

        return int(self.ask(en, zh, str(default + 1), check)) - 1

    def _answer(self, hear: Callable[[str], str], question: str) -> str:
        try:
            return hear(question).strip()
        except EOFError:
            raise UserError(
                "Set-up was broken off; nothing was changed that it did not say it had kept.",
                "设置已中断；未提示“已保存”的内容均未更改。",
            ) from None
