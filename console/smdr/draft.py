"""A layout as a technician draws it: sample lines under a ruler, letters under the columns, a few words about what stands there.

A draft is a text file. Lines beginning with | are samples, the line beginning with = marks the columns, `name: value` lines say the
rest, # is a comment. It becomes a layout file as hw.smdr_layoutfile reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hw.messages import Message, UserError

LETTERS = {
    "D": ("date", Message("date", "日期")),
    "T": ("time", Message("time", "时间")),
    "L": ("duration", Message("length of the talk", "通话时长")),
    "R": ("ring", Message("ringing", "振铃时长")),
    "Q": ("queue", Message("waiting in the queue", "排队时长")),
    "E": ("extension", Message("extension", "分机")),
    "C": ("trunk", Message("trunk (CO line)", "中继(外线)")),
    "N": ("number", Message("the other party's number", "对方号码")),
    "A": ("account", Message("account code", "账号码")),
    "I": ("way", Message("what tells in from out", "呼入呼出标志")),
}

MARK = "# callbox smdr draft"
MOST_SAMPLES = 20
WORDS = ("name", "kind", "time is", "date", "time", "length", "ring", "queue", "in", "out", "internal", "unanswered", "skip")
SPANS = {"duration": "length", "ring": "ring", "queue": "queue"}


@dataclass
class Draft:
    """What stands in a draft. marks: the = line without its sign. words: the values by name; "skip" may stand several times."""

    samples: list[str] = field(default_factory=list)
    marks: str = ""
    words: dict[str, list[str]] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """The last value of that name, "" when there is none."""
        return self.words.get(name, [""])[-1]


def new_draft(samples: Iterable[str], name: str) -> str:
    """The text of a fresh draft around sample lines."""
    lines = [line for line in samples if line.strip()][:MOST_SAMPLES]
    width = max([*(len(line) for line in lines), 40])
    comma = bool(lines) and all(line.count(",") >= 3 for line in lines)
    letters = ", ".join(f"{letter} {what.en} {what.zh}" for letter, (_, what) in LETTERS.items())
    tens = "".join(f"{ten * 10:>10}" for ten in range(1, width // 10 + 1))
    body = [
        MARK,
        "# Under the samples, after =, write letters under the columns 在样本下方 = 行的对应列写字母:",
        *_wrapped(f"# {letters}"),
        *(["# csv: one letter for each place, with commas 每个字段一个字母: =I,D,T,L,E,N,,C"] if comma else []),
        f"#{tens}",
        "#" + "".join(str(column % 10) for column in range(1, width + 1)),
        *(f"|{line}" for line in lines),
        "=",
        "#",
        f"name: {name}",
        f"kind: {'csv' if comma else 'columns'}",
        "# start or end of the talk 时间是通话的 start(开始)还是 end(结束)",
        "time is: end",
        "# YY MM DD; HH MM SS, hh with AM on a 12-hour clock; t: tenth of a minute",
        "date: MM/DD/YY",
        "time: HH:MM",
        "length: HH:MM:SS",
        "ring: M'SS",
        "# What in I (or in N without I) means in, out, internal, unanswered; several with spaces 表示呼入、呼出、内部、未接的字样",
        "in:",
        "out:",
        "internal:",
        "unanswered:",
        "# Text of lines to leave out, as headings; a line each 需跳过的行(如表头)所含文字,每行一个",
        "skip:",
    ]
    return "\n".join(body) + "\n"


def read_draft(text: str) -> Draft:
    """The draft in a text. Raises UserError naming the line that is not understood."""
    draft = Draft()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("|"):
            draft.samples.append(line[1:])
        elif line.startswith("="):
            draft.marks = line[1:].rstrip()
        elif line.strip() and not line.startswith("#"):
            name, colon, value = line.partition(":")
            if not colon or name.strip() not in WORDS:
                words = ", ".join(WORDS)
                raise UserError(
                    f"line {number}: {line!r} is not understood; there are | samples, = marks and: {words}",
                    f"第 {number} 行:无法理解 {line!r};可用 | 样本、= 标记,以及:{words}",
                )
            if value.strip():
                draft.words.setdefault(name.strip(), []).append(value.strip())
    return draft


def layout_data(draft: Draft) -> dict[str, Any]:
    """The values of a layout file. Raises UserError saying what is missing or cannot be."""
    kind = draft.word("kind") or "columns"
    fields = _csv_fields(draft.marks) if kind == "csv" else _column_fields(draft.marks)
    if "time" not in fields:
        raise UserError("no column is marked T: the time is needed", "没有标记 T 的列:时间是必需的")
    moment: dict[str, Any] = {"is": draft.word("time is"), "clock": clock_pattern(draft.word("time")), "resolution_s": 60}
    if "S" in draft.word("time"):
        moment["resolution_s"] = 1
    if "date" in fields:
        moment["date"] = date_pattern(draft.word("date"))
    spans = {name: span_pattern(draft.word(word), word) for name, word in SPANS.items() if name in fields}
    return {
        "maker_en": draft.word("name"),
        "maker_zh": draft.word("name"),
        "kind": kind,
        "seen_live": True,
        "duration_resolution_s": 6 if "t" in draft.word("length") else 1,
        "skip": [re.escape(text) for text in draft.words.get("skip", [])],
        "fields": fields,
        "time": moment,
        "spans": spans,
        **_rules(draft, fields),
    }


def to_toml(data: Mapping[str, Any]) -> str:
    """The layout file's text."""
    head = ["# Made by callbox smdr edit. hw/smdr_layouts/panasonic_ns1000.toml explains every entry.", ""]
    plain = [f"{key} = {_value(value)}" for key, value in data.items() if not _is_table(value)]
    tables = [
        line
        for key, value in data.items()
        if isinstance(value, Mapping)
        for line in ["", f"[{key}]", *(f"{name} = {_value(item)}" for name, item in value.items())]
    ]
    lists = [
        line
        for key, value in data.items()
        if _is_table(value) and not isinstance(value, Mapping)
        for row in value
        for line in ["", f"[[{key}]]", *(f"{name} = {_value(item)}" for name, item in row.items())]
    ]
    return "\n".join([*head, *plain, *tables, *lists]) + "\n"


