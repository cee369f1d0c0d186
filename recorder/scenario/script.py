"""A scenario file: what happens on which line and when, and the calls and gaps that have to come of it. docs/scenarios.md."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw.messages import UserError
from recorder.settings.sections import Line, Segmentation

TIME = re.compile(r"(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)")
EXPECTED_TIME = re.compile(r"(?<!\S)(?:\d+:)?\d+:\d\d\.\d{3}(?!\S)")
MODIFIER = re.compile(r"\s*\((late \d+(?:\.\d+)?|twice|lost)\)\s*$")

EVENTS = {
    "answers": "off_hook", "lifts": "off_hook", "hangs up": "on_hook", "flashes": "flash", "reverses": "reversed",
    "is cut": "no_line",
}  # fmt: skip
SOUNDS = ("dial tone", "ring-back", "busy tone", "congestion tone", "waiting tone", "music")
SIDES = ("agent", "customer", "both")


@dataclass(frozen=True)
class Step:
    """One thing that happens. at: seconds from the start. line: a line's name; "" for the box. what: "ring", "event", "says",
    "keys", "sound", "loses", "unplugged", "board", "clock", "pause" or "resume". word, number: what belongs to it. late: seconds by
    which an event is told late. copies: how often it is told."""

    at: float
    line: str
    what: str
    word: str = ""
    number: float = 0.0
    late: float = 0.0
    copies: int = 1


@dataclass(frozen=True)
class Scenario:
    """title, title_zh: what it is about. lasts: seconds. expect: what has to come of it, as recorder.scenario.outcome tells it."""

    path: Path
    title: str
    title_zh: str
    start: str
    lasts: float
    lines: tuple[Line, ...]
    segmentation: Segmentation
    steps: tuple[Step, ...]
    expect: tuple[str, ...]
    block_ms: int = 100
    noise: bool = True
    folders: bool = False
    slow: bool = False


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises UserError that names the file and the line that cannot be understood."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})", f"{path}：无法读取（{error.strerror}）") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: is no scenario file ({error})", f"{path}：不是场景文件（{error}）") from error
    try:
        return _scenario(path, data)
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(
            f"{path}: cannot be understood: {error}. docs/scenarios.md shows how it is written.",
            f"{path}：无法理解：{error}。写法见 docs/scenarios.md。",
        ) from error


def seconds_of(text: str) -> float:
    """ "12.5", "1:02.5" or "1:00:02" → seconds. Raises ValueError."""
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time; write 12.5, 1:02.5 or 1:00:02")
    hours, minutes, seconds = found.groups()
    if hours is not None and minutes is None:
        hours, minutes = None, hours
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def time_text(seconds: float) -> str:
    """Seconds → "0:12.500" or "1:00:12.500"."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    start = f"{minutes // 60}:{minutes % 60:02}" if minutes >= 60 else f"{minutes}"
    return f"{start}:{rest // 1000:02}.{rest % 1000:03}"


def _scenario(path: Path, data: dict[str, Any]) -> Scenario:
    lines = tuple(_lines(data.pop("line", [{}])))
    names = [line.name for line in lines]
    steps = [step for text in data.pop("happens", []) for step in _steps(str(text), names, 0.0)]
    expect = [str(text) for text in data.pop("expect", [])]
    for repeat in data.pop("repeat", []):
        every = seconds_of(str(repeat["every"]))
        for number in range(int(repeat["times"])):
            steps += [step for text in repeat["happens"] for step in _steps(str(text), names, number * every)]
            expect += [_shifted(str(text), number * every) for text in repeat["expect"]]
    known = {"title", "title_zh", "block_ms", "noise", "folders", "slow"}
    segmentation = Segmentation(**data.pop("segmentation", {}))
    lasts, start = seconds_of(str(data.pop("lasts"))), str(data.pop("start", "2026-11-22T01:00:00Z"))
    if unknown := data.keys() - known:
        raise ValueError(f"there is no {', '.join(sorted(unknown))}")
    title, title_zh = data.pop("title"), data.pop("title_zh")
    steps.sort(key=lambda step: step.at)
    return Scenario(path, title, title_zh, start, lasts, lines, segmentation, tuple(steps), tuple(expect), **data)


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[Line]:
    channel = sense = 0
    for number, given in enumerate(rows, 1):
        row = dict(given)
        width = {"pair": 2, "mono": 1}[row.pop("layout", "pair")]
        sensed = bool(row.pop("sense", True))
        name = str(row.pop("name", number))
        yield Line(name, "tap", tuple(range(channel, channel + width)), sense=sense if sensed else -1, **row)
        channel, sense = channel + width, sense + sensed


def _shifted(text: str, seconds: float) -> str:
    return EXPECTED_TIME.sub(lambda found: time_text(seconds_of(found[0]) + seconds), text)


def _steps(text: str, names: list[str], offset: float) -> Iterator[Step]:
    """ "0:12.5 line 1 flashes (late 0.5)" → one step, or one for each line for "every line"."""
    body, late, copies = text, 0.0, 1
    if found := MODIFIER.search(text):
        body, how = text[: found.start()], found[1]
        late = float(how[5:]) if how.startswith("late") else 0.0
        copies = {"twice": 2, "lost": 0}.get(how, 1)
    time, _, rest = body.strip().partition(" ")
    step = Step(seconds_of(time) + offset, "", "", late=late, copies=copies)
    who, rest = _who(rest.strip(), names, text)
    for name in who:
        yield dataclasses.replace(step, line=name, **(_on_line(rest, text) if name else _on_box(rest, text)))


def _who(rest: str, names: list[str], text: str) -> tuple[list[str], str]:
    if rest.startswith("every line "):
        return names, rest.removeprefix("every line ")
    for name in sorted(names, key=len, reverse=True):
        if rest.startswith(f"line {name} "):
            return [name], rest.removeprefix(f"line {name} ")
    if rest.startswith("line "):
        raise ValueError(f"{text!r} names a line that is not there; there are {', '.join(names)}")
    return [""], rest


def _on_line(rest: str, text: str) -> dict[str, Any]:
    if rest in EVENTS:
        return {"what": "event", "word": EVENTS[rest]}
    if rest in {"pause", "resume"}:
        return {"what": rest}
    word, _, number = rest.rpartition(" ")
    if word == "rings":
        return {"what": "ring", "number": float(number)}
    if word in SOUNDS:
        return {"what": "sound", "word": word, "number": float(number)}
    side, _, verb = word.partition(" ")
    if side in SIDES and verb == "says":
        return {"what": "says", "word": side, "number": float(number)}
    if side in SIDES[:2] and verb == "presses":
        return {"what": "keys", "word": f"{side} {number}"}
    raise ValueError(f"{text!r} says nothing that is known")


def _on_box(rest: str, text: str) -> dict[str, Any]:
    for pattern, what in (
        (r"tap loses (\d+) frames", "loses"),
        (r"tap unplugged for (\d+(?:\.\d+)?)", "unplugged"),
        (r"board unplugged for (\d+(?:\.\d+)?)", "board"),
        (r"clock set by ([+-]\d+)", "clock"),
    ):
        if found := re.fullmatch(pattern, rest):
            return {"what": what, "number": float(found[1])}
    raise ValueError(f"{text!r} says nothing that is known")
