"""Reading callbox.toml and its drop-in folder into one set of entries, each of which remembers the file it came from."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hw.messages import Message

DEFAULT_PATH = Path("/etc/callbox/callbox.toml")


@dataclass
class Entry:
    """One table as it was written, or the one table that several files write together.

    name: as TOML writes it, without brackets. number: from 1 within its file, 0 for a table there is only one of. file: the first
    that wrote it. sources: the file each value came from.
    """

    name: str
    number: int
    file: Path
    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)

    def where(self, key: str = "") -> str:
        """`callbox.toml, [web]` or `lines.toml, [[line]] 3`: the file that wrote `key`, or the table's first."""
        table = f"[[{self.name}]] {self.number}" if self.number else f"[{self.name}]"
        return f"{self.sources.get(key, self.file).name}, {table}"


@dataclass(frozen=True)
class Problem(Message):
    """What is wrong with one value, so that a form can say it beside its field. table, number: as of Entry. bare: the same without
    where and which."""

    table: str
    number: int
    key: str
    bare: Message


def problem(entry: Entry, key: str, en: str, zh: str) -> Problem:
    """What is wrong with the value of `key`, told with the file and the table it stands in."""
    where = entry.where(key)
    return Problem(f"{where}: {key} {en}", f"{where}：{key} {zh}", entry.name, entry.number, key, Message(en, zh))


@dataclass
class Entries:
    """All that the files say: single tables by name, lists of tables by name, and what could not be read."""

    tables: dict[str, Entry] = field(default_factory=dict)
    lists: dict[str, list[Entry]] = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)


def chosen_paths(paths: Sequence[Path], drafts: Mapping[Path, str] | None = None) -> tuple[list[Path], list[Message]]:
    """The files to read, each named one followed by its drop-ins (callbox.toml → callbox.d/*.toml, in name order). drafts: files
    that are not there yet count as if they were.

    With no `paths`: the file that CALLBOX_CONFIG names, else /etc/callbox/callbox.toml if it is there. A named file that is missing
    is a problem; the default one is not.
    """
    named = list(paths)
    if not named and os.environ.get("CALLBOX_CONFIG"):
        named = [Path(os.environ["CALLBOX_CONFIG"])]
    problems = [_missing(path) for path in named if not path.is_file()]
    files = []
    for path in named or [DEFAULT_PATH]:
        files += [path] if path.is_file() else []
        folder = path.with_suffix(".d")
        files += sorted({*folder.glob("*.toml"), *(draft for draft in drafts or {} if draft.parent == folder)})
    return files, problems


def main_file(paths: Sequence[Path]) -> Path | None:
    """The settings file of a service started with `paths`, beside which the box's own drop-ins go: the last one named, else as
    `chosen_paths` finds it. None when there is none."""
    named = list(paths) or [Path(os.environ.get("CALLBOX_CONFIG") or DEFAULT_PATH)]
    return named[-1] if named[-1].is_file() else None


def read(files: Sequence[Path], list_names: frozenset[str], drafts: Mapping[Path, str] | None = None) -> Entries:
    """Merge the files in order: tables merge value by value (the later file wins), lists of tables append. drafts: text that counts
    instead of what a file says now."""
    entries = Entries()
    for path in files:
        for name, content in _parse(path, (drafts or {}).get(path), entries.problems).items():
            _add(entries, path, name, content, name in list_names)
    return entries


def _missing(path: Path) -> Message:
    return Message(
        f"{path}: there is no such settings file. Check the name given with --config or in CALLBOX_CONFIG",
        f"{path}：没有这个设置文件。请检查 --config 或 CALLBOX_CONFIG 给出的文件名",
    )


def _parse(path: Path, draft: str | None, problems: list[Message]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig") if draft is None else draft)
    except OSError as error:
        problems.append(Message(f"{path}: cannot be read ({error.strerror})", f"{path}：无法读取（{error.strerror}）"))
    except UnicodeDecodeError:
        problems.append(Message(f"{path}: is not UTF-8 text; save it as UTF-8", f"{path}：不是 UTF-8 文本，请用 UTF-8 编码保存"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Message(f"{path}: is not valid TOML: {error}", f"{path}：不是有效的 TOML：{error}"))
    return {}


def _add(entries: Entries, path: Path, name: str, content: Any, is_list: bool) -> None:
    if is_list:
        _add_list(entries, path, name, content)
    elif isinstance(content, dict):
        entry = entries.tables.setdefault(name, Entry(name, 0, path))
        entry.values |= content
        entry.sources |= dict.fromkeys(content, path)
    elif isinstance(content, list) and content and all(isinstance(item, dict) for item in content):
        entries.problems.append(
            Message(
                f"{path.name}: [[{name}]] is no list of tables; if you mean [{name}], write single brackets",
                f"{path.name}：[[{name}]] 不是可以多次出现的表；如果是指 [{name}]，请用单方括号",
            )
        )
    else:
        entries.problems.append(
            Message(
                f"{path.name}: {name} stands outside every table; put it under the table it belongs to",
                f"{path.name}：{name} 不在任何表里，请放到它所属的表下面",
            )
        )


def _add_list(entries: Entries, path: Path, name: str, content: Any) -> None:
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        entries.problems.append(
            Message(
                f"{path.name}: [{name}] is a list: write [[{name}]] with double brackets, once for each",
                f"{path.name}：[{name}] 是列表：每一项都用双方括号写成 [[{name}]]",
            )
        )
        return
    rows = entries.lists.setdefault(name, [])
    rows += [Entry(name, number, path, item, dict.fromkeys(item, path)) for number, item in enumerate(content, 1)]
