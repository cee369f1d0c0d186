"""Changes taken back with one click: each kind knows how, and whether anything has been built on it since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.rules.library import Rulebooks
from hw.messages import UserError
from quality.access.users import Users
from quality.audit.entries import CHANGE, COLUMNS, Entry, entry
from quality.boxsettings.book import CHANGED, BoxSettings
from quality.calls.holds import Holds
from quality.changes import record
from quality.figures.rulestore import TARGETS, as_document, change_figure_rules, read_rules
from quality.forms.showing import AT_ONCE, SHOWING, change_showing
from quality.forms.store import Forms
from quality.rules.work import go_back
from quality.sampling.rules import shipped_rules
from quality.sampling.rulestore import WEIGHTS, RuleStore
from quality.staff.people import People, as_row, of_row
from quality.store import reading, writing
from recorder.settings.sections import Settings


@dataclass(frozen=True)
class Case:
    """A change to be taken back, and by whom. box: the way to the settings of the box, None where there is none."""

    store: Path
    settings: Settings
    change: Entry
    by: str
    box: BoxSettings | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the log says of it."""
        return self.change.facts


def find(store: Path, seq: int) -> Entry | None:
    """The change of that number in the log."""
    with reading(store) as connection:
        sql = f"SELECT {COLUMNS} FROM review.changes WHERE id = ? AND kind = ?"  # noqa: S608
        row = connection.execute(sql, (seq, CHANGE)).fetchone()
    return entry(row) if row else None


def can_undo(change: Entry) -> bool:
    """Whether there is a way back at all; whether it is still open shows when it is taken."""
    facts = change.facts
    needs = {"form.add": "before", "people.change": "before"}.get(change.action)
    return change.action in _WAYS and (needs is None or bool(facts.get(needs)))


def undo(store: Path, settings: Settings, change: Entry, by: str, box: BoxSettings | None = None) -> None:
    """Take a change back, with an entry of its own in the log. box: as of Case. Raises UserError when it cannot be,
    or not any more."""
    if not can_undo(change):
        raise UserError("This change cannot be taken back by itself.", "该更改无法直接撤销。")
    _WAYS[change.action](Case(store, settings, change, by, box))
    with writing(store) as database:
        record(database, by, "undo", change.subject, {"of": change.seq, "action": change.action})


def _changed_since() -> UserError:
    return UserError(
        "It has been changed again since: take the later change back first, or change it by hand.",
        "此后又有更改：请先撤销较新的更改，或手动修改。",
    )


def _rules(case: Case) -> None:
    books = Rulebooks(case.store, case.settings.analysis.rulebook)
    if books.live().identity != case.facts["after"]:
        raise _changed_since()
    go_back(books, case.by, str(case.facts["digest"]))


def _weights(case: Case) -> None:
    held, _ = WEIGHTS.current(case.store)
    before = WEIGHTS.get(case.store, _last_version(case, held) - 1) or shipped_rules().document
    RuleStore(case.store).change(before, case.by, held)


def _figures(case: Case) -> None:
    held, _ = TARGETS.current(case.store)
    before = TARGETS.get(case.store, _last_version(case, held) - 1)
    document = before if before is not None else as_document(read_rules({}, 0))
    change_figure_rules(case.store, document, case.by, held)


def _showing(case: Case) -> None:
    held, _ = SHOWING.current(case.store)
    before = SHOWING.get(case.store, _last_version(case, held) - 1) or {}
    change_showing(case.store, str(before.get("suggestions", AT_ONCE)), case.by, held)


def _last_version(case: Case, held: int) -> int:
    version = int(case.facts["version"])
    if version != held:
        raise _changed_since()
    return version


def _form(case: Case) -> None:
    forms = Forms(case.store)
    current, before = forms.current(case.change.subject), forms.get(case.change.subject, str(case.facts["before"]))
    if current.version != case.facts["version"] or before is None:
        raise _changed_since()
    forms.revise(current, before.document, case.by)


def _person(case: Case) -> None:
    book = People(case.store)
    now = book.get(case.change.subject)
    if now is None or as_row(now) != case.facts["after"]:
        raise _changed_since()
    book.save([of_row(case.facts["before"])], case.by)


def _disabled(case: Case) -> None:
    Users(case.store).enable(str(case.facts["name"]), case.by)


def _enabled(case: Case) -> None:
    Users(case.store).disable(str(case.facts["name"]), case.by)


def _role(case: Case) -> None:
    user, (role, agent) = Users(case.store).get(case.change.subject), case.facts["before"]
    if user is None or [user.role, user.agent_id] != case.facts["after"]:
        raise _changed_since()
    Users(case.store).set_role(user.name, role, agent, case.by)


def _groups(case: Case) -> None:
    user = Users(case.store).get(case.change.subject)
    if user is None or list(user.groups) != case.facts["after"]:
        raise _changed_since()
    Users(case.store).set_groups(user.name, case.facts["before"], case.by)


def _held(case: Case) -> None:
    Holds(case.store).release(case.change.subject, str(case.facts["reason"]), case.by)


def _released(case: Case) -> None:
    Holds(case.store).place(case.change.subject, str(case.facts["reason"]), case.by)


def _settings(case: Case) -> None:
    if case.box is None:
        raise UserError("Settings of the box are changed back on its pages.", "设备设置请在其页面上恢复。")
    case.box.take_back(case.facts, case.by)


_WAYS: dict[str, Callable[[Case], None]] = {
    "rules.adopt": _rules, "rules.back": _rules, "sampling.rules": _weights, "figures.rules": _figures, "form.add": _form,
    "form.suggestions": _showing,
    "people.change": _person, "user.disable": _disabled, "user.enable": _enabled, "user.groups": _groups, "user.role": _role,
    "hold.place": _held, "hold.release": _released,
    CHANGED: _settings,
}  # fmt: skip
