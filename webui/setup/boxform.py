"""Settings of the box as forms: what holds, what is on its way, what was refused; and a form that was sent, carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from flask import abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import Message, UserError
from quality.boxsettings.book import ASKED, DONE, Asked, BoxSettings
from quality.boxsettings.dropin import RefusedError, plain
from quality.boxsettings.options import GROUPS, Option, columns, options, typed
from recorder.settings.sections import Settings
from webui.context import box
from webui.fields import whole
from webui.setup.boxtexts import group_name, label, service_name
from webui.setup.shared import me, told

RULES = "retention_rule"
BLANK_ROWS = 1


@dataclass(frozen=True)
class Field:
    """One setting of a form. text: as it stands in its field; ships: as it ships, "" when that is what holds. waiting: services
    that do not run with it yet. here: it was set on the pages."""

    option: Option
    label: str
    hint: str
    text: str
    ships: str
    waiting: tuple[str, ...]
    here: bool
    problem: str = ""

    @property
    def name(self) -> str:
        """Of its input."""
        return self.option.name


@dataclass(frozen=True)
class Panel:
    """A form of settings that stand together. base: what it is built on. rows: of a [[table]], each key → text; else nothing.
    latest: the last change of any of them, when it is not simply done. question: to be answered before it is."""

    group: str
    name: str
    able: bool
    base: str
    fields: tuple[Field, ...]
    rows: tuple[Mapping[str, str], ...] = ()
    columns: Mapping[str, Option] = field(default_factory=dict)
    problem: str = ""
    latest: Asked | None = None
    question: str = ""
    waiting: tuple[str, ...] = ()

    @property
    def on_its_way(self) -> bool:
        """Whether the page should be looked at again soon."""
        return bool(self.waiting) or (self.latest is not None and self.latest.state == ASKED)


@dataclass(frozen=True)
class Failed:
    """A form that could not be carried out: what was sent, and why not, by setting and as a whole; or what is asked first."""

    group: str
    sent: Mapping[str, str]
    problems: Mapping[str, Message]
    question: str = ""


def book() -> BoxSettings:
    """What changes the settings of this box."""
    return cast(BoxSettings, current_app.extensions["callbox_settings"])


def current() -> Settings:
    """The settings as the files say them now."""
    return book().current()


def panels(*groups: str, failed: Failed | None = None) -> dict[str, Panel]:
    """The forms of a page, by group; what was sent and would not do stays in its fields."""
    book().settle()
    settings, held, asked = current(), book().held(), book().latest()
    waiting = book().waiting_for([name for group in groups for name in GROUPS[group]], settings)
    made = {}
    for group in groups:
        sent = failed if failed is not None and failed.group == group else None
        names = GROUPS[group]
        fields = tuple(
            _field(options()[name], settings, name in held, waiting.get(name, ()), sent) for name in names if name != RULES
        )
        made[group] = Panel(
            group, group_name(group), book().able, sent.sent["base"] if sent else book().base(), fields,
            _rows(held.get(RULES, []), sent) if RULES in names else (), columns(RULES) if RULES in names else {},
            _general(sent), _latest(asked, names), sent.question if sent else "", tuple(dict.fromkeys(_names(waiting, names))),
        )  # fmt: skip
    return made


def _names(waiting: Mapping[str, tuple[str, ...]], names: Mapping[str, object]) -> list[str]:
    return [service_name(service) for name in names for service in waiting.get(name, ())]


def _latest(asked: Sequence[Asked], names: Mapping[str, object]) -> Asked | None:
    """A change that was refused later is told as long as no newer one of these settings took its place."""
    found = next((one for one in asked if set(one.wanted) & set(names)), None)
    return found if found is not None and found.state != DONE else None


def _general(failed: Failed | None) -> str:
    """What concerns no field of the form by itself: an error of another setting is said with its name."""
    if failed is None:
        return ""
    others = {name: one for name, one in failed.problems.items() if name == RULES or name not in GROUPS[failed.group]}
    return "\n".join(told(one) if name in ("", RULES) else f"{label(name)}: {told(one)}" for name, one in others.items())


def _field(option: Option, settings: Settings, here: bool, waiting: tuple[str, ...], failed: Failed | None) -> Field:
    text, ships = written(option, plain(settings, option.name)), written(option, option.default)
    problem = failed.problems.get(option.name) if failed else None
    shown = failed.sent.get(option.name, "") if failed else text
    return Field(
        option, label(option.name), _hint(option), shown, ships if ships != text else "",
        tuple(map(service_name, waiting)), here, told(problem) if problem else "",
    )  # fmt: skip


def _hint(option: Option) -> str:
    said = ""
    if option.kind is tuple:
        said = gettext("with commas between")
    elif option.bounds is not None and option.kind is not bool:
        said = gettext("%(least)s to %(most)s", least=f"{option.bounds[0]:.10g}", most=f"{option.bounds[1]:.10g}")
    return said


def written(option: Option, value: Any) -> str:
    """A value as it stands in a field."""
    if option.kind is bool:
        return "1" if value else ""
    if option.kind is tuple:
        return ", ".join(map(str, value))
    return f"{value:.10g}" if option.kind is float else str(value)


def _rows(held: Sequence[Mapping[str, Any]], failed: Failed | None) -> tuple[Mapping[str, str], ...]:
    known = columns(RULES)
    if failed is not None:
        count = whole(failed.sent.get("rows", ""), 0)
        return tuple({key: failed.sent.get(f"{RULES}.{n}.{key}", "") for key in known} for n in range(min(count, 51)))
    rows = [{key: written(option, row.get(key, option.default)) for key, option in known.items()} for row in held]
    return (*rows, *(dict.fromkeys(known, "") for _ in range(BLANK_ROWS)))


def change(
    groups: Sequence[str], show: Callable[[Failed], str], address: str, question: Callable[[Settings], str] = lambda _settings: ""
) -> ResponseReturnValue:
    """Carry out a form that was sent for one of these groups: back to `address`, or the page again with what was wrong. question:
    what is asked before settings become so, "" for nothing."""
    group, sent = request.form.get("group", ""), request.form.to_dict()
    if group not in groups:
        abort(400)
    sent.setdefault("base", "")
    try:
        wanted = _wanted(group, sent)
        would_be = None if "confirm" in sent else book().would_be(wanted)
        if would_be is not None and (doubt := question(would_be)):
            return show(Failed(group, sent, {}, doubt)), 422
        asked = book().ask(wanted, me(), sent["base"])
    except RefusedError as error:
        return show(Failed(group, sent, error.problems)), 422
    except UserError as error:
        return show(Failed(group, sent, {"": error.message})), 422
    if asked.state == ASKED:
        flash(gettext("Asked for. It is carried out as soon as the service that writes the settings answers."), "info")
    else:
        flash(gettext("Changed. It is in the log of changes, where it can be taken back."), "info")
    return redirect(address)


def _wanted(group: str, sent: Mapping[str, str]) -> dict[str, Any]:
    """What differs from what holds. Raises RefusedError for what is no value at all."""
    settings, wanted, problems = current(), dict[str, Any](), dict[str, Message]()
    for name in GROUPS[group]:
        option = options()[name]
        try:
            value = _sent_rows(sent) if name == RULES else typed(option, sent.get(name, ""))
        except UserError as error:
            problems[name] = error.message
            continue
        if value != (book().held().get(RULES, []) if name == RULES else plain(settings, name)):
            wanted[name] = value
    if problems:
        raise RefusedError(problems)
    if not wanted:
        raise UserError("Nothing has been changed.", "没有任何改动。")
    return wanted


def _sent_rows(sent: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows with anything in them that are not to go."""
    count = whole(sent.get("rows", ""), 0)
    rows: list[dict[str, Any]] = []
    for number in range(min(count, 51)):
        texts = {key: sent.get(f"{RULES}.{number}.{key}", "").strip() for key in columns(RULES)}
        if f"{RULES}.{number}.remove" in sent or not any(texts.values()):
            continue
        row = dict[str, Any]()
        for key, option in columns(RULES).items():
            try:
                value = typed(option, texts[key] or "0") if option.kind is not str else texts[key]
            except UserError as error:
                en, zh = error.message.en, error.message.zh
                raise UserError(f"row {len(rows) + 1}: {key} {en}", f"第 {len(rows) + 1} 行：{key} {zh}") from error
            if value != option.default:
                row[key] = value
        rows.append(row)
    return rows


def lines() -> list[str]:
    """Names of lines, for rules about some of them."""
    return [line.name for line in box().settings.line]
