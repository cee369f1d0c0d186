"""The files of a rulebook: found, read, parsed, and the errors told of them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from hw.messages import UserError

SUFFIXES = (".toml", ".json")


class Errors(list[tuple[str, str]]):
    """Errors so far, in English and Chinese; `at` names the place. unread: a whole file could not be read, so that what seems to be
    missing may be there."""

    unread = False

    def tell(self, at: str, en: str, zh: str) -> None:
        """One error more."""
        self.append((f"{at}: {en}", f"{at}：{zh}"))

    def tell_unread(self, at: str, en: str, zh: str) -> None:
        """A whole file that cannot be read, and why."""
        self.unread = True
        self.tell(at, f"cannot be read: {en}", f"无法读取：{zh}")


def files_of(path: Path) -> list[Path]:
    """A rulebook's files, in order of name. Raises UserError when there is none."""
    files = sorted(f for f in path.iterdir() if f.suffix in SUFFIXES) if path.is_dir() else [path]
    if not files or not all(f.is_file() for f in files):
        raise UserError(
            f"No rulebook at {path}. Give a TOML or JSON file or a folder of them.",
            f"{path} 处没有规则手册。请给出 TOML 或 JSON 文件，或其文件夹。",
        )
    return files


def text_of(file: Path, errors: Errors) -> str:
    """What the file holds; nothing where that cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as why:
        errors.tell_unread(file.name, str(why), str(why))
    except UnicodeDecodeError:
        errors.tell_unread(file.name, "it is not UTF-8; save it as UTF-8", "不是 UTF-8 编码，请另存为 UTF-8")
    return ""


def parse(file: Path, text: str, errors: Errors) -> dict[str, Any]:
    """The file's table. The parsers themselves say line and column."""
    try:
        table = json.loads(text or "{}") if file.suffix == ".json" else tomllib.loads(text)
    except ValueError as why:
        errors.tell_unread(file.name, str(why), str(why))
        return {}
    if not isinstance(table, dict):
        errors.tell(file.name, "must hold one object", "应为一个对象")
        return {}
    return {**table, "rule": tables_of(table.get("rule", []), f"{file.name}, rule", errors)}


def tables_of(value: object, at: str, errors: Errors) -> list[dict[str, Any]]:
    """A list of tables; anything else is told and left out."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        errors.tell(at, "must be a list of tables", "应为表的列表")
        return []
    return value
