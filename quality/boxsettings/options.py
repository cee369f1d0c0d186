"""Which settings of the box people may change on the pages, within which bounds, and who reads them.

What is not named here stays with who has the box in front of them: devices and lines, addresses, ports, certificates, paths and
programs' folders, and whatever else could cut the box off, send data elsewhere or have a file read. Bounds are those of the
settings themselves (recorder.settings.checks), in places narrower: a page must not lock out who is looking at it.
"""

from __future__ import annotations

import dataclasses
import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from hw.messages import Message, UserError
from recorder.settings.build import section_types
from recorder.settings.checks import CHOICES, RANGES

RECORDER, ANALYZER, WEB = "recorder", "analyzer", "web"

GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "retention": {
        "retention.days": (RECORDER,), "retention.max_gib": (RECORDER,), "retention.warn_gib": (RECORDER,),
        "retention.free_gib": (RECORDER,), "retention.analysis_wait_days": (RECORDER,), "retention.transcripts": (ANALYZER,),
    },
    "rules": {"retention_rule": (RECORDER,)},
    "alarms": {
        f"alarms.{key}": (RECORDER,)
        for key in ("dead_line_calls", "stuck_off_hook_min", "low_dbfs", "hum_dbfs", "clip_percent", "mains_hz")
    },
    "analysis": {
        f"analysis.{key}": (ANALYZER,)
        for key in (
            "engine", "model", "beam", "vad", "role_confidence", "lexicon", "lexicon_prompt", "mask_digits", "cpu_share",
            "busy_audio_h", "busy_temperature_c", "busy_pressure",
        )
    },
    "site": {
        "site.name": (WEB,), "site.company": (WEB, ANALYZER), "site.language": (WEB, ANALYZER), "web.session_minutes": (WEB,),
    },
    "quality": {
        f"quality.{key}": (WEB,)
        for key in (
            "appeal_days", "decide_days", "calibration_points", "calibration_remind_days", "trust_agreement", "trust_calls",
            "repeat_rate", "repeat_days", "report_days", "common_problem", "individual_problem",
        )
    },
}  # fmt: skip
"""What stands together on a page: setting → the services that read it."""

NARROWER = {"web.session_minutes": (5, 10_080), "analysis.cpu_share": (0.1, 1), "analysis.beam": (1, 10)}
LONGEST_TEXT, MOST_ITEMS = 60, 50
"""Characters of a text; items of a list, and rows of a table."""


@dataclass(frozen=True)
class Option:
    """One setting. kind: str, int, float, bool, tuple (of texts) or list (rows of a [[table]]). bounds: least and most, of numbers.
    choices: of words, when there is a choice. readers: services. default: what ships."""

    name: str
    kind: type
    readers: tuple[str, ...]
    bounds: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    default: Any = None

    @property
    def table(self) -> str:
        """The table of callbox.toml it stands in."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """Its name there; "" for a whole [[table]]."""
        return self.name.partition(".")[2]


@functools.cache
def options() -> dict[str, Option]:
    """Every setting that may be changed, by name."""
    return {name: _option(name, readers) for group in GROUPS.values() for name, readers in group.items()}


@functools.cache
def columns(table: str) -> dict[str, Option]:
    """The settings of one row of a [[table]], by key."""
    return {field.name: _option(f"{table}.{field.name}", ()) for field in dataclasses.fields(section_types()[table])}


def _option(name: str, readers: tuple[str, ...]) -> Option:
    table, _, key = name.partition(".")
    if not key:
        return Option(name, list, readers, default=[])
    section = section_types()[table]
    hint = get_type_hints(section)[key]
    kind = hint if isinstance(hint, type) and hint in (str, int, float, bool) else tuple
    field = next(one for one in dataclasses.fields(section) if one.name == key)
    bounds = NARROWER.get(name) or RANGES.get((table, key))
    return Option(name, kind, readers, bounds, CHOICES.get((table, key), ()), field.default)


def wrong(option: Option, value: object) -> Message | None:
    """What is wrong with a value that came from elsewhere, its type included; None: nothing by itself."""
    if option.kind is list:
        return _wrong_rows(option, value)
    if option.kind is tuple:
        return _wrong_list(value)
    if not _fits(option, value):
        return _type_wanted(option)
    if option.choices and value not in option.choices:
        words = "、".join(word or '""' for word in option.choices)
        return Message(f"must be one of {words.replace('、', ', ')}", f"必须是 {words} 之一")
    return _wrong_text(value) if isinstance(value, str) else _out_of_bounds(option, value)


def _fits(option: Option, value: object) -> bool:
    if isinstance(value, bool) or option.kind is bool:  # true is Python's 1
        return isinstance(value, bool) and option.kind is bool
    return isinstance(value, int | float) if option.kind is float else isinstance(value, option.kind)


def _out_of_bounds(option: Option, value: Any) -> Message | None:
    if option.bounds is None or option.bounds[0] <= value <= option.bounds[1]:
        return None
    low, high = option.bounds
    return Message(f"must be from {low:g} to {high:g}", f"必须在 {low:g} 到 {high:g} 之间")


def _type_wanted(option: Option) -> Message:
    words = {
        int: Message("must be a whole number", "必须是整数"), float: Message("must be a number", "必须是数字"),
        bool: Message("must be yes or no", "必须是“是”或“否”"), str: Message("must be text", "必须是文本"),
    }  # fmt: skip
    return words[option.kind]


def _wrong_text(text: str) -> Message | None:
    if len(text) > LONGEST_TEXT:
        return Message(f"must have {LONGEST_TEXT} characters at most", f"最多 {LONGEST_TEXT} 个字符")
    if any(unicodedata.category(character).startswith("C") for character in text):
        return Message("must not hold control characters", "不能包含控制字符")
    return None if text.strip() else Message("must not be empty", "不能为空")


def _wrong_list(value: object) -> Message | None:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return Message("must be a list of texts", "必须是文本列表")
    if len(value) > MOST_ITEMS:
        return Message(f"must have {MOST_ITEMS} items at most", f"最多 {MOST_ITEMS} 项")
    return next((problem for item in value if (problem := _wrong_text(item)) is not None), None)


def _wrong_rows(option: Option, value: object) -> Message | None:
    known = columns(option.name)
    if not isinstance(value, list) or not all(isinstance(row, Mapping) and set(row) <= set(known) for row in value):
        return Message("must be a list of tables with known settings", "必须是由已知设置组成的表的列表")
    if len(value) > MOST_ITEMS:
        return Message(f"must have {MOST_ITEMS} rows at most", f"最多 {MOST_ITEMS} 行")
    for number, row in enumerate(value, 1):
        for key, one in row.items():
            problem = wrong(known[key], one) if one != known[key].default else None
            if problem is not None:
                return Message(f"row {number}: {key} {problem.en}", f"第 {number} 行：{key} {problem.zh}")
    return None


def typed(option: Option, text: str) -> Any:
    """The value a person typed. Raises UserError for what is none of this kind; bounds are `wrong`'s."""
    text = text.strip()
    if option.kind is bool:
        return text in ("1", "true", "on", "yes")
    if option.kind is tuple:
        for comma in "，、;；\r\n":
            text = text.replace(comma, ",")
        return [item.strip() for item in text.split(",") if item.strip()]
    if option.kind is str:
        return text
    try:
        return option.kind(text)
    except ValueError:
        message = _type_wanted(option)
        raise UserError(message.en, message.zh) from None