def date_pattern(text: str) -> str:
    """ "YY/MM/DD" → "%y/%m/%d"; strptime's own patterns stay."""
    if "%" in text:
        return text
    made = text.replace("YYYY", "%Y").replace("YY", "%y").replace("MM", "%m").replace("DD", "%d")
    if "%m" not in made or "%d" not in made:
        raise UserError(f"date: {text!r} must hold MM and DD, as MM/DD/YY", f"date:{text!r} 必须包含 MM 和 DD,如 MM/DD/YY")
    return made


def clock_pattern(text: str) -> str:
    """ "hh:MMAM" → "%I:%M%p"; strptime's own patterns stay."""
    if "%" in text:
        return text
    made = (
        text.replace("HH", "%H").replace("hh", "%I").replace("MM", "%M").replace("SS", "%S").replace("AM", "%p").replace("PM", "%p")
    )
    if ("%H" not in made and "%I" not in made) or "%M" not in made:
        raise UserError(f"time: {text!r} must hold HH (or hh) and MM, as HH:MM", f"time:{text!r} 必须包含 HH(或 hh)和 MM,如 HH:MM")
    return made


def span_pattern(text: str, word: str) -> str:
    """ "HH:MM'SS" → a pattern with groups h, m, s; t is a tenth of a minute. Leading places may be blank."""
    pattern, first = "", True
    for run in re.findall(r"H+|M+|S+|t|[^HMSt]", text):
        if run[0] in "HMSt":
            digits = rf"\d{{1,{len(run)}}}" if first else rf"\d{{{len(run)}}}"
            pattern, first = pattern + f"(?P<{run[0].lower()}>{digits})", False
        else:
            pattern += re.escape(run)
    try:
        re.compile(pattern)
    except re.error:
        first = True
    if first:
        raise UserError(
            f"{word}: {text!r} must be made of H, M, S and t once each, as HH:MM:SS",
            f"{word}:{text!r} 须由 H、M、S、t 组成,如 HH:MM:SS",
        )
    return pattern


def _column_fields(marks: str) -> dict[str, list[int]]:
    fields: dict[str, list[int]] = {}
    for run in re.finditer(r"(\S)\1*", marks):
        name = _field(run[1], run.start() + 1)
        if name in fields:
            raise UserError(
                f"{run[1]} is marked twice, at columns {fields[name][0]} and {run.start() + 1}: mark one stretch for each letter",
                f"{run[1]} 标记了两次(第 {fields[name][0]} 列和第 {run.start() + 1} 列):每个字母只能标一段",
            )
        fields[name] = [run.start() + 1, run.end()]
    return fields


def _csv_fields(marks: str) -> dict[str, list[int]]:
    places = [mark.strip() for mark in marks.split(",")]
    return {_field(mark, place): [place, place] for place, mark in enumerate(places, 1) if mark}


def _field(letter: str, place: int) -> str:
    if letter not in LETTERS:
        letters = " ".join(LETTERS)
        raise UserError(
            f"{letter!r} at column {place} is no letter for a column; there are: {letters}",
            f"第 {place} 列的 {letter!r} 不是列字母;可用:{letters}",
        )
    return LETTERS[letter][0]


def _rules(draft: Draft, fields: Mapping[str, Sequence[int]]) -> dict[str, list[dict[str, str]]]:
    """What tells the directions. Marks that stand in the number's own column are no part of the number."""
    place = "way" if "way" in fields else "number"
    rules: dict[str, list[dict[str, str]]] = {"direction": [], "condition": []}
    marks = [mark for name in ("in", "out", "internal") for mark in draft.word(name).split()]
    for name in ("in", "internal", "out"):
        rules["direction"] += [{"field": place, "pattern": re.escape(mark), "is": name} for mark in draft.word(name).split()]
    for name, other in (("in", "out"), ("out", "in")):
        if place in fields and draft.word(name) and not draft.word(other):
            rules["direction"].append({"field": place, "pattern": ".", "is": other})
    for mark in draft.word("unanswered").split():
        rules["condition"] += [
            {"field": at, "pattern": re.escape(mark), "is": "unanswered"} for at in (place, "account") if at in fields
        ]
    if place == "number" and marks and "number" in fields:
        start = "|".join(re.escape(mark) for mark in marks)
        rules["number"] = [{"field": "number", "pattern": rf"^(?:{start})?\s*(?P<number>[0-9*#+]*)"}]
    return {name: rows for name, rows in rules.items() if rows}


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # a TOML basic string, number, truth value or list reads the same


def _wrapped(text: str, width: int = 78) -> list[str]:
    lines, line = [], ""
    for piece in text.split(", "):
        if len(line) + len(piece) > width - 8 and line:
            lines.append(line)
            line = "#"
        line = f"{line}{' ' if line else ''}{piece}"
    return [*lines, line]
