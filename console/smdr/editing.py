"""`callbox smdr edit`: draw, look, save."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.output import say, say_message
from console.smdr.draft import MARK, layout_data, new_draft, read_draft, to_toml
from console.smdr.tryout import Reading, read_lines, sample_lines, shown
from hw.messages import Message, UserError, terminal_language
from hw.smdr_layoutfile import layout_of


@dataclass(frozen=True)
class Drawn:
    """A draft that is in order. text: of the layout file."""

    name: str
    text: str
    readings: list[Reading]

    @property
    def read(self) -> int:
        """Lines that became records."""
        return sum(reading.record is not None for reading in self.readings)


def draft_of(path: Path, name: str) -> Path:
    """The draft to edit: the file itself if it is one, else a new one beside it around its sample lines; one that is there already
    is gone on with. Raises UserError when the file has no lines."""
    lines = sample_lines(path)
    if lines[0].startswith(MARK):
        return path
    draft = path.with_name(f"{path.name}.draft")
    if not draft.exists():
        draft.write_text(new_draft(lines, name), encoding="utf-8")
    return draft


def check(draft: Path, timezone: str, now: float) -> Drawn:
    """What a draft makes of its own samples. Raises UserError saying what to mend."""
    drawn = read_draft(draft.read_text(encoding="utf-8", errors="replace"))
    name = drawn.word("name")
    if not name or not name.replace("_", "").replace("-", "").isalnum() or not name.isascii():
        raise UserError(f"name: {name!r} must be letters, digits, _ or -", f"name:{name!r} 只能用字母、数字、_ 或 -")
    text = to_toml(layout_data(drawn))
    layout = layout_of(name, tomllib.loads(text))
    return Drawn(name, text, read_lines(layout, drawn.samples, timezone, now))


def edit(draft: Path, folder: Path, timezone: str, *, ask: Callable[[str], str] | None, editor: Callable[[Path], None]) -> int:
    """Edit, show and save, again and again until it is saved or left. ask: None where nobody can be asked: then the draft is taken
    as it is. Exit status 0 saved, 1 not."""
    while True:
        if ask is not None:
            editor(draft)
        try:
            drawn = check(draft, timezone, time.time())
        except UserError as error:
            say_message(Message(f"{draft}: {error.message.en}", f"{draft}:{error.message.zh}"))
            if ask is None or not _again(ask, "edit again? [Y/n] ", "重新编辑?[Y/n] "):
                return 1
            continue
        say(shown(drawn.readings, timezone, terminal_language()))
        say(f"{drawn.read} of {len(drawn.readings)} lines are read", f"{len(drawn.readings)} 行中读出 {drawn.read} 行")
        if ask is None:
            return _save(drawn, folder) if drawn.read else 1
        answer = ask(
            Message("[s]ave, [e]dit again, [q]uit? ", "[s] 保存,[e] 重新编辑,[q] 退出? ").text(terminal_language())
        ).lower()
        if answer.startswith("s"):
            return _save(drawn, folder)
        if answer.startswith("q"):
            return 1


def open_editor(path: Path) -> None:
    """The person's own editor. Raises UserError when there is none."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, ("nano", "vi")), "")
    if not command:
        raise UserError(
            f"There is no editor here. Change {path} elsewhere and run the command with --no-editor, or set EDITOR.",
            f"没有可用的编辑器。请在别处修改 {path} 后用 --no-editor 运行,或设置 EDITOR。",
        )
    subprocess.run([*shlex.split(command), str(path)], check=False)  # noqa: S603  the person's own EDITOR


def _again(ask: Callable[[str], str], en: str, zh: str) -> bool:
    return not ask(Message(en, zh).text(terminal_language())).lower().startswith("n")


def _save(drawn: Drawn, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{drawn.name}.toml"
    beside = path.with_suffix(".new")
    beside.write_text(drawn.text, encoding="utf-8")
    beside.replace(path)
    say(
        f'saved as {path}; now: [call_records] layout = "{drawn.name}", and restart the recorder',
        f'已保存为 {path};接下来:在 [call_records] 中设置 layout = "{drawn.name}",并重启录音服务',
    )
    return 0
