"""Layout files: found by name, read, and refused in words when something is wrong with them.

hw/smdr_layouts/panasonic_ns1000.toml explains every entry. A box's own layouts lie in /etc/callbox/smdr; `callbox smdr edit` makes
them.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hw.interfaces import CONDITIONS
from hw.messages import UserError
from hw.smdr_clock import PrintedTime
from hw.smdr_layout import Layout, Rule

FOLDER = Path(__file__).parent / "smdr_layouts"
OWN_FOLDER = Path("/etc/callbox/smdr")

MEANINGS = ("start", "end")
DIRECTIONS = ("in", "out", "internal", "unknown")
NOTICES = ("buffer_full", "name", "trunks_busy", "blocked")
VALUES = ("extension", "trunk", "number", "account")
FIELDS = ("date", "time", "duration", "ring", "queue", *VALUES)
"""The fields that mean something by themselves; any other name is for rules."""


def layout_files(own: Path = OWN_FOLDER) -> dict[str, Path]:
    """Every layout's file by its name; one's own goes before a shipped one of the same name."""
    return {path.stem: path for folder in (FOLDER, own) for path in sorted(folder.glob("*.toml"))}


def load_layout(name: str, own: Path = OWN_FOLDER, *, means: str = "", date: str = "") -> Layout:
    """A layout by its name. own: the folder of the box's own. means: "start" or "end", where this PBX differs from the layout;
    date: strptime pattern of its date, likewise. Raises UserError when there is none, naming the nearest, or its file is wrong."""
    known = layout_files(own)
    if name not in known:
        names = sorted(known)
        nearest = (get_close_matches(name, names, 1) or names)[0]
        raise UserError(
            f"No call record layout is called {name!r}; did you mean {nearest!r}? There are: {', '.join(names)}.",
            f"没有名为 {name!r} 的话单格式,是否想用 {nearest!r}?可用的有:{', '.join(names)}。",
        )
    layout = read_layout(known[name])
    time = dataclasses.replace(layout.time, means=means or layout.time.means, dates=(date,) if date else layout.time.dates)
    return dataclasses.replace(layout, time=time)


def read_layout(path: Path) -> Layout:
    """The layout of a file. Raises UserError, naming the file and what is wrong in it."""
    try:
        return layout_of(path.stem, tomllib.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise _wrong(path, f"cannot be read ({error.strerror})", f"无法读取({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, f"is no valid TOML: {error}", f"不是有效的 TOML:{error}") from error
    except UserError as error:
        raise _wrong(path, error.message.en, error.message.zh) from error


def layout_of(name: str, data: Mapping[str, Any]) -> Layout:
    """A layout from the values of its file. Raises UserError saying which entry is missing or wrong."""
    with_entries = _Entries(data)
    kind = with_entries.one_of("kind", ("columns", "csv"))
    fields = _fields(with_entries.table("fields"))
    spans = {span: _pattern(f"spans.{span}", text) for span, text in with_entries.table("spans", {}).items()}
    for span in ("duration", "ring", "queue"):
        if span in fields and span not in spans:
            raise _missing(f"[spans] {span}")
    return Layout(
        name=name,
        kind=kind,
        fields=fields,
        time=_time(with_entries.table("time")),
        spans=spans,
        duration_resolution_s=float(data.get("duration_resolution_s", 1.0)),
        blank=tuple(data.get("blank", ())),
        skip=tuple(_pattern("skip", text) for text in data.get("skip", ())),
        notices=_rules(data, "notice", NOTICES, fields=None),
        directions=_rules(data, "direction", DIRECTIONS, fields=fields),
        conditions=_rules(data, "condition", CONDITIONS, fields=fields),
        values={value: _rules(data, value, None, fields=fields, group=value) for value in VALUES},
        untalked_is_ring=bool(data.get("untalked_is_ring", False)),
        write=data.get("write", {}),
        about={key: value for key, value in data.items() if isinstance(value, str | bool | list)},
    )


class _Entries:
    """The entries of a layout file, each asked for by name."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def table(self, name: str, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        value = self._data.get(name, default)
        if not isinstance(value, Mapping):
            raise _missing(f"[{name}]")
        return value

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        return _choice(name, self._data.get(name), allowed)


def _time(data: Mapping[str, Any]) -> PrintedTime:
    clocks = _texts(data.get("clock", ()))
    if not clocks:
        raise _missing("[time] clock")
    return PrintedTime(
        means=_choice("[time] is", data.get("is"), MEANINGS),
        dates=_texts(data.get("date", ())),
        clocks=clocks,
        pm=_pattern("time.pm", data["pm"]) if "pm" in data else None,
        unknown=_pattern("time.unknown", data["unknown"]) if "unknown" in data else None,
        resolution_s=float(data.get("resolution_s", 60.0)),
    )


def _fields(data: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    places: dict[str, tuple[int, int]] = {}
    for name, place in data.items():
        pair = [place, place] if isinstance(place, int) else place
        right = isinstance(pair, list) and len(pair) == 2 and all(isinstance(column, int) for column in pair)
        if not right or not 1 <= pair[0] <= pair[1]:
            raise UserError(f"[fields] {name} must be [first, last], from 1", f"[fields] {name} 必须是 [首列, 末列],从 1 开始")
        places[name] = (pair[0], pair[1])
    if "time" not in places:
        raise _missing("[fields] time")
    return places


def _rules(
    data: Mapping[str, Any],
    name: str,
    outcomes: Sequence[str] | None,
    *,
    fields: Mapping[str, Any] | None,
    group: str = "",
) -> tuple[Rule, ...]:
    rules = []
    for entry in data.get(name, ()):
        where = f"[[{name}]]"
        pattern = _pattern(f"{where} pattern", entry.get("pattern"))
        if group and group not in pattern.groupindex:
            raise UserError(f"{where} pattern needs (?P<{group}>…)", f"{where} pattern 需要 (?P<{group}>…)")
        field = "" if fields is None else _choice(f"{where} field", entry.get("field"), tuple(fields))
        outcome = "" if outcomes is None else _choice(f"{where} is", entry.get("is"), outcomes)
        rules.append(Rule(field, pattern, outcome, entry.get("when", "")))
    return tuple(rules)


def _texts(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _pattern(where: str, text: object) -> re.Pattern[str]:
    try:
        return re.compile(str(text)) if text is not None else _raise(_missing(where))
    except re.error as error:
        raise UserError(f"{where}: {text!r} is no pattern ({error})", f"{where}:{text!r} 不是正则表达式({error})") from error


def _raise(error: UserError) -> re.Pattern[str]:
    raise error


def _choice(where: str, value: object, allowed: Sequence[str]) -> str:
    if value not in allowed:
        words = ", ".join(f'"{word}"' for word in allowed)
        raise UserError(f"{where} must be one of {words}, not {value!r}", f"{where} 必须是 {words} 之一,不能是 {value!r}")
    return str(value)


def _missing(what: str) -> UserError:
    return UserError(f"{what} is missing", f"缺少 {what}")


def _wrong(path: Path, en: str, zh: str) -> UserError:
    return UserError(f"{path}: {en}", f"{path}:{zh}")
